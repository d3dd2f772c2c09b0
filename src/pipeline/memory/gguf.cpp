#include "pipeline/memory/gguf.hpp"

#include <cmath>

#include "base/byte_reader.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace skald {
namespace {

constexpr std::uint64_t kMostValues = 1 << 12, kMostTensors = 1 << 18, kMostText = 1 << 24, kMostKept = 1024;
constexpr std::uint32_t kMostDimensions = 8;

enum class ValueType : std::uint32_t { U8, I8, U16, I16, U32, I32, F32, Bool, Text, Array, U64, I64, F64 };

class GgufReader : public ByteReader {
 public:
  using ByteReader::ByteReader;

  Result<std::string> text() {
    const auto length = TRY(number<std::uint64_t>());
    if (length > kMostText) return damaged("a text is too long");
    const auto piece = TRY(take(length));
    return repair_utf8({reinterpret_cast<const char*>(piece.data()), piece.size()});
  }

  template <typename T>
  Result<Json> json_number() {
    const T value = TRY(number<T>());
    if constexpr (std::is_floating_point_v<T>)
      if (!std::isfinite(value)) return Json(nullptr);
    return Json(value);
  }

  Result<Json> value(ValueType type) {
    switch (type) {
      case ValueType::U8:
        return json_number<std::uint8_t>();
      case ValueType::I8:
        return json_number<std::int8_t>();
      case ValueType::U16:
        return json_number<std::uint16_t>();
      case ValueType::I16:
        return json_number<std::int16_t>();
      case ValueType::U32:
        return json_number<std::uint32_t>();
      case ValueType::I32:
        return json_number<std::int32_t>();
      case ValueType::F32:
        return json_number<float>();
      case ValueType::Bool:
        return Json(TRY(number<std::uint8_t>()) != 0);
      case ValueType::Text:
        return Json(TRY(text()));
      case ValueType::U64:
        return json_number<std::uint64_t>();
      case ValueType::I64:
        return json_number<std::int64_t>();
      case ValueType::F64:
        return json_number<double>();
      case ValueType::Array:
        break;
    }
    return damaged("a value has an unknown type");
  }

  // Values of one type; `count` gets how many there are, also where they are read over.
  Result<Json> array(std::uint64_t& count) {
    const auto type = static_cast<ValueType>(TRY(number<std::uint32_t>()));
    count = TRY(number<std::uint64_t>());
    if (count > left()) return damaged("a list is longer than the file");
    Json values = Json::array();
    for (std::uint64_t i = 0; i < count; ++i) {
      Json one = TRY(value(type));
      if (count <= kMostKept) values.push_back(std::move(one));
    }
    return values;
  }
};

Status read_values(GgufReader& reader, std::uint64_t count, ModelFacts& facts) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string name = TRY(reader.text());
    const auto type = static_cast<ValueType>(TRY(reader.number<std::uint32_t>()));
    if (type != ValueType::Array) {
      facts.values[name] = TRY(reader.value(type));
      continue;
    }
    std::uint64_t length = 0;
    facts.values[name] = TRY(reader.array(length));
    if (name == "tokenizer.ggml.tokens") facts.vocabulary = length;
  }
  return {};
}

Result<TensorFacts> read_tensor(GgufReader& reader) {
  TensorFacts tensor;
  tensor.name = TRY(reader.text());
  const auto dimensions = TRY(reader.number<std::uint32_t>());
  if (dimensions > kMostDimensions) return reader.damaged("a tensor has too many dimensions");
  for (std::uint32_t i = 0; i < dimensions; ++i) tensor.shape.push_back(TRY(reader.number<std::uint64_t>()));
  tensor.type = tensor_type_name(TRY(reader.number<std::uint32_t>()));
  TRY_VOID(reader.number<std::uint64_t>());  // where its weights begin
  return tensor;
}

}  // namespace

Result<ModelFacts> parse_gguf(std::span<const std::byte> bytes, std::string_view origin) {
  GgufReader reader(bytes, origin);
  const auto magic = TRY(reader.take(4));
  if (std::memcmp(magic.data(), "GGUF", 4) != 0) return reader.damaged("it does not begin with GGUF");
  const auto version = TRY(reader.number<std::uint32_t>());
  if (version != 2 && version != 3) return reader.damaged("its version is neither 2 nor 3");
  const auto tensors = TRY(reader.number<std::uint64_t>());
  const auto values = TRY(reader.number<std::uint64_t>());
  if (tensors > kMostTensors || values > kMostValues) return reader.damaged("it claims too many entries");
  ModelFacts facts;
  TRY_VOID(read_values(reader, values, facts));
  for (std::uint64_t i = 0; i < tensors; ++i) facts.tensors.push_back(TRY(read_tensor(reader)));
  return facts;
}

Result<LlmShape> read_gguf_shape(const std::filesystem::path& file) {
  const MappedFile mapped = TRY(MappedFile::open(file));
  const ModelFacts facts = TRY(parse_gguf(mapped.bytes(), file.string()));
  return shape_from_facts(facts, mapped.bytes().size(), file.string());
}

}  // namespace skald

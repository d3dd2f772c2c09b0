#include "engines/whisper/weights.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/byte_reader.hpp"

namespace skald::whisper {
namespace {

constexpr std::uint32_t kNewestVersion = 6, kOldestVersion = 2;
constexpr std::uint32_t kMostTensors = 1U << 16;

class Reader : public ByteReader {
 public:
  using ByteReader::ByteReader;

  // Length (with the ending zero), characters, zero.
  Result<std::string> text() {
    const auto length = TRY(number<std::uint16_t>());
    if (length == 0) return damaged("a name has no characters");
    const auto piece = TRY(take(length));
    return std::string(reinterpret_cast<const char*>(piece.data()), length - 1U);
  }
};

Result<ElementType> type_from(const Reader& reader, std::uint8_t code, std::uint32_t version) {
  if (version >= 4) {
    if (code > static_cast<std::uint8_t>(ElementType::BF16)) return reader.damaged("unknown type of numbers");
    return static_cast<ElementType>(code);
  }
  switch (code) {  // older files name only the size of an element
    case 1:
      return ElementType::I8;
    case 2:
      return ElementType::I16;
    case 4:
      return ElementType::F32;
    default:
      return reader.damaged("unknown size of numbers");
  }
}

Result<Tensor> read_tensor(Reader& reader, std::uint32_t version) {
  Tensor tensor;
  const auto rank = TRY(reader.number<std::uint8_t>());
  if (rank > 8) return reader.damaged("an array has too many dimensions");
  std::uint64_t elements = 1;
  for (int i = 0; i < rank; ++i) {
    tensor.shape.push_back(TRY(reader.number<std::uint32_t>()));
    const std::uint64_t size = tensor.shape.back();
    if (size == 0 || elements > (1ULL << 40) / size)
      return reader.damaged("an array has an impossible shape");
    elements *= size;
  }
  const auto code = TRY(reader.number<std::uint8_t>());
  tensor.type = TRY(type_from(reader, code, version));
  const std::uint64_t unit = element_size(tensor.type);
  const std::uint64_t stored = TRY(reader.number<std::uint32_t>());
  const std::uint64_t bytes = version >= 4 ? stored : stored * unit;
  if (bytes != elements * unit) return reader.damaged("an array's size does not fit its shape");
  tensor.bytes = TRY(reader.take(bytes));
  return tensor;
}

float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16U;
  const std::uint32_t exponent = (half >> 10U) & 31U, mantissa = half & 1023U;
  if (exponent == 0) return (sign ? -1.0F : 1.0F) * std::ldexp(static_cast<float>(mantissa), -24);
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000U | (mantissa << 13U));
  return std::bit_cast<float>(sign | ((exponent + 112U) << 23U) | (mantissa << 13U));
}

template <typename T>
T load(std::span<const std::byte> bytes, std::size_t index) {
  T value{};
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof value);
  return value;
}

template <typename T, typename Convert>
void convert(std::span<const std::byte> bytes, std::vector<float>& out, Convert convert_one) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = convert_one(load<T>(bytes, i));
}

std::vector<float> as_floats(const Tensor& tensor) {
  std::vector<float> out(tensor.elements());
  switch (tensor.type) {
    case ElementType::F32:
      std::memcpy(out.data(), tensor.bytes.data(), tensor.bytes.size());
      break;
    case ElementType::F16:
      convert<std::uint16_t>(tensor.bytes, out, half_to_float);
      break;
    case ElementType::BF16:
      convert<std::uint16_t>(tensor.bytes, out, [](std::uint16_t v) {
        return std::bit_cast<float>(static_cast<std::uint32_t>(v) << 16U);
      });
      break;
    case ElementType::I8:
      convert<std::int8_t>(tensor.bytes, out, [](auto v) { return static_cast<float>(v); });
      break;
    case ElementType::I16:
      convert<std::int16_t>(tensor.bytes, out, [](auto v) { return static_cast<float>(v); });
      break;
    case ElementType::I32:
      convert<std::int32_t>(tensor.bytes, out, [](auto v) { return static_cast<float>(v); });
      break;
  }
  return out;
}

std::span<const std::byte> between(std::span<const std::byte> file, std::size_t first, std::size_t last) {
  return file.subspan(first, last - first);
}

}  // namespace

std::size_t element_size(ElementType type) {
  switch (type) {
    case ElementType::F32:
    case ElementType::I32:
      return 4;
    case ElementType::I16:
    case ElementType::F16:
    case ElementType::BF16:
      return 2;
    case ElementType::I8:
      return 1;
  }
  return 1;
}

Result<Weights> Weights::parse(std::span<const std::byte> file, std::string_view origin) {
  Weights weights;
  weights.origin_ = origin;
  Reader reader(file, origin);
  const auto version = TRY(reader.number<std::uint32_t>());
  if (version < kOldestVersion || version > kNewestVersion)
    return fail(ErrorCode::InvalidModel, "'" + std::string(origin) +
                                             "' is not a CTranslate2 model of version 2 to 6 (it says " +
                                             std::to_string(version) + ")");
  weights.spec_ = TRY(reader.text());
  TRY_VOID(reader.number<std::uint32_t>());  // revision of the specification
  weights.head_ = between(file, 0, reader.position());
  const auto count = TRY(reader.number<std::uint32_t>());
  if (count > kMostTensors) return reader.damaged("impossible number of arrays");
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t start = reader.position();
    std::string name = TRY(reader.text());
    Tensor tensor = TRY(read_tensor(reader, version));
    tensor.record = between(file, start, reader.position());
    if (!weights.tensors_.emplace(name, std::move(tensor)).second)
      return reader.damaged("'" + name + "' stands there twice");
    weights.order_.push_back(std::move(name));
  }
  weights.tail_ = between(file, reader.position(), file.size());
  const std::uint32_t aliases = version >= 3 ? TRY(reader.number<std::uint32_t>()) : 0;
  for (std::uint32_t i = 0; i < aliases; ++i) {
    std::string alias = TRY(reader.text());
    std::string target = TRY(reader.text());
    if (!weights.tensors_.contains(target)) return reader.damaged("'" + alias + "' stands for nothing");
    weights.aliases_.emplace(std::move(alias), std::move(target));
  }
  return weights;
}

const Tensor* Weights::find(std::string_view name) const {
  if (const auto it = tensors_.find(name); it != tensors_.end()) return &it->second;
  if (const auto it = aliases_.find(name); it != aliases_.end()) return &tensors_.find(it->second)->second;
  return nullptr;
}

Result<std::vector<float>> Weights::floats(std::string_view name) const {
  const Tensor* tensor = find(name);
  if (!tensor) return fail(ErrorCode::InvalidModel, "'" + origin_ + "' has no '" + std::string(name) + "'");
  std::vector<float> values = as_floats(*tensor);
  if (tensor->type != ElementType::I8 && tensor->type != ElementType::I16) return values;
  const auto alias = aliases_.find(name);
  const std::string scale_name = (alias == aliases_.end() ? std::string(name) : alias->second) + "_scale";
  const Tensor* scale = find(scale_name);
  if (!scale)  // 16-bit files may carry one scale for all, which is not stored
    return fail(ErrorCode::InvalidModel, "'" + origin_ + "' has no '" + scale_name + "'");
  const std::vector<float> scales = as_floats(*scale);
  if (values.size() % scales.size() != 0)
    return fail(ErrorCode::InvalidModel, "'" + origin_ + "': '" + scale_name + "' does not fit its array");
  const std::size_t width = values.size() / scales.size();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] /= scales[i / width];
  return values;
}

int Weights::number(std::string_view name, int otherwise) const {
  const Tensor* tensor = find(name);
  if (!tensor || tensor->elements() != 1) return otherwise;
  const float value = as_floats(*tensor)[0];
  // Also false for what is no number. No size or count that a model stores is near this.
  return std::abs(value) < 1e9F ? static_cast<int>(value) : otherwise;
}

std::vector<std::span<const std::byte>> Weights::subset(const std::function<bool(std::string_view)>& keep,
                                                        std::vector<std::byte>& storage) const {
  std::uint32_t count = 0;
  std::vector<std::span<const std::byte>> pieces{head_, {}};
  for (const std::string& name : order_) {
    if (!keep(name)) continue;
    ++count;
    const auto record = tensors_.find(name)->second.record;
    const bool adjacent = pieces.size() > 2 && pieces.back().data() + pieces.back().size() == record.data();
    if (adjacent)
      pieces.back() = {pieces.back().data(), pieces.back().size() + record.size()};
    else
      pieces.push_back(record);
  }
  pieces.push_back(tail_);
  storage.resize(sizeof count);
  std::memcpy(storage.data(), &count, sizeof count);
  pieces[1] = storage;
  return pieces;
}

}  // namespace skald::whisper

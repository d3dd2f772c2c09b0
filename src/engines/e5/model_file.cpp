#include "engines/e5/model_file.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace skald::e5 {
namespace {

constexpr std::size_t kBlock = 32;                   // weights that share one scale
constexpr std::size_t kBlockBytes = 2 + kBlock / 2;  // a half-precision scale, then 4 bits a weight
constexpr float kLargestScore = 1e4F;
constexpr std::uint32_t kLastCodePoint = 0x10FFFF;

// IEEE 754 half precision to single.
float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1FU;
  const std::uint32_t mantissa = half & 0x3FFU;
  if (exponent == 0) {  // zero or subnormal: mantissa x 2^-24
    const float value = std::ldexp(static_cast<float>(mantissa), -24);
    return sign != 0 ? -value : value;
  }
  const std::uint32_t wide = exponent == 31 ? 0xFFU : exponent + 112;
  return std::bit_cast<float>(sign | (wide << 23) | (mantissa << 13));
}

// `bytes` holds whole blocks; `out` has 32 numbers a block. Byte j of a block holds weight j in its low half
// and weight j + 16 in its high half, both shifted by 8.
void expand_q4(std::span<const std::byte> bytes, std::span<float> out) {
  for (std::size_t block = 0; block * kBlockBytes < bytes.size(); ++block) {
    const std::byte* from = bytes.data() + block * kBlockBytes;
    std::uint16_t half = 0;
    std::memcpy(&half, from, sizeof half);
    const float scale = half_to_float(half);
    float* to = out.data() + block * kBlock;
    for (std::size_t j = 0; j < kBlock / 2; ++j) {
      const auto pair = std::to_integer<int>(from[2 + j]);
      to[j] = static_cast<float>((pair & 15) - 8) * scale;
      to[j + kBlock / 2] = static_cast<float>((pair >> 4) - 8) * scale;
    }
  }
}

// Takes little-endian values off the front of the file; `ok` turns false at the first that is not there.
class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <typename T>
  T take() {
    T value{};
    const auto bytes = take_bytes(sizeof(T));
    if (ok_) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  template <typename T>
  std::vector<T> take_many(std::size_t count) {
    if (count > rest_.size() / sizeof(T)) ok_ = false;
    if (!ok_) return {};
    std::vector<T> values(count);
    const auto bytes = take_bytes(count * sizeof(T));
    if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  std::span<const std::byte> take_bytes(std::uint64_t count) {
    if (count > rest_.size()) ok_ = false;
    if (!ok_) return {};
    const auto bytes = rest_.first(count);
    rest_ = rest_.subspan(count);
    return bytes;
  }
  std::string_view take_text(std::uint64_t count) {
    const auto bytes = take_bytes(count);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  bool ok() const { return ok_; }

 private:
  std::span<const std::byte> rest_;
  bool ok_ = true;
};

bool within(int value, int least, int most) {
  return value >= least && value <= most;
}

}  // namespace

// Walks the file from front to back. Every step returns an error that says what is wrong.
class ModelFile::Parser {
 public:
  Parser(std::span<const std::byte> file, std::string_view origin)
      : file_(file), cursor_(file), origin_(origin) {}

  Result<ModelFile> run() {
    TRY_VOID(header());
    TRY_VOID(pieces());
    TRY_VOID(normalization());
    TRY_VOID(directory());
    TRY_VOID(architecture());
    model_.words_ = model_.tensors_.find("emb.word")->second.bytes;
    return std::move(model_);
  }

 private:
  tl::unexpected<Error> damaged(const std::string& what) const {
    return fail(ErrorCode::InvalidModel, "the text model '" + std::string(origin_) + "' is damaged: " + what);
  }

  Status header() {
    if (cursor_.take_text(4) != "E5S1" || cursor_.take<std::uint32_t>() != 1 || !cursor_.ok())
      return fail(ErrorCode::InvalidModel,
                  "'" + std::string(origin_) + "' is no packed e5 model of version 1");
    Dimensions& d = model_.dimensions_;
    for (int* value : {&d.width, &d.layers, &d.heads, &d.inner, &d.words, &d.positions, &d.types})
      *value = cursor_.take<std::int32_t>();
    d.epsilon = cursor_.take<float>();
    const int block = cursor_.take<std::int32_t>();
    if (!cursor_.ok()) return damaged("it ends within its header");
    const bool sane = within(d.width, 32, 4096) && within(d.layers, 1, 64) && within(d.heads, 1, 64) &&
                      within(d.inner, 32, 16384) && within(d.words, 1, 4'000'000) &&
                      within(d.positions, 4, 8192) && within(d.types, 1, 16) &&
                      block == static_cast<int>(kBlock);
    if (!sane || d.width % block != 0 || d.inner % block != 0 || d.width % d.heads != 0)
      return damaged("sizes that no such model has");
    if (!(d.epsilon > 0 && d.epsilon < 1)) return damaged("the epsilon of its norms");
    return {};
  }

  Status pieces() {
    Vocabulary& v = model_.vocabulary_;
    const int count = cursor_.take<std::int32_t>();
    for (int* id : {&v.begin, &v.end, &v.padding, &v.unknown}) *id = cursor_.take<std::int32_t>();
    const auto length = cursor_.take<std::uint64_t>();
    if (!cursor_.ok() || !within(count, 1, model_.dimensions_.words))
      return damaged("the size of its vocabulary");
    for (const int id : {v.begin, v.end, v.padding, v.unknown})
      if (!within(id, 0, count - 1)) return damaged("its special tokens");
    v.offsets = cursor_.take_many<std::uint32_t>(static_cast<std::size_t>(count) + 1);
    v.scores = cursor_.take_many<float>(static_cast<std::size_t>(count));
    v.text = cursor_.take_text(length);
    if (!cursor_.ok()) return damaged("it ends within its vocabulary");
    if (!std::is_sorted(v.offsets.begin(), v.offsets.end()) || v.offsets.back() > v.text.size())
      return damaged("places of its vocabulary");
    if (!std::all_of(v.scores.begin(), v.scores.end(), [](float s) { return std::abs(s) <= kLargestScore; }))
      return damaged("scores of its vocabulary");
    return {};
  }

  Status normalization() {
    Vocabulary& v = model_.vocabulary_;
    const int count = cursor_.take<std::int32_t>();
    const auto bytes = cursor_.take<std::uint32_t>();
    Cursor rules(cursor_.take_bytes(bytes));
    if (!cursor_.ok() || !within(count, 0, static_cast<int>(kLastCodePoint)))
      return damaged("it ends within its normalization");
    v.to_offset.push_back(0);
    for (int i = 0; i < count && rules.ok(); ++i) {
      v.from.push_back(rules.take<std::uint32_t>());
      const auto length = rules.take<std::uint8_t>();
      for (const std::uint32_t point : rules.take_many<std::uint32_t>(length)) {
        if (point > kLastCodePoint) return damaged("a normalization to no code point");
        v.to.push_back(point);
      }
      v.to_offset.push_back(static_cast<std::uint32_t>(v.to.size()));
    }
    if (!rules.ok()) return damaged("it ends within its normalization");
    if (!std::is_sorted(v.from.begin(), v.from.end())) return damaged("the order of its normalization");
    return {};
  }

  Status directory() {
    const int count = cursor_.take<std::int32_t>();
    if (!cursor_.ok() || !within(count, 1, 100'000)) return damaged("its table of tensors");
    for (int i = 0; i < count; ++i) {
      const std::string name(cursor_.take_text(cursor_.take<std::uint16_t>()));
      const auto type = cursor_.take<std::uint8_t>();
      const auto elements = cursor_.take<std::uint32_t>();
      const auto offset = cursor_.take<std::uint64_t>();
      const auto length = cursor_.take<std::uint64_t>();
      if (!cursor_.ok()) return damaged("it ends within its table of tensors");
      if (type > 1) return damaged("tensor '" + name + "' has an unknown type");
      const std::uint64_t wanted = type == 0                ? std::uint64_t{elements} * sizeof(float)
                                   : elements % kBlock == 0 ? std::uint64_t{elements} / kBlock * kBlockBytes
                                                            : UINT64_MAX;
      if (length != wanted || offset > file_.size() || length > file_.size() - offset)
        return damaged("tensor '" + name + "' has the wrong size or place");
      const Tensor tensor{static_cast<ElementType>(type), elements, file_.subspan(offset, length)};
      if (!model_.tensors_.emplace(name, tensor).second) return damaged("tensor '" + name + "' stands twice");
    }
    return {};
  }

  Status expect(const std::string& name, int rows, int columns, ElementType type) {
    const auto found = model_.tensors_.find(name);
    if (found == model_.tensors_.end()) return damaged("tensor '" + name + "' is missing");
    const std::size_t wanted = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    if (found->second.elements != wanted || found->second.type != type)
      return damaged("tensor '" + name + "' has another shape");
    return {};
  }

  // Every tensor of BERT's encoder (Devlin et al. 2019) under the names of this file.
  Status architecture() {
    const Dimensions& d = model_.dimensions_;
    TRY_VOID(expect("emb.word", d.words, d.width, ElementType::Q4));
    TRY_VOID(expect("emb.pos", d.positions, d.width, ElementType::F32));
    TRY_VOID(expect("emb.type", d.types, d.width, ElementType::F32));
    for (const char* part : {"emb.ln.w", "emb.ln.b"}) TRY_VOID(expect(part, 1, d.width, ElementType::F32));
    for (int layer = 0; layer < d.layers; ++layer) {
      const std::string at = "l" + std::to_string(layer) + ".";
      for (const char* part : {"q", "k", "v", "ao"}) TRY_VOID(linear(at + part, d.width, d.width));
      TRY_VOID(linear(at + "fi", d.inner, d.width));
      TRY_VOID(linear(at + "fo", d.width, d.inner));
      for (const char* part : {"aln.w", "aln.b", "oln.w", "oln.b"})
        TRY_VOID(expect(at + part, 1, d.width, ElementType::F32));
    }
    return {};
  }

  Status linear(const std::string& name, int outputs, int inputs) {
    TRY_VOID(expect(name + ".w", outputs, inputs, ElementType::Q4));
    return expect(name + ".b", 1, outputs, ElementType::F32);
  }

  std::span<const std::byte> file_;
  Cursor cursor_;
  std::string_view origin_;
  ModelFile model_;
};

Result<ModelFile> ModelFile::parse(std::span<const std::byte> file, std::string_view origin) {
  return Parser(file, origin).run();
}

std::vector<float> ModelFile::floats(std::string_view name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) return {};
  const Tensor& tensor = found->second;
  std::vector<float> values(tensor.elements);
  if (tensor.type == ElementType::Q4) {
    expand_q4(tensor.bytes, values);
  } else if (!values.empty()) {
    std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  }
  return values;
}

void ModelFile::word(int word, std::span<float> row) const {
  const std::size_t bytes = static_cast<std::size_t>(dimensions_.width) / kBlock * kBlockBytes;
  expand_q4(words_.subspan(static_cast<std::size_t>(word) * bytes, bytes), row);
}

}  // namespace skald::e5

// Reads the weights of a CTranslate2 model (model.bin): names, shapes and types of arrays in a mapped file.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace skald::whisper {

enum class ElementType : std::uint8_t { F32 = 0, I8 = 1, I16 = 2, I32 = 3, F16 = 4, BF16 = 5 };
std::size_t element_size(ElementType type);

/// An array inside the file. `bytes` may be unaligned.
struct Tensor {
  ElementType type = ElementType::F32;
  std::vector<std::uint32_t> shape;  // empty: one number
  std::span<const std::byte> bytes;
  std::span<const std::byte> record;  // header and bytes, as they stand in the file
  std::size_t elements() const { return bytes.size() / element_size(type); }
};

class Weights {
 public:
  /// Parses and checks the whole table; `file` must outlive the result. The error names `origin` and the
  /// place.
  static Result<Weights> parse(std::span<const std::byte> file, std::string_view origin);

  const std::string& spec() const { return spec_; }
  /// The array of that name or alias; null where there is none.
  const Tensor* find(std::string_view name) const;
  const std::map<std::string, Tensor, std::less<>>& all() const { return tensors_; }
  /// The array's numbers as f32, whatever the file holds: quantized rows are divided by their scale.
  Result<std::vector<float>> floats(std::string_view name) const;
  /// A whole number stored under `name`, else `otherwise`.
  int number(std::string_view name, int otherwise) const;

  /// The file again without the arrays that `keep` refuses: pieces to be read one after the other, some of
  /// them in `storage`, which must live as long as they do.
  std::vector<std::span<const std::byte>> subset(const std::function<bool(std::string_view)>& keep,
                                                 std::vector<std::byte>& storage) const;

 private:
  std::string origin_;
  std::string spec_;
  std::span<const std::byte> head_, tail_;  // before the count of arrays; after the last array
  std::map<std::string, Tensor, std::less<>> tensors_;
  std::vector<std::string> order_;
  std::map<std::string, std::string, std::less<>> aliases_;
};

}  // namespace skald::whisper

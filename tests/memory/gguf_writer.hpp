// Writes headers of GGUF files, for tests.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace skald {

class GgufWriter {
 public:
  void text(const std::string& name, const std::string& value) {
    key(name, 8);
    put_text(values_, value);
  }
  void number(const std::string& name, std::uint32_t value) {
    key(name, 4);
    put(values_, value);
  }
  void real(const std::string& name, float value) {
    key(name, 6);
    put(values_, value);
  }
  void numbers(const std::string& name, const std::vector<std::uint32_t>& list) {
    key(name, 9);
    put(values_, std::uint32_t{4});
    put(values_, std::uint64_t{list.size()});
    for (const std::uint32_t one : list) put(values_, one);
  }
  void texts(const std::string& name, const std::vector<std::string>& list) {
    key(name, 9);
    put(values_, std::uint32_t{8});
    put(values_, std::uint64_t{list.size()});
    for (const std::string& one : list) put_text(values_, one);
  }
  void tensor(const std::string& name, const std::vector<std::uint64_t>& shape, std::uint32_t type) {
    put_text(tensors_, name);
    put(tensors_, static_cast<std::uint32_t>(shape.size()));
    for (const std::uint64_t dimension : shape) put(tensors_, dimension);
    put(tensors_, type);
    put(tensors_, std::uint64_t{0});
    ++tensor_count_;
  }
  std::string bytes() const {
    std::string all = "GGUF";
    put(all, std::uint32_t{3});
    put(all, tensor_count_);
    put(all, value_count_);
    return all + values_ + tensors_;
  }

 private:
  template <typename T>
  static void put(std::string& to, T value) {
    to.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  static void put_text(std::string& to, const std::string& value) {
    put(to, std::uint64_t{value.size()});
    to += value;
  }
  void key(const std::string& name, std::uint32_t type) {
    put_text(values_, name);
    put(values_, type);
    ++value_count_;
  }

  std::string values_, tensors_;
  std::uint64_t value_count_ = 0, tensor_count_ = 0;
};

}  // namespace skald

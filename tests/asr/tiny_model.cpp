#include "asr/tiny_model.hpp"

#include <cmath>
#include <cstdint>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace skald::whisper {
namespace {

// Version 6 of the file: names, shapes, types and bytes of arrays, then other names of arrays.
class ModelFile {
 public:
  void numbers(const std::string& name, const std::vector<std::uint32_t>& shape, double mean,
               double deviation) {
    std::size_t count = 1;
    for (const std::uint32_t s : shape) count *= s;
    header(name, shape, 0, count * sizeof(float));
    for (std::size_t i = 0; i < count; ++i) put(static_cast<float>(mean + deviation * normal()));
  }
  void number(const std::string& name, std::int8_t value) {
    header(name, {}, 1, 1);
    put(value);
  }
  void write(const std::filesystem::path& path) const {
    std::ofstream file(path, std::ios::binary);
    std::string head;
    append(head, std::uint32_t{6});
    text(head, "WhisperSpec");
    append(head, std::uint32_t{3});
    append(head, arrays_);
    std::string tail;
    append(tail, std::uint32_t{1});
    text(tail, "decoder/projection/weight");
    text(tail, "decoder/embeddings/weight");
    file << head << body_ << tail;
  }

 private:
  template <typename T>
  static void append(std::string& to, const T& value) {
    to.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <typename T>
  void put(const T& value) {
    append(body_, value);
  }
  static void text(std::string& to, const std::string& value) {
    append(to, static_cast<std::uint16_t>(value.size() + 1));
    to += value;
    to += '\0';
  }
  void header(const std::string& name, const std::vector<std::uint32_t>& shape, std::uint8_t type,
              std::size_t bytes) {
    ++arrays_;
    text(body_, name);
    put(static_cast<std::uint8_t>(shape.size()));
    for (const std::uint32_t s : shape) put(s);
    put(type);
    put(static_cast<std::uint32_t>(bytes));
  }
  // Box & Muller, since the standard library's distributions differ between libraries.
  double normal() {
    const double u = (static_cast<double>(draws_()) + 1) / 4294967297.0,
                 v = static_cast<double>(draws_()) / 4294967296.0;
    return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v);
  }

  std::mt19937 draws_{7};
  std::uint32_t arrays_ = 0;
  std::string body_;
};

void write_norm(ModelFile& file, const std::string& name, std::uint32_t width) {
  file.numbers(name + "/gamma", {width}, 1, 0.1);
  file.numbers(name + "/beta", {width}, 0, 0.1);
}

void write_linear(ModelFile& file, const std::string& name, std::uint32_t outputs, std::uint32_t inputs) {
  file.numbers(name + "/weight", {outputs, inputs}, 0, 1.0 / std::sqrt(inputs));
  file.numbers(name + "/bias", {outputs}, 0, 0.1);
}

void write_layers(ModelFile& file, const std::string& side, const TinyModel& model) {
  const auto width = static_cast<std::uint32_t>(model.width);
  for (int i = 0; i < model.layers; ++i) {
    const std::string name = side + "/layer_" + std::to_string(i);
    write_norm(file, name + "/self_attention/layer_norm", width);
    write_linear(file, name + "/self_attention/linear_0", 3 * width, width);
    write_linear(file, name + "/self_attention/linear_1", width, width);
    if (side == "decoder") {
      write_norm(file, name + "/attention/layer_norm", width);
      write_linear(file, name + "/attention/linear_0", width, width);
      write_linear(file, name + "/attention/linear_1", 2 * width, width);
      write_linear(file, name + "/attention/linear_2", width, width);
    }
    write_norm(file, name + "/ffn/layer_norm", width);
    write_linear(file, name + "/ffn/linear_0", 4 * width, width);
    write_linear(file, name + "/ffn/linear_1", width, 4 * width);
  }
  write_norm(file, side + "/layer_norm", width);
  file.number(side + "/num_heads", static_cast<std::int8_t>(model.width / 64));
  file.number(side + "/activation", 3);
  file.number(side + "/pre_norm", 1);
}

// Printable bytes stand for themselves, the others for the characters from U+0100 on.
std::string byte_token(int byte, int& next) {
  const bool printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  const int c = printable ? byte : next++;
  if (c < 128) return {static_cast<char>(c)};
  return {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 63))};
}

std::vector<std::string> tokens(bool multilingual) {
  std::vector<std::string> out;
  int next = 256;
  for (int b = 0; b < 256; ++b) out.push_back(byte_token(b, next));
  const std::size_t text = multilingual ? 50257 : 50256;
  while (out.size() < text) out.push_back("w" + std::to_string(out.size()));
  if (multilingual) out.back().clear();
  for (const char* name : {"endoftext", "startoftranscript", "en", "nl"})
    out.push_back("<|" + std::string(name) + "|>");
  for (int i = 2; i < 99; ++i)
    out.push_back(std::string("<|") + static_cast<char>('a' + i % 26) + static_cast<char>('a' + i / 26) +
                  "x|>");
  for (const char* name : {"translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"})
    out.push_back("<|" + std::string(name) + "|>");
  for (int i = 0; i <= 1500; ++i) {
    char time[16];
    std::snprintf(time, sizeof time, "<|%.2f|>", i * 0.02);
    out.emplace_back(time);
  }
  return out;
}

}  // namespace

void write_tiny_model(const std::filesystem::path& folder, const TinyModel& model) {
  std::filesystem::create_directories(folder);
  const std::vector<std::string> list = tokens(model.multilingual);
  std::ofstream vocabulary(folder / "vocabulary.txt");
  for (const std::string& token : list) vocabulary << token << '\n';
  const std::string layer = std::to_string(model.layers - 1);
  std::string heads = "[" + layer + ", 0]";
  if (model.width > 64) heads += ", [" + layer + ", 1]";
  const std::size_t start = model.multilingual ? 50258 : 50257;
  std::string languages = std::to_string(start + 1);
  for (std::size_t i = 2; i <= 99; ++i) languages += ", " + std::to_string(start + i);
  std::ofstream(folder / "config.json")
      << R"({"alignment_heads": [)" << heads << R"(], "lang_ids": [)" << languages
      << R"(], "suppress_ids": [1, 2], "suppress_ids_begin": [3]})";
  const auto width = static_cast<std::uint32_t>(model.width), bands = static_cast<std::uint32_t>(model.bands);
  ModelFile file;
  file.numbers("encoder/conv1/weight", {width, bands, 3}, 0, 0.1);
  file.numbers("encoder/conv1/bias", {width}, 0, 0.1);
  file.numbers("encoder/conv2/weight", {width, width, 3}, 0, 0.1);
  file.numbers("encoder/conv2/bias", {width}, 0, 0.1);
  file.numbers("encoder/position_encodings/encodings", {1500, width}, 0, 0.3);
  write_layers(file, "encoder", model);
  file.numbers("decoder/embeddings/weight", {static_cast<std::uint32_t>(list.size()), width}, 0, 0.3);
  file.numbers("decoder/position_encodings/encodings", {448, width}, 0, 0.3);
  write_layers(file, "decoder", model);
  for (const char* name : {"alibi", "scale_embeddings", "start_from_zero_embedding"})
    file.number(std::string("decoder/") + name, 0);
  file.write(folder / "model.bin");
}

}  // namespace skald::whisper

#include "formats/env.hpp"

#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skald;
  const auto file = parse_env(as_text(data, size), ".env");
  if (!file) {
    must(file.error().message.starts_with(".env: line "), "an error names the line");
    return 0;
  }
  std::size_t line = 0;
  for (const EnvEntry& entry : file->entries) {
    must(!entry.name.empty(), "every entry has a name");
    must(entry.line > line, "lines ascend");
    line = entry.line;
    must(file->find(entry.name) != nullptr, "every entry is found");
  }
  return 0;
}

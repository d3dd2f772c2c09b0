#include "formats/rttm.hpp"

#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skald;
  const std::string_view text = as_text(data, size);
  if (const auto turns = parse_rttm(text, "x.rttm")) {
    const auto again = parse_rttm(to_rttm(*turns, "x"), "y");
    must(again && again->size() == turns->size(), "written turns can be read");
  } else {
    must(turns.error().message.starts_with("x.rttm: line "), "an error names the line");
  }
  if (const auto lines = parse_stm(text, "x.stm")) {
    for (const StmLine& line : *lines)
      must(line.span.end >= line.span.start, "no line ends before it starts");
  }
  return 0;
}

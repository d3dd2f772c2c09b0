#include "formats/segments.hpp"

#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skald;
  const auto lines = parse_segments(as_text(data, size), "x.jsonl");
  if (!lines) {
    must(lines.error().message.starts_with("x.jsonl: line "), "an error names the line");
    return 0;
  }
  Label label;
  label.backend = "e5";
  const auto written = classified_lines(*lines, std::vector<Label>(lines->size(), label));
  must(written.has_value(), "labels can be added to what was read");
  const auto again = parse_segments(*written, "y");
  must(again && again->size() == lines->size(), "one line out for one line in");
  for (std::size_t i = 0; i < again->size(); ++i) {
    must((*again)[i].segment.text == (*lines)[i].segment.text, "texts stay");
    must(label_from_json((*again)[i].fields).has_value(), "every line has a label");
  }
  return 0;
}

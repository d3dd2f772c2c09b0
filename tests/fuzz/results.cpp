#include "formats/results.hpp"

#include "formats/captions.hpp"
#include "formats/segments.hpp"
#include "formats/session_text.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skald;
  const auto result = parse_results(as_text(data, size), "x_data.json");
  if (!result) return 0;
  (void)safe_session_id(result->session_id);
  for (const View view : {View::Full, View::InCharacter, View::OutOfCharacter}) {
    const auto lines = parse_text(to_text(view, result->segments), "x");
    must(lines.has_value(), "written text can be read");
  }
  for (const Segment& segment : result->segments) {
    (void)to_vtt(make_cues(segment, shown_name(segment)));
    const auto again = segment_from_json(to_json(segment));
    must(again.has_value(), "a segment survives JSON");
  }
  return 0;
}

#include "formats/truth.hpp"

#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skald;
  for (const auto& truth :
       {parse_truth(as_text(data, size), "t"), parse_truth_lines(as_text(data, size), "t")}) {
    if (!truth) continue;
    for (const Segment& segment : truth->segments)
      must(segment.span.end >= segment.span.start, "no segment ends before it starts");
    for (const Turn& turn : truth->turns) must(!turn.speaker.empty(), "every turn has a speaker");
  }
  return 0;
}

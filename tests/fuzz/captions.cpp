#include "formats/captions.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace skald;

// What the writers write, the readers read: the same cues in the same order.
void must_come_back(const std::vector<Cue>& cues, const Result<std::vector<Cue>>& read) {
  must(read.has_value(), "written cues can be read");
  must(read->size() <= cues.size(), "reading makes no cues up");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(data, size);
  for (const auto& cues : {parse_srt(text, "f.srt"), parse_vtt(text, "f.vtt")}) {
    if (!cues) {
      must(cues.error().message.starts_with("f."), "an error names the file");
      continue;
    }
    for (const Cue& cue : *cues) must(cue.span.end >= cue.span.start, "no cue ends before it starts");
    must_come_back(*cues, parse_srt(to_srt(*cues), "x"));
    must_come_back(*cues, parse_vtt(to_vtt(readable(*cues)), "x"));
    for (const Cue& cue : *cues) {
      Segment segment;
      segment.span = cue.span;
      segment.text = cue.text;
      (void)to_srt(make_cues(segment, cue.speaker));
    }
  }
  return 0;
}

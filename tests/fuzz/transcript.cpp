// The files between stages, and what becomes of them.
#include "formats/transcript.hpp"

#include "domain/assign.hpp"
#include "formats/captions.hpp"
#include "formats/diarization.hpp"
#include "formats/fields.hpp"
#include "formats/segments.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skald;
  const auto json = parse_outside_json(as_text(data, size), "x");
  if (!json) return 0;
  (void)speech_from_json(*json);
  (void)roles_from_json(*json);
  (void)label_from_json(*json);
  const auto diarization = diarization_from_json(*json);
  std::vector<Chunk> chunks;
  std::size_t words = 0;
  if (json->is_object() && json->contains("chunks") && (*json)["chunks"].is_array())
    for (const Json& entry : (*json)["chunks"])
      if (auto chunk = chunk_from_json(entry)) {
        words += chunk->words.size();
        chunks.push_back(std::move(*chunk));
      }
  const auto segments = assign(chunks, diarization ? *diarization : Diarization{});
  for (const Segment& segment : segments) {
    must(words >= segment.words.size(), "no word is doubled");
    words -= segment.words.size();
    (void)to_srt(make_cues(segment, segment.speaker_name));
    (void)to_line(to_json(segment));
  }
  must(words == 0, "no word is lost");
  return 0;
}

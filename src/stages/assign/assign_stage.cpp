#include "stages/assign/assign_stage.hpp"

#include <algorithm>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "domain/assign.hpp"
#include "formats/diarization.hpp"
#include "formats/segments.hpp"
#include "formats/transcript.hpp"

namespace skald {
namespace {

// Tracks share one clock: segments of different tracks that run at the same time overlap.
void merge_tracks(std::vector<Segment>& segments) {
  std::stable_sort(segments.begin(), segments.end(),
                   [](const Segment& a, const Segment& b) { return a.span < b.span; });
  for (std::size_t i = 0; i < segments.size(); ++i)
    for (std::size_t j = i + 1; j < segments.size() && segments[j].span.start < segments[i].span.end; ++j)
      if (segments[i].speaker_id != segments[j].speaker_id)
        segments[i].overlap = segments[j].overlap = Overlap::Yes;
}

}  // namespace

Result<Assigned> assign_tracks(StageContext& context, const std::vector<TrackText>& tracks,
                               const std::vector<SpeakerRole>& roles) {
  Assigned assigned;
  Json parameters = Json::array();
  std::vector<std::string> inputs;
  for (const TrackText& track : tracks) {
    const auto chunks = TRY(read_words(track.words.directory / "words.json"));
    auto segments = assign(chunks, track.diarization, AssignOptions{});
    std::move(segments.begin(), segments.end(), std::back_inserter(assigned.segments));
    parameters.push_back(sha256(to_line(to_json(track.diarization))));
    inputs.push_back(track.words.key);
  }
  if (tracks.size() > 1) merge_tracks(assigned.segments);
  const std::string lines = segments_jsonl(assigned.segments, roles);
  assigned.content = sha256(lines);
  StageRequest request{StageId::Assign, {{"turns", parameters}, {"content", assigned.content}}, inputs, {}};
  request.make = [&](const Lease& lease) {
    return write_file_atomic(lease.output() / "segments.jsonl", lines);
  };
  assigned.artifact = TRY(run_stage(context, request));
  return assigned;
}

}  // namespace skald

#include "service/session/heard_track.hpp"

#include <algorithm>

#include "domain/assign.hpp"
#include "formats/transcript.hpp"
#include "platform/worker/units.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kToldAtOnce = 16;  // chunks

}  // namespace

void name_speakers(std::vector<Segment>& segments, const std::vector<SpeakerRole>& roles) {
  for (Segment& segment : segments)
    for (const SpeakerRole& role : roles)
      if (role.speaker_id == segment.speaker_id && !role.name.empty()) segment.speaker_name = role.name;
}

void HeardTrack::tell(std::size_t unit, const std::vector<Chunk>& chunks) {
  told_ = true;
  HeardUnit heard{track_, unit, assign(chunks, diarization_)};
  name_speakers(heard.segments, roles_);
  observer_.heard(heard);
}

void HeardTrack::tell_unit(const fs::path& units, std::size_t index) {
  const auto chunks = read_words(unit_file(units, index));
  if (chunks) tell(index, *chunks);
}

void HeardTrack::tell_rest(const fs::path& words) {
  if (told_) return;
  const auto chunks = read_words(words / "words.json");
  if (!chunks) return;
  for (std::size_t first = 0; first < chunks->size(); first += kToldAtOnce) {
    const auto begin = chunks->begin() + static_cast<std::ptrdiff_t>(first);
    const auto count = std::min(kToldAtOnce, chunks->size() - first);
    tell(first / kToldAtOnce, {begin, begin + static_cast<std::ptrdiff_t>(count)});
  }
}

}  // namespace skald

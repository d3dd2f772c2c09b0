#include "domain/diarization/diarize.hpp"

#include <algorithm>
#include <map>

#include "domain/diarization/local_speakers.hpp"
#include "domain/diarization/speech.hpp"
#include "domain/diarization/timeline.hpp"
#include "domain/diarization/turns.hpp"

namespace skald {

using listen::kDimension;

namespace {

std::vector<SpeakerVoice> voices_of(const std::vector<Turn>& turns, std::span<const float> centroids,
                                    const std::vector<std::string>& name) {
  std::map<std::string, SpeakerVoice> voices;
  for (const Turn& turn : turns) {
    SpeakerVoice& voice = voices[turn.speaker];
    voice.speech = voice.speech + turn.span.length();
  }
  for (std::size_t s = 0; s < name.size(); ++s) {
    const auto found = voices.find(name[s]);
    if (found == voices.end()) continue;
    found->second.id = name[s];
    const auto centroid = centroids.subspan(s * kDimension, kDimension);
    found->second.centroid.assign(centroid.begin(), centroid.end());
  }
  std::vector<SpeakerVoice> list;
  list.reserve(voices.size());
  for (auto& [id, voice] : voices) list.push_back(std::move(voice));
  return list;
}

/// Gives the frames of each piece in which one person speaks to the person of the piece.
void follow_pieces(const ListenData& data, const std::vector<int>& label, std::span<const std::uint8_t> count,
                   std::size_t people, std::vector<std::uint8_t>& frames) {
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (label[i] < 0) continue;
    const Piece& piece = data.pieces[i];
    for (std::size_t f = piece.first; f < std::min(piece.end, count.size()); ++f) {
      if (count[f] != 1) continue;
      std::fill_n(&frames[f * people], people, std::uint8_t{0});
      frames[f * people + static_cast<std::size_t>(label[i])] = 1;
    }
  }
}

/// Who is who: the people, their pieces and their local speakers.
struct Cast {
  std::vector<float> centroids;
  std::vector<int> pieces;
  Assignment windows;
};

Cast find_cast(const ListenData& data, const PldaModel& plda, const DiarizeOptions& options) {
  Cast cast;
  if (options.clusterer == Clusterer::Vbx) {
    cast.centroids = vbx_centroids(select_training(data), plda);
    if (!cast.centroids.empty()) cast.windows = assign_windows(data, cast.centroids);
  } else {
    cast.centroids = find_people(data, options.count);
    cast.pieces = label_pieces(data, cast.centroids);
    if (!cast.centroids.empty()) cast.windows = assign_windows(data, cast.centroids, cast.pieces);
  }
  if (cast.centroids.empty()) {
    cast.centroids = mean_voice(data);
    cast.windows = one_person(data);
  }
  return cast;
}

}  // namespace

DiarizeResult diarize(const ListenData& data, const PldaModel& plda, const DiarizeOptions& options) {
  DiarizeResult result;
  const Cast cast = find_cast(data, plda, options);
  const std::size_t people = cast.centroids.size() / kDimension;
  auto count = count_speakers(data);
  const Seconds end = to_seconds(data.length);
  auto frames = reconstruct(data, cast.windows, people, count);
  follow_pieces(data, cast.pieces, count, people, frames);
  const auto name = names_of(frames, people);
  result.diarization.turns = turns_of(frames, people, end, name);
  result.voices = voices_of(result.diarization.turns, cast.centroids, name);
  for (std::uint8_t& c : count) c = std::min<std::uint8_t>(c, 1);
  frames = reconstruct(data, cast.windows, people, count);
  follow_pieces(data, cast.pieces, count, people, frames);
  result.diarization.exclusive_turns = turns_of(frames, people, end, name);
  result.diarization.speech = speech_regions(data);
  result.diarization.overlaps = overlap_regions(data);
  return result;
}

}  // namespace skald

#include "domain/diarization/diarize.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "domain/diarization/assignment.hpp"
#include "domain/diarization/linkage.hpp"
#include "domain/diarization/pieces.hpp"
#include "domain/diarization/speech.hpp"
#include "domain/diarization/vbx.hpp"

namespace skald {

using listen::kDimension;
using listen::kFrames;
using listen::kSpeakers;

TrainingSet select_training(const ListenData& data) {
  TrainingSet set;
  for (std::size_t w = 0; w < data.windows(); ++w) {
    const auto frames = data.frames(w);
    for (std::size_t k = 0; k < kSpeakers; ++k) {
      const auto alone = std::count(frames.begin(), frames.end(), static_cast<std::uint8_t>(1U << k));
      if (!data.has_embedding(w, k) || static_cast<double>(alone) < 0.2 * kFrames) continue;
      const auto e = data.embedding(w, k);
      set.owners.push_back(w * kSpeakers + k);
      set.embeddings.insert(set.embeddings.end(), e.begin(), e.end());
    }
  }
  return set;
}

namespace {

double cosine(std::span<const float> a, std::span<const float> b) {
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t d = 0; d < a.size(); ++d) {
    ab += static_cast<double>(a[d]) * b[d];
    aa += static_cast<double>(a[d]) * a[d];
    bb += static_cast<double>(b[d]) * b[d];
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

std::uint8_t speaks(const ListenData& data, std::size_t window) {
  std::uint8_t bits = 0;
  for (const std::uint8_t frame : data.frames(window)) bits |= frame;
  return bits;
}

}  // namespace

std::vector<float> vbx_centroids(const TrainingSet& set, const PldaModel& plda) {
  if (set.owners.size() < 2) return {};
  const auto unit = unit_rows(set.embeddings, kDimension);
  const auto labels = centroid_linkage(unit, kDimension, 0.6);
  const auto first = static_cast<std::size_t>(*std::max_element(labels.begin(), labels.end())) + 1;
  const auto features = plda_features(plda, set.embeddings);
  const VbxResult result = vbx(features, plda.phi, labels, first);
  std::vector<float> centroids;
  for (std::size_t s = 0; s < first; ++s) {
    if (result.pi[s] <= 1e-7) continue;
    std::vector<double> sum(kDimension);
    double mass = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const double g = result.gamma[i * first + s];
      mass += g;
      for (std::size_t d = 0; d < kDimension; ++d) sum[d] += g * set.embeddings[i * kDimension + d];
    }
    for (const double x : sum) centroids.push_back(static_cast<float>(x / mass));
  }
  return centroids;
}

Assignment assign_windows(const ListenData& data, std::span<const float> centroids) {
  const std::size_t people = centroids.size() / kDimension;
  Assignment assignment(data.windows() * kSpeakers, -1);
  std::vector<double> score(kSpeakers * people);
  for (std::size_t w = 0; w < data.windows(); ++w) {
    const std::uint8_t active = speaks(data, w);
    if (active == 0) continue;
    for (std::size_t k = 0; k < kSpeakers; ++k) {
      for (std::size_t s = 0; s < people; ++s) {
        score[k * people + s] =
            data.has_embedding(w, k) && (active >> k & 1) != 0
                ? cosine(data.embedding(w, k), centroids.subspan(s * kDimension, kDimension))
                : -3.0;
      }
    }
    const auto best = assign_best(score, kSpeakers, people);
    for (std::size_t k = 0; k < kSpeakers; ++k) {
      if ((active >> k & 1) != 0) assignment[w * kSpeakers + k] = best[k];
    }
  }
  return assignment;
}

Assignment assign_windows(const ListenData& data, std::span<const float> centroids,
                          const std::vector<int>& pieces) {
  constexpr double kCosineSeconds = 0.5;  // what the embedding of the window counts
  const std::size_t people = centroids.size() / kDimension;
  Assignment assignment(data.windows() * kSpeakers, -1);
  for (std::size_t w = 0; w < data.windows(); ++w) {
    const std::uint8_t active = speaks(data, w);
    if (active == 0) continue;
    std::vector<double> score(kSpeakers * people);
    for (std::size_t k = 0; k < kSpeakers; ++k) {
      for (std::size_t s = 0; s < people; ++s) {
        const auto centroid = centroids.subspan(s * kDimension, kDimension);
        score[k * people + s] = (active >> k & 1) == 0 ? -1e6
                                : data.has_embedding(w, k)
                                    ? kCosineSeconds * cosine(data.embedding(w, k), centroid)
                                    : 0.0;
      }
    }
    for (const PieceSpeaker& p : pieces_of_window(data, w)) {
      if (pieces[p.piece] < 0) continue;
      score[p.speaker * people + static_cast<std::size_t>(pieces[p.piece])] +=
          heard_seconds(data.pieces[p.piece]);
    }
    const auto best = assign_best(score, kSpeakers, people);
    for (std::size_t k = 0; k < kSpeakers; ++k) {
      if ((active >> k & 1) != 0) assignment[w * kSpeakers + k] = best[k];
    }
  }
  return assignment;
}

namespace {

std::string speaker_id(std::size_t number) {
  const std::string digits = std::to_string(number);
  return "SPEAKER_" + std::string(digits.size() < 2 ? 2 - digits.size() : 0, '0') + digits;
}

/// Turns of all people in order of time; person s is called name[s].
std::vector<Turn> turns_of(std::span<const std::uint8_t> frames, std::size_t people, Seconds end,
                           const std::vector<std::string>& name) {
  std::vector<Turn> turns;
  if (people == 0) return turns;
  for (std::size_t s = 0; s < people; ++s) {
    const auto on = [&](std::size_t f) { return frames[f * people + s] != 0; };
    for (const Span& span : spans_of(frames.size() / people, end, on)) {
      // Less than a millisecond, at the very end of a recording, would be an empty turn in files.
      if (to_millisecond(span.start) < to_millisecond(span.end)) turns.push_back({span, name[s]});
    }
  }
  std::sort(turns.begin(), turns.end(), [](const Turn& a, const Turn& b) {
    return std::tie(a.span, a.speaker) < std::tie(b.span, b.speaker);
  });
  return turns;
}

/// Names by first appearance in `frames`; people who never speak come last.
std::vector<std::string> names_of(std::span<const std::uint8_t> frames, std::size_t people) {
  std::vector<std::string> name(people);
  std::size_t next = 0;
  for (std::size_t i = 0; i < frames.size() && next < people; ++i) {
    if (frames[i] != 0 && name[i % people].empty()) name[i % people] = speaker_id(next++);
  }
  for (std::string& id : name) {
    if (id.empty()) id = speaker_id(next++);
  }
  return name;
}

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
  for (auto& [id, voice] : voices) list.push_back(std::move(voice));
  return list;
}

}  // namespace

namespace {

/// What too little speech to tell voices apart becomes: one person, if anybody speaks.
Assignment one_person(const ListenData& data) {
  Assignment assignment(data.windows() * kSpeakers, -1);
  for (std::size_t w = 0; w < data.windows(); ++w) {
    const std::uint8_t active = speaks(data, w);
    for (std::size_t k = 0; k < kSpeakers; ++k) {
      if ((active >> k & 1) != 0) assignment[w * kSpeakers + k] = 0;
    }
  }
  return assignment;
}

std::vector<float> mean_voice(const ListenData& data) {
  std::vector<double> sum(kDimension);
  double n = 0;
  for (std::size_t i = 0; i < data.windows() * kSpeakers; ++i) {
    if (!data.has_embedding(i / kSpeakers, i % kSpeakers)) continue;
    const auto e = data.embedding(i / kSpeakers, i % kSpeakers);
    for (std::size_t d = 0; d < kDimension; ++d) sum[d] += e[d];
    ++n;
  }
  std::vector<float> mean(kDimension);
  if (n > 0)
    std::transform(sum.begin(), sum.end(), mean.begin(), [n](double x) { return static_cast<float>(x / n); });
  return mean;
}

}  // namespace

namespace {

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

#include "domain/diarization/people.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "domain/diarization/linkage.hpp"
#include "domain/diarization/voices.hpp"

namespace skald {

using listen::kDimension;

namespace {

constexpr double kMergeOdds = -0.8;        // groups are joined down to here: rather one person than two
constexpr double kKnownOdds = -0.3;        // the same while fewer people are found than sit at the table
constexpr double kSurelyOne = 3.0;         // such groups stay joined, whatever number was told
constexpr double kFirstOdds = 1.0;         // for groups within one stretch of a long recording
constexpr std::size_t kStretch = 400;      // pieces, about fifteen minutes
constexpr std::size_t kMostGroups = 3000;  // of all stretches: bounds the memory for recordings of any length
// A voice needs so much speech to be a person: a hundredth of it all, within these bounds in seconds.
constexpr double kLeastShare = 0.01;
constexpr double kLeastSeconds = 1.5;
constexpr double kEnoughSeconds = 15;
// So much speech on either side it takes to part two voices because a number was told.
constexpr double kProvenSeconds = 3;

/// Groups of pieces with what the segmentation says about pairs of them.
struct Groups {
  std::vector<VoiceGroup> voices;
  std::vector<PairWitness> witnesses;
};

/// The groups that these labels make of others.
Groups regroup(const Groups& old, const std::vector<std::size_t>& label, std::size_t count) {
  Groups made;
  made.voices.resize(count);
  for (std::size_t i = 0; i < label.size(); ++i) {
    const VoiceGroup& from = old.voices[i];
    VoiceGroup& to = made.voices[label[i]];
    if (to.sum.empty()) to.sum.assign(from.sum.size(), 0);
    std::transform(to.sum.begin(), to.sum.end(), from.sum.begin(), to.sum.begin(), std::plus<>());
    to.reach += from.reach;
    to.noise += from.noise;
    to.seconds += from.seconds;
  }
  std::map<std::pair<std::size_t, std::size_t>, Witness> pairs;
  for (const PairWitness& p : old.witnesses) {
    const auto [a, b] = std::minmax(label[p.first], label[p.second]);
    if (a == b) continue;
    Witness& pair = pairs[{a, b}];
    pair.apart += p.witness.apart;
    pair.together += p.witness.together;
  }
  for (const auto& [pair, witness] : pairs) made.witnesses.push_back({pair.first, pair.second, witness});
  return made;
}

/// Joins what surely is one voice within each stretch, so that the whole recording stays small.
Groups join_stretches(const Groups& all) {
  const std::size_t n = all.voices.size();
  if (n <= kStretch) return all;
  const std::size_t stretches = (n + kStretch - 1) / kStretch;
  const std::size_t most = std::max<std::size_t>(1, kMostGroups / stretches);
  std::vector<std::size_t> label(n);
  std::size_t groups = 0;
  for (std::size_t first = 0; first < n; first += kStretch) {
    const std::size_t count = std::min(kStretch, n - first);
    const auto begin = all.voices.begin() + static_cast<std::ptrdiff_t>(first);
    std::vector<PairWitness> inside;
    for (PairWitness p : all.witnesses) {
      if (p.first < first || p.second >= first + count) continue;
      p.first -= first;
      p.second -= first;
      inside.push_back(p);
    }
    const auto merges =
        merge_voices({begin, begin + static_cast<std::ptrdiff_t>(count)}, inside, kFirstOdds, most);
    std::map<std::size_t, std::size_t> number;
    const auto group = groups_after(count, merges, merges.size());
    for (std::size_t i = 0; i < count; ++i) {
      label[first + i] = number.try_emplace(group[i], groups + number.size()).first->second;
    }
    groups += number.size();
  }
  return regroup(all, label, groups);
}

Groups groups_of(const ListenData& data) {
  Groups groups;
  std::map<std::size_t, std::size_t> number;  // of each piece with an embedding
  for (std::size_t i = 0; i < data.pieces.size(); ++i) {
    if (data.pieces[i].heard == 0) continue;
    number.emplace(i, groups.voices.size());
    groups.voices.push_back(voice_group(data.voice(i), heard_seconds(data.pieces[i])));
  }
  for (const auto& [pair, witness] : witnesses(data)) {
    groups.witnesses.push_back({number.at(pair.first), number.at(pair.second), witness});
  }
  return groups;
}

struct Bounds {
  std::size_t least = 1;
  std::size_t most = std::numeric_limits<std::size_t>::max();
};

Bounds bounds_of(const PeopleCount& count) {
  if (count.exact) return {*count.exact, *count.exact};
  Bounds bounds;
  bounds.least = std::max<std::size_t>(1, count.least.value_or(1));
  if (count.most) {
    bounds.most = *count.most;
  } else if (count.people) {
    bounds.most = std::max(*count.people, bounds.least);
  }
  return bounds;
}

/// After each number of merges, how many groups are people, and how many are so beyond doubt.
struct PeopleAfter {
  std::vector<std::size_t> all;
  std::vector<std::size_t> proven;
};

/// How many merges to keep.
std::size_t choose_steps(const std::vector<Merge>& merges, const PeopleAfter& people,
                         const PeopleCount& count) {
  const auto unlikely = [](const Merge& m) { return m.odds < kMergeOdds; };
  auto steps =
      static_cast<std::size_t>(std::find_if(merges.begin(), merges.end(), unlikely) - merges.begin());
  const Bounds bounds = bounds_of(count);
  while (people.all[steps] > bounds.most && steps < merges.size()) ++steps;
  // Goes back while too few are found; stays where most are found if there are never enough.
  const auto undo = [&](std::size_t wanted, double odds) {
    std::size_t best = steps;
    for (std::size_t t = steps; t > 0 && people.all[best] < wanted && merges[t - 1].odds < odds; --t) {
      if (people.proven[t - 1] > people.proven[best] && people.all[t - 1] <= bounds.most) best = t - 1;
    }
    steps = best;
  };
  undo(bounds.least, kSurelyOne);
  if (count.people) undo(std::min(*count.people, bounds.most), kKnownOdds);
  return steps;
}

/// After each number of merges, how many groups have enough speech to be people.
std::vector<std::size_t> count_people(const Groups& groups, const std::vector<Merge>& merges, double enough) {
  std::vector<double> seconds(groups.voices.size());
  std::transform(groups.voices.begin(), groups.voices.end(), seconds.begin(),
                 [](const VoiceGroup& voice) { return voice.seconds; });
  const auto is_person = [enough](double s) { return s >= enough; };
  std::size_t people = static_cast<std::size_t>(std::count_if(seconds.begin(), seconds.end(), is_person));
  std::vector<std::size_t> count{people};
  for (const Merge& m : merges) {
    people -= (is_person(seconds[m.into]) ? 1U : 0U) + (is_person(seconds[m.from]) ? 1U : 0U);
    seconds[m.into] += seconds[m.from];
    people += is_person(seconds[m.into]) ? 1U : 0U;
    count.push_back(people);
  }
  return count;
}

}  // namespace

Centroids find_people(const ListenData& data, const PeopleCount& count) {
  const Groups groups = join_stretches(groups_of(data));
  const std::size_t n = groups.voices.size();
  if (n == 0) return {};
  double total = 0;
  for (const VoiceGroup& voice : groups.voices) total += voice.seconds;
  const double enough = std::clamp(kLeastShare * total, kLeastSeconds, kEnoughSeconds);
  const auto merges = merge_voices(groups.voices, groups.witnesses, 0, 1);
  const std::size_t steps = choose_steps(
      merges,
      {count_people(groups, merges, enough), count_people(groups, merges, std::max(enough, kProvenSeconds))},
      count);
  const auto label = groups_after(n, merges, steps);
  std::map<std::size_t, VoiceGroup> found;  // by first group, which is the order of first appearance
  for (std::size_t i = 0; i < n; ++i) {
    VoiceGroup& voice = found[label[i]];
    if (voice.sum.empty()) voice.sum.assign(kDimension, 0);
    std::transform(voice.sum.begin(), voice.sum.end(), groups.voices[i].sum.begin(), voice.sum.begin(),
                   std::plus<>());
    voice.seconds += groups.voices[i].seconds;
  }
  const auto more = [](const auto& a, const auto& b) { return a.second.seconds < b.second.seconds; };
  const double most = std::max_element(found.begin(), found.end(), more)->second.seconds;
  Centroids centroids;
  for (const auto& [first, voice] : found) {
    if (voice.seconds < std::min(enough, most)) continue;
    centroids.insert(centroids.end(), voice.sum.begin(), voice.sum.end());
  }
  return unit_rows(centroids, kDimension);
}

std::vector<int> label_pieces(const ListenData& data, const Centroids& centroids) {
  std::vector<int> label(data.pieces.size(), -1);
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (data.pieces[i].heard == 0) continue;
    const auto voice = data.voice(i);
    double best = -std::numeric_limits<double>::infinity();
    for (std::size_t s = 0; s * kDimension < centroids.size(); ++s) {
      const double score = std::inner_product(
          voice.begin(), voice.end(), centroids.begin() + static_cast<std::ptrdiff_t>(s * kDimension), 0.0);
      if (score > best) {
        best = score;
        label[i] = static_cast<int>(s);
      }
    }
  }
  return label;
}

}  // namespace skald

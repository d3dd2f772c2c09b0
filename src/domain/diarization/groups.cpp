#include "domain/diarization/groups.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace skald {

namespace {

constexpr double kFirstOdds = 1.0;         // for groups within one stretch of a long recording
constexpr std::size_t kStretch = 400;      // pieces, about fifteen minutes
constexpr std::size_t kMostGroups = 3000;  // of all stretches: bounds the memory for recordings of any length

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

Groups pieces_of(const ListenData& data) {
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

}  // namespace

Groups groups_of(const ListenData& data) {
  return join_stretches(pieces_of(data));
}

Groups merged(const Groups& groups, const std::vector<Merge>& merges, std::size_t steps) {
  auto label = groups_after(groups.voices.size(), merges, steps);
  std::map<std::size_t, std::size_t> number;
  for (std::size_t& l : label) l = number.try_emplace(l, number.size()).first->second;
  return regroup(groups, label, number.size());
}

Groups with_speech(const Groups& groups, double seconds) {
  Groups kept;
  std::map<std::size_t, std::size_t> number;
  for (std::size_t i = 0; i < groups.voices.size(); ++i) {
    if (groups.voices[i].seconds < seconds) continue;
    number.emplace(i, kept.voices.size());
    kept.voices.push_back(groups.voices[i]);
  }
  for (const PairWitness& p : groups.witnesses) {
    const auto first = number.find(p.first);
    const auto second = number.find(p.second);
    if (first == number.end() || second == number.end()) continue;
    kept.witnesses.push_back({first->second, second->second, p.witness});
  }
  return kept;
}

}  // namespace skald

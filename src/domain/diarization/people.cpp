#include "domain/diarization/people.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "domain/diarization/groups.hpp"
#include "domain/diarization/linkage.hpp"

namespace skald {

using listen::kDimension;

namespace {

constexpr double kMergeOdds = -0.8;  // groups are joined down to here: rather one person than two
constexpr double kKnownOdds = -0.3;  // the same while fewer people are found than sit at the table
constexpr double kSurelyOne = 3.0;   // such groups stay joined, whatever number was told
// A voice needs so much speech to be a person: a hundredth of it all, within these bounds in seconds.
constexpr double kLeastShare = 0.01;
constexpr double kLeastSeconds = 1.5;
constexpr double kEnoughSeconds = 15;
// So much speech on either side it takes to part two voices because a number was told.
constexpr double kProvenSeconds = 3;

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

/// Those with enough speech to be people, or the one with the most of it.
Groups people_among(const Groups& groups, double enough) {
  double most = 0;
  for (const VoiceGroup& voice : groups.voices) most = std::max(most, voice.seconds);
  return with_speech(groups, std::min(enough, most));
}

/// People as likely as not: two voices with much speech are one person only where the odds say so, the rest
/// goes to its likeliest voice.
Groups likeliest_people(const Groups& groups, const std::vector<Merge>& merges, double enough) {
  const double proven = std::max(enough, kProvenSeconds);
  const auto unlikely = std::find_if(merges.begin(), merges.end(), [](const Merge& m) { return m.odds < 0; });
  const Groups even = merged(groups, merges, static_cast<std::size_t>(unlikely - merges.begin()));
  const auto worth = [proven](double odds, double seconds) {
    return odds < 0 && seconds >= proven ? -std::numeric_limits<double>::infinity() : odds;
  };
  const auto more = merge_voices(even.voices, even.witnesses, kMergeOdds, even.voices.size(), worth);
  return people_among(merged(even, more, more.size()), enough);
}

/// Joins people until so many are left, each time those by whom the least speech is expected to go to a wrong
/// person: all of the shorter one's if they are two, none if they are one.
Groups join_people(const Groups& people, std::size_t most) {
  const auto worth = [](double odds, double seconds) { return std::tanh(odds / 2) * seconds; };
  const auto merges =
      merge_voices(people.voices, people.witnesses, std::numeric_limits<double>::infinity(), most, worth);
  return merged(people, merges, merges.size());
}

Groups choose_people(const Groups& groups, const std::vector<Merge>& merges, const PeopleCount& count,
                     double enough) {
  const std::size_t steps = choose_steps(
      merges,
      {count_people(groups, merges, enough), count_people(groups, merges, std::max(enough, kProvenSeconds))},
      count);
  Groups people = people_among(merged(groups, merges, steps), enough);
  const std::size_t most = bounds_of(count).most;
  // Where a number is known, joining the likeliest pairs can make two people one and leave a scrap of a third
  // one as a person.
  if (count.exact || people.voices.size() > most) {
    Groups likeliest = likeliest_people(groups, merges, enough);
    if (likeliest.voices.size() >= most) people = std::move(likeliest);
  }
  return join_people(people, most);
}

}  // namespace

Centroids find_people(const ListenData& data, const PeopleCount& count) {
  const Groups groups = groups_of(data);
  if (groups.voices.empty()) return {};
  double total = 0;
  for (const VoiceGroup& voice : groups.voices) total += voice.seconds;
  const double enough = std::clamp(kLeastShare * total, kLeastSeconds, kEnoughSeconds);
  const auto merges = merge_voices(groups.voices, groups.witnesses, 0, 1);
  const Groups people = choose_people(groups, merges, count, enough);
  Centroids centroids;
  for (const VoiceGroup& voice : people.voices) {
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

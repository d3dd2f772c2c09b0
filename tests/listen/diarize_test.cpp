// Who speaks when, on recordings whose voices are made up.
#include "domain/diarization/diarize.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <set>

#include "domain/diarization/local_speakers.hpp"
#include "domain/diarization/voices.hpp"
#include "domain/metrics/der.hpp"
#include "listen/table.hpp"

namespace skald {
namespace {

struct Table {
  std::vector<TableTurn> truth;
  ListenData data;
};

Table make_table(std::uint64_t seed, std::size_t people, double seconds) {
  Dice dice(seed);
  std::vector<Timbre> voices;
  for (std::size_t p = 0; p < people; ++p) voices.push_back(made_up_voice(dice));
  Table table{table_talk(dice, people, seconds), {}};
  table.data = hear_table(dice, table.truth, voices, seconds);
  return table;
}

std::vector<Turn> turns_of_truth(const Table& table) {
  std::vector<Turn> turns;
  for (const TableTurn& t : table.truth)
    turns.push_back({{{t.start}, {t.end}}, "person" + std::to_string(t.person)});
  return turns;
}

DiarizeResult run(const ListenData& data, PeopleCount count = {}) {
  DiarizeOptions options;
  options.count = count;
  return diarize(data, {}, options);  // the PLDA is for VBx only
}

void check_turns(const std::vector<Turn>& turns, Seconds end) {
  for (std::size_t i = 0; i < turns.size(); ++i) {
    RC_ASSERT(to_millisecond(turns[i].span.start) < to_millisecond(turns[i].span.end));
    RC_ASSERT(turns[i].span.start >= Seconds{0});
    RC_ASSERT(turns[i].span.end <= end);
    if (i > 0) RC_ASSERT(turns[i - 1].span.start <= turns[i].span.start);
  }
}

RC_GTEST_PROP(Diarize, TurnsAreWholeOrderedAndNamedByFirstAppearance, ()) {
  const auto people = *rc::gen::inRange<std::size_t>(1, 7);
  const auto seconds = *rc::gen::inRange(1, 90);
  const auto table = make_table(*rc::gen::inRange<std::uint64_t>(1, 100000), people, seconds);
  const auto result = run(table.data);
  const Seconds end = to_seconds(table.data.length);
  check_turns(result.diarization.turns, end);
  check_turns(result.diarization.exclusive_turns, end);
  for (std::size_t i = 1; i < result.diarization.exclusive_turns.size(); ++i) {
    RC_ASSERT(result.diarization.exclusive_turns[i - 1].span.end <=
              result.diarization.exclusive_turns[i].span.start);
  }
  std::size_t next = 0;
  std::set<std::string> seen;
  for (const Turn& turn : result.diarization.turns) {
    if (seen.insert(turn.speaker).second) RC_ASSERT(turn.speaker == "SPEAKER_0" + std::to_string(next++));
  }
  RC_ASSERT(result.voices.size() == seen.size());
}

RC_GTEST_PROP(Diarize, FindsThePeopleAtTheTable, ()) {
  const auto people = *rc::gen::inRange<std::size_t>(1, 7);
  const auto table = make_table(*rc::gen::inRange<std::uint64_t>(1, 100000), people, 100);
  const auto result = run(table.data);
  RC_ASSERT(result.voices.size() == people);
  RC_ASSERT(diarization_errors(turns_of_truth(table), result.diarization.turns).rate() < 0.1);
}

RC_GTEST_PROP(Diarize, KeepsToTheNumbersTold, ()) {
  const auto people = *rc::gen::inRange<std::size_t>(2, 7);
  const auto table = make_table(*rc::gen::inRange<std::uint64_t>(1, 100000), people, 100);
  const auto fewer = *rc::gen::inRange<std::size_t>(1, people);
  PeopleCount exact;
  exact.exact = fewer;
  RC_ASSERT(run(table.data, exact).voices.size() == fewer);
  PeopleCount most;
  most.most = fewer;
  RC_ASSERT(run(table.data, most).voices.size() == fewer);
  PeopleCount party;
  party.people = fewer;
  RC_ASSERT(run(table.data, party).voices.size() == fewer);
  PeopleCount least;  // surely one voice is never split
  least.least = people + 2;
  RC_ASSERT(run(table.data, least).voices.size() >= people);
  PeopleCount larger;
  larger.people = people + 3;
  RC_ASSERT(run(table.data, larger).voices.size() == people);
}

RC_GTEST_PROP(Diarize, LocalSpeakersOfAWindowStayApart, ()) {
  const auto table = make_table(*rc::gen::inRange<std::uint64_t>(1, 100000), 4, 60);
  const auto centroids = find_people(table.data, {});
  const auto assignment = assign_windows(table.data, centroids, label_pieces(table.data, centroids));
  for (std::size_t w = 0; w < table.data.windows(); ++w) {
    std::set<int> used;
    for (std::size_t k = 0; k < listen::kSpeakers; ++k) {
      const int person = assignment[w * listen::kSpeakers + k];
      if (person >= 0) RC_ASSERT(used.insert(person).second);
    }
  }
}

TEST(Diarize, MinimumBringsOutAVoiceThatIsHardToTellApart) {
  Dice dice(1);
  std::vector<Timbre> voices{made_up_voice(dice), made_up_voice(dice)};
  // A third voice near the second one: their cosine is about 0.7.
  voices.push_back(voices[1]);
  const Timbre other = made_up_voice(dice);
  for (std::size_t d = 0; d < other.size(); ++d) voices[2][d] = 0.65 * voices[2][d] + 0.76 * other[d];
  const auto truth = table_talk(dice, 3, 120);
  const auto data = hear_table(dice, truth, voices, 120);
  ASSERT_EQ(run(data).voices.size(), 2U);
  PeopleCount three;
  three.exact = 3;
  EXPECT_EQ(run(data, three).voices.size(), 3U);
}

/// A table of three of whom two sound alike, and a scrap of a voice that is nobody's.
Table alike_and_a_scrap(double likeness) {
  Dice dice(3);
  std::vector<Timbre> voices{made_up_voice(dice), made_up_voice(dice)};
  voices.push_back(voices[1]);
  const Timbre other = made_up_voice(dice);
  const double rest = std::sqrt(1 - likeness * likeness);
  for (std::size_t d = 0; d < other.size(); ++d) voices[2][d] = likeness * voices[2][d] + rest * other[d];
  voices.push_back(made_up_voice(dice));
  Table table{table_talk(dice, 3, 120), {}};
  auto heard = table.truth;
  heard.push_back({120.5, 122.7, 3});
  table.truth.push_back({120.5, 122.7, 0});
  table.data = hear_table(dice, heard, voices, 124);
  return table;
}

TEST(Diarize, ANumberToldIsNotSpentOnAScrap) {
  // Without a number four voices are found, or three of which one is two people; the scrap is always one.
  for (const double likeness : {0.56, 0.62}) {
    const auto table = alike_and_a_scrap(likeness);
    PeopleCount three;
    three.exact = 3;
    const auto told = run(table.data, three);
    EXPECT_EQ(told.voices.size(), 3U);
    EXPECT_LT(diarization_errors(turns_of_truth(table), told.diarization.turns).rate(), 0.05) << likeness;
  }
  const auto table = alike_and_a_scrap(0.62);
  EXPECT_GT(diarization_errors(turns_of_truth(table), run(table.data).diarization.turns).rate(), 0.2);
  EXPECT_EQ(run(alike_and_a_scrap(0.56).data).voices.size(), 4U);
}

TEST(Voices, JoinsThePairThatIsWorthMost) {
  Dice dice(5);
  std::vector<VoiceGroup> groups;
  // Three voices, of which the shortest is like none; joining the long ones would cost more speech.
  for (const double seconds : {30.0, 20.0, 2.0}) {
    const Timbre voice = made_up_voice(dice);
    std::vector<float> embedding(voice.size());
    speak(dice, voice, seconds, embedding.data());
    groups.push_back(voice_group(embedding, seconds));
  }
  const auto least_speech = [](double odds, double seconds) { return std::tanh(odds / 2) * seconds; };
  const auto merges = merge_voices(groups, {}, 1e9, 2, least_speech);
  ASSERT_EQ(merges.size(), 1U);
  EXPECT_EQ(merges[0].from, 2U);
  EXPECT_LT(merges[0].odds, 0) << "the odds, not the worth";
  const auto never = [](double, double) { return -1.0; };
  EXPECT_TRUE(merge_voices(groups, {}, 0, 3, never).empty());
}

TEST(Diarize, NobodyAndNextToNobody) {
  const auto nothing = run(ListenData{});
  EXPECT_TRUE(nothing.diarization.turns.empty());
  EXPECT_TRUE(nothing.voices.empty());
  ListenData silent;
  silent.length = {16000 * 30};
  silent.embedded.resize(listen::window_count(silent.length));
  silent.active.resize(silent.windows() * listen::kFrames);
  silent.embeddings.resize(silent.windows() * listen::kSpeakers * listen::kDimension);
  EXPECT_TRUE(run(silent).diarization.turns.empty());
  // Too little for an embedding: one person all the same.
  for (std::size_t f = 100; f < 108; ++f) silent.active[f] = 2;
  silent.length = {16000 * 10};
  silent.embedded.resize(1);
  silent.active.resize(listen::kFrames);
  const auto word = run(silent);
  ASSERT_EQ(word.diarization.turns.size(), 1U);
  EXPECT_EQ(word.diarization.turns[0].speaker, "SPEAKER_00");
  EXPECT_NEAR(word.diarization.turns[0].span.length().value, 8 * listen::kFrameStep, 1e-9);
}

TEST(Voices, OddsOfOneVoiceAndOfTwo) {
  Dice dice(8);
  const Timbre a = made_up_voice(dice);
  const Timbre b = made_up_voice(dice);
  std::vector<VoiceGroup> groups;
  for (const Timbre* voice : {&a, &a, &b, &b}) {
    std::vector<float> embedding(voice->size());
    speak(dice, *voice, 2.5, embedding.data());
    groups.push_back(voice_group(embedding, 2.5));
  }
  const auto merges = merge_voices(groups, {}, 0, 1);
  ASSERT_EQ(merges.size(), 3U);
  EXPECT_GT(merges[1].odds, 3) << "the pairs of one voice";
  EXPECT_LT(merges[2].odds, -3) << "the two voices";
  EXPECT_EQ(groups_after(4, merges, 2), (std::vector<std::size_t>{0, 0, 2, 2}));
  // What the segmentation hears counts against the likeness.
  const std::vector<VoiceGroup> pair{groups[0], groups[1]};
  const std::vector<PairWitness> apart{{0, 1, {60, 0}}};
  EXPECT_NEAR(merge_voices(pair, apart, 0, 1)[0].odds, merge_voices(pair, {}, 0, 1)[0].odds - 2.5 * 60 / 61,
              1e-4);
}

TEST(Pieces, AreShortApartAndOwnedByOneUnit) {
  const auto table = make_table(4, 3, 60);
  std::size_t before = 0;
  for (const Piece& piece : table.data.pieces) {
    EXPECT_GE(piece.first, before);
    EXPECT_GT(piece.end, piece.first);
    EXPECT_LE(static_cast<double>(piece.end - piece.first) * listen::kFrameStep, 2.8 + listen::kFrameStep);
    before = piece.end;
  }
  // Two units give pieces that follow one another.
  ListenData first = table.data;
  ListenData second = table.data;
  const std::size_t split = 20;
  first.embedded.resize(split);
  first.active.resize(split * listen::kFrames);
  second.first_window = split;
  second.embedded.erase(second.embedded.begin(), second.embedded.begin() + split);
  second.active.erase(second.active.begin(),
                      second.active.begin() + static_cast<std::ptrdiff_t>(split * listen::kFrames));
  const auto early = find_pieces(first);
  const auto late = find_pieces(second);
  ASSERT_FALSE(early.empty());
  ASSERT_FALSE(late.empty());
  EXPECT_LE(early.back().end, window_frame(split));
  EXPECT_GE(late.front().first, window_frame(split));
}

}  // namespace
}  // namespace skald

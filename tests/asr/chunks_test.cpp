// Chunks cover all speech, whatever its shape; speech without words is found again.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>

#include "engines/whisper/chunks.hpp"
#include "engines/whisper/coverage.hpp"

namespace skald::whisper {
namespace {

// Regions of any order that may overlap, from blinks to speech without a pause for minutes.
std::vector<Span> draw_speech() {
  const auto count = *rc::gen::inRange(0, 40);
  std::vector<Span> out;
  for (int i = 0; i < count; ++i) {
    const double start = *rc::gen::inRange(0, 200000) / 1000.0;
    const int kind = *rc::gen::inRange(0, 3);
    const double length = *rc::gen::inRange(1, kind == 0 ? 500 : kind == 1 ? 20000 : 100000) / 1000.0;
    out.push_back({{start}, {start + length}});
  }
  return out;
}

RC_GTEST_PROP(Chunks, CoverAllSpeechExactlyOnce, ()) {
  const std::vector<Span> speech = draw_speech();
  const Samples duration{*rc::gen::inRange(1, 220 * kSampleRate)};
  const int share = *rc::gen::inRange(0, 101);  // where in a stretch the quietest point is said to be
  const auto plans = plan_chunks(speech, duration, {}, [&](Piece where) {
    return Samples{where.start.value + where.length().value * share / 100};
  });
  std::vector<Piece> all;
  for (const ChunkPlan& plan : plans) {
    RC_ASSERT(!plan.pieces.empty());
    RC_ASSERT(plan.length() <= Samples{30 * kSampleRate});
    all.insert(all.end(), plan.pieces.begin(), plan.pieces.end());
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    RC_ASSERT(all[i].start < all[i].end);
    RC_ASSERT(all[i].start >= Samples{0} && all[i].end <= duration);
    if (i > 0) {
      RC_ASSERT(all[i - 1].end <= all[i].start);
    }  // in order, nothing twice
  }
  // Every 10 ms of speech lies in a piece, its borders too.
  for (const Span& s : speech)
    for (std::int64_t at = to_samples(s.start).value; at < std::min(to_samples(s.end).value, duration.value);
         at += 160) {
      const bool inside =
          std::ranges::any_of(all, [&](const Piece& p) { return p.start.value <= at && at < p.end.value; });
      RC_ASSERT(inside);
    }
}

RC_GTEST_PROP(Chunks, TimesStayInsideTheirPiece, ()) {
  const auto plans = plan_chunks(draw_speech(), Samples{220 * kSampleRate}, {},
                                 [](Piece where) { return where.start + Samples{where.length().value / 2}; });
  for (const ChunkPlan& plan : plans) {
    const double length = to_seconds(plan.length()).value;
    const Seconds hint{length * *rc::gen::inRange(0, 101) / 100};
    const Seconds time = plan.to_recording(hint, hint);
    const bool inside = std::ranges::any_of(plan.pieces, [&](const Piece& p) {
      return to_seconds(p.start).value - 1e-9 <= time.value && time.value <= to_seconds(p.end).value + 1e-9;
    });
    RC_ASSERT(inside);
  }
}

TEST(Chunks, QuietestMomentIsFound) {
  std::vector<float> audio(kSampleRate, 0.5F);
  std::fill(audio.begin() + 8000, audio.begin() + 9600, 0.001F);
  EXPECT_NEAR(static_cast<double>(quietest_offset(audio)), 8800, 160);
}

Word word(double start, double end, std::string text = " a") {
  return {{{start}, {end}}, std::move(text), 1};
}

ChunkPlan plan(std::vector<std::pair<double, double>> pieces) {
  ChunkPlan out;
  for (const auto& [start, end] : pieces) out.pieces.push_back({to_samples({start}), to_samples({end})});
  return out;
}

TEST(Coverage, SpeechWithoutWordsIsFound) {
  const auto chunk = plan({{10, 20}, {30, 45}});
  const std::vector<Span> speech{{{10}, {20}}, {{30}, {45}}};
  const std::vector<Word> words{word(10.2, 10.8), word(11, 14), word(19.5, 20), word(30, 31)};
  const auto missed = missed_speech(chunk, words, speech);
  ASSERT_EQ(missed.size(), 2U);  // a word of three seconds covers two of them
  EXPECT_NEAR(missed[0].span().start.value, 13, 1e-3);
  EXPECT_NEAR(missed[0].span().end.value, 19.5, 1e-3);
  EXPECT_NEAR(missed[1].span().start.value, 31, 1e-3);
  EXPECT_NEAR(missed[1].span().end.value, 45, 1e-3);
}

TEST(Coverage, PausesAndCoveredSpeechAreLeftAlone) {
  const auto chunk = plan({{0, 20}});
  const std::vector<Span> speech{{{0}, {4}}, {{16}, {20}}};
  EXPECT_TRUE(
      missed_speech(chunk, std::vector{word(0.5, 2), word(2, 3.8), word(16.5, 18), word(18, 19.5)}, speech)
          .empty());
}

TEST(Coverage, WordsFoundLaterStandInOrder) {
  std::vector<Word> words{word(1, 2, " one"), word(8, 9, " four")};
  insert_words(words, std::vector{word(3, 4, " two"), word(7.5, 8.5, " three")});
  ASSERT_EQ(words.size(), 4U);
  EXPECT_EQ(words[1].text + words[2].text, " two three");
  EXPECT_EQ(words[2].span.end.value, 8);
  for (std::size_t i = 1; i < words.size(); ++i) EXPECT_LE(words[i - 1].span.start, words[i].span.start);
}

}  // namespace
}  // namespace skald::whisper

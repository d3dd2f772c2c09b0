#include "domain/assign.hpp"

#include <gmock/gmock.h>

#include "speech.hpp"

namespace skald {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

std::vector<std::string> texts(const std::vector<Segment>& segments) {
  std::vector<std::string> result;
  for (const Segment& segment : segments) result.push_back(segment.speaker_id + ": " + segment.text);
  return result;
}

TEST(Assign, SplitsAChunkWhereTheSpeakerChanges) {
  const Chunk chunk = chunk_of(0, 0.4, {"I", "open", "the", "door.", "Roll", "for", "it."});
  const auto segments = assign({chunk}, in_turn({turn(0, 1.6, "A"), turn(1.6, 3, "B")}));
  EXPECT_THAT(texts(segments), ElementsAre("A: I open the door.", "B: Roll for it."));
  EXPECT_DOUBLE_EQ(segments[0].span.end.value, 1.6);
  EXPECT_EQ(segments[0].words.size(), 4u);
  EXPECT_EQ(segments[0].language, "en");
  EXPECT_EQ(segments[0].speaker_name, "A");
}

TEST(Assign, KeepsASentenceTogetherThoughWordTimesAreALittleOff) {
  // B's turn is told to begin 0.3 s early, in A's last word.
  const Chunk chunk = chunk_of(0, 0.4, {"I", "open", "the", "door.", "Roll", "for", "it."});
  const auto early = assign({chunk}, in_turn({turn(0, 1.3, "A"), turn(1.3, 3, "B")}));
  EXPECT_THAT(texts(early), ElementsAre("A: I open the door.", "B: Roll for it."));
  const auto late = assign({chunk}, in_turn({turn(0, 1.9, "A"), turn(1.9, 3, "B")}));
  EXPECT_THAT(texts(late), ElementsAre("A: I open the door.", "B: Roll for it."));
}

TEST(Assign, BelievesALongTurnInsideASentence) {
  const Chunk chunk = chunk_of(0, 0.5, {"so", "we", "go", "no", "never", "again", "down", "there"});
  const auto segments = assign({chunk}, in_turn({turn(0, 1.5, "A"), turn(1.5, 3, "B"), turn(3, 4, "A")}));
  EXPECT_THAT(texts(segments), ElementsAre("A: so we go", "B: no never again", "A: down there"));
}

TEST(Assign, DoesNotGiveAWholeSegmentToWhoSpeaksMost) {
  const Chunk chunk =
      chunk_of(0, 0.4, {"The", "gate", "is", "shut,", "and", "the", "rain", "is", "cold.", "Wait!"});
  const auto segments = assign({chunk}, in_turn({turn(0, 3.6, "A"), turn(3.6, 4, "B")}));
  EXPECT_THAT(texts(segments), ElementsAre("A: The gate is shut, and the rain is cold.", "B: Wait!"));
}

TEST(Assign, TakesTheSpeakerOfTheExclusiveTurnsWhereTwoSpeak) {
  Diarization diarization;
  diarization.turns = {turn(0, 4, "A"), turn(1, 3, "B")};
  diarization.exclusive_turns = {turn(0, 1, "A"), turn(1, 3, "B"), turn(3, 4, "A")};
  const Chunk chunk = chunk_of(0, 0.5, {"one", "two.", "three", "four", "five", "six.", "seven", "eight"});
  EXPECT_THAT(texts(assign({chunk}, diarization)),
              ElementsAre("A: one two.", "B: three four five six.", "A: seven eight"));
}

TEST(Assign, MarksSegmentsInWhichTwoSpeak) {
  Diarization diarization = in_turn({turn(0, 4, "A"), turn(10, 12, "B")});
  diarization.turns.push_back(turn(2, 3, "C"));
  const auto segments =
      assign({chunk_of(0, 0.5, {"a", "b", "c", "d", "e", "f", "g", "h"}), chunk_of(10, 0.5, {"i", "j"})},
             diarization);
  ASSERT_EQ(segments.size(), 2u);
  EXPECT_EQ(segments[0].overlap, Overlap::Yes);
  EXPECT_EQ(segments[1].overlap, Overlap::No);
  diarization.overlaps = {{{10.2}, {11.5}}};  // where told, that counts
  const auto told = assign({chunk_of(0, 0.5, {"a", "b"}), chunk_of(10, 0.5, {"i", "j"})}, diarization);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].overlap, Overlap::No);
  EXPECT_EQ(told[1].overlap, Overlap::Yes);
}

TEST(Assign, DoesNotMarkABriefTouch) {
  Diarization diarization = in_turn({turn(0, 4, "A")});
  diarization.overlaps = {{{3.9}, {4.2}}};
  const auto segments = assign({chunk_of(0, 0.5, {"a", "b", "c", "d", "e", "f", "g", "h"})}, diarization);
  ASSERT_EQ(segments.size(), 1u);
  EXPECT_EQ(segments[0].overlap, Overlap::No);
}

TEST(Assign, LeavesWordsFarFromAllTurnsUnknown) {
  const auto segments = assign({chunk_of(0, 0.5, {"a", "b"}), chunk_of(20, 0.5, {"lost", "words"})},
                               in_turn({turn(0, 1, "A")}));
  EXPECT_THAT(texts(segments), ElementsAre("A: a b", "UNKNOWN: lost words"));
}

TEST(Assign, WithoutTurnsEverybodyIsUnknown) {
  const std::vector<Chunk> chunks = {chunk_of(0, 0.5, {"a", "b."}), chunk_of(3, 0.5, {"c", "d"})};
  EXPECT_THAT(speakers_of_words(chunks, {}), Each("UNKNOWN"));
  EXPECT_THAT(texts(assign(chunks, {})), ElementsAre("UNKNOWN: a b.", "UNKNOWN: c d"));
}

TEST(Assign, CutsAtPausesAndAtTheThirdSentence) {
  Chunk chunk = chunk_of(0, 0.3, {"One.", "Two.", "Three.", "Four.", "Five."});
  const auto three = assign({chunk}, in_turn({turn(0, 2, "A")}));
  EXPECT_THAT(texts(three), ElementsAre("A: One. Two. Three.", "A: Four. Five."));
  for (std::size_t i = 2; i < 5; ++i) {
    chunk.words[i].span.start.value += 0.9;
    chunk.words[i].span.end.value += 0.9;
  }
  const auto paused = assign({chunk}, in_turn({turn(0, 3, "A")}));
  EXPECT_THAT(texts(paused), ElementsAre("A: One. Two.", "A: Three. Four. Five."));
}

TEST(Assign, CutsAtAChangeOfLanguage) {
  Chunk dutch = chunk_of(1, 0.4, {"Goed", "zo."});
  dutch.language = "nl";
  const auto segments = assign({chunk_of(0, 0.5, {"Well", "done."}), dutch}, in_turn({turn(0, 2, "A")}));
  EXPECT_THAT(texts(segments), ElementsAre("A: Well done.", "A: Goed zo."));
  EXPECT_EQ(segments[1].language, "nl");
}

TEST(Assign, CutsEndlessSpeechNearTheMiddleAtAComma) {
  std::vector<std::string> words(80, "and");
  words[41] = "then,";
  const auto segments = assign({chunk_of(0, 0.5, words)}, in_turn({turn(0, 40, "A")}));
  ASSERT_EQ(segments.size(), 2u);
  EXPECT_EQ(segments[0].words.size(), 42u);
}

TEST(Assign, JoinsPartsOfWordsButNotAcrossChunks) {
  Chunk first = chunk_of(0, 0.5, {"twenty"});
  first.words.push_back(word(0.5, 0.8, "-one"));
  Chunk second;
  second.language = "en";
  second.words = {word(0.9, 1.2, "men")};
  EXPECT_THAT(texts(assign({first, second}, in_turn({turn(0, 2, "A")}))), ElementsAre("A: twenty-one men"));
}

TEST(Assign, TrustsOnlyTheEndOfAWordThatIsDrawnOverASilence) {
  Chunk chunk;
  chunk.language = "en";
  chunk.words = {word(0, 0.4, " Stop."), word(0.4, 5.4, " Now"), word(5.4, 5.8, " listen.")};
  EXPECT_THAT(texts(assign({chunk}, in_turn({turn(0, 2.5, "A"), turn(4.6, 6, "B")}))),
              ElementsAre("A: Stop.", "B: Now listen."));
}

TEST(Assign, OfNothingIsNothing) {
  EXPECT_TRUE(assign({}, in_turn({turn(0, 1, "A")})).empty());
  EXPECT_TRUE(assign({Chunk{}}, {}).empty());
}

}  // namespace
}  // namespace skald

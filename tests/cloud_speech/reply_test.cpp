// Replies of transcription services: words with signs and times, whatever the service leaves out.
#include "engines/cloud_speech/reply.hpp"

#include <gtest/gtest.h>

#include "domain/unicode.hpp"
#include "formats/json.hpp"

namespace skald::cloud_speech {
namespace {

std::vector<std::string> texts(const std::vector<Word>& words) {
  std::vector<std::string> out;
  for (const Word& word : words) out.push_back(word.text);
  return out;
}

Json bare_words(const std::vector<std::tuple<std::string, double, double>>& words) {
  Json list = Json::array();
  for (const auto& [text, start, end] : words)
    list.push_back({{"word", text}, {"start", start}, {"end", end}});
  return list;
}

const Json kReply = {{"task", "transcribe"},
                     {"language", "English"},
                     {"duration", 6.0},
                     {"text", "Well-met, traveller! How much is it?"},
                     {"segments",
                      {{{"start", 0.0},
                        {"end", 2.0},
                        {"text", " Well-met, traveller!"},
                        {"avg_logprob", -0.2},
                        {"no_speech_prob", 0.01}},
                       {{"start", 2.0},
                        {"end", 6.0},
                        {"text", " How much is it?"},
                        {"avg_logprob", -0.1},
                        {"no_speech_prob", 0.0}}}},
                     {"words", bare_words({{"Well", 0.1, 0.4},
                                           {"met", 0.4, 0.7},
                                           {"traveller", 0.8, 1.6},
                                           {"How", 2.2, 2.4},
                                           {"much", 2.4, 2.7},
                                           {"is", 2.7, 2.8},
                                           {"it", 2.8, 3.0}})}};

TEST(Reply, WordsCarryTheSignsOfTheText) {
  const auto chunks = parse_reply(kReply.dump(), {6});
  ASSERT_TRUE(chunks) << chunks.error().message;
  ASSERT_EQ(chunks->size(), 2U);
  EXPECT_EQ(texts((*chunks)[0].words), (std::vector<std::string>{" Well-met,", " traveller!"}));
  EXPECT_EQ(texts((*chunks)[1].words), (std::vector<std::string>{" How", " much", " is", " it?"}));
  EXPECT_EQ((*chunks)[0].words[0].span, (Span{{0.1}, {0.7}}));
  EXPECT_EQ((*chunks)[1].span, (Span{{2.2}, {3.0}}));
  EXPECT_EQ((*chunks)[0].language, "en");
  EXPECT_NEAR((*chunks)[0].words[0].probability, std::exp(-0.2), 1e-9);
}

TEST(Reply, NoWordIsLostAtTheBorderOfSegments) {
  Json reply = kReply;
  reply["segments"][0]["end"] = 0.5;  // two of its words end later
  const auto chunks = parse_reply(reply.dump(), {6});
  ASSERT_TRUE(chunks);
  std::size_t words = 0;
  for (const Chunk& chunk : *chunks) words += chunk.words.size();
  EXPECT_EQ(words, 7U);  // bare, since the texts of the segments do not fit them
}

TEST(Reply, WithoutSegmentsTheTextIsOne) {
  Json reply = kReply;
  reply.erase("segments");
  const auto chunks = parse_reply(reply.dump(), {6});
  ASSERT_TRUE(chunks);
  ASSERT_EQ(chunks->size(), 1U);
  EXPECT_EQ(texts((*chunks)[0].words),
            (std::vector<std::string>{" Well-met,", " traveller!", " How", " much", " is", " it?"}));
}

TEST(Reply, SilenceIsLeftOut) {
  Json reply = kReply;
  reply["segments"][1]["no_speech_prob"] = 0.9;
  reply["segments"][1]["avg_logprob"] = -1.4;
  const auto chunks = parse_reply(reply.dump(), {6});
  ASSERT_TRUE(chunks);
  EXPECT_EQ(chunks->size(), 1U);
}

TEST(Reply, TimesStayInOrderAndInside) {
  Json reply = kReply;
  reply["words"][1]["start"] = 0.05;  // before the word that precedes it
  reply["words"][6]["end"] = 99.0;
  const auto chunks = parse_reply(reply.dump(), {6});
  ASSERT_TRUE(chunks);
  double latest = 0;
  for (const Chunk& chunk : *chunks)
    for (const Word& word : chunk.words) {
      EXPECT_GE(word.span.start.value, latest);
      EXPECT_LE(word.span.end.value, 6.0);
      latest = word.span.start.value;
    }
}

TEST(Reply, WhatIsNoReplyIsSaid) {
  Json without_times = kReply;
  without_times.erase("words");
  Json absurd = kReply;
  absurd["words"][0]["start"] = -3;
  for (const std::string& body : {std::string("<html>"), std::string("[]"), std::string("\"text\""),
                                  without_times.dump(), absurd.dump()}) {
    const auto chunks = parse_reply(body, {6});
    ASSERT_FALSE(chunks) << body;
    EXPECT_EQ(chunks.error().code, ErrorCode::Unavailable);
  }
}

TEST(Reply, NothingSaidIsNoError) {
  const auto chunks = parse_reply(R"({"text":"","segments":[],"words":[]})", {6});
  ASSERT_TRUE(chunks);
  EXPECT_TRUE(chunks->empty());
}

TEST(Reply, TextThatDiffersFromTheWordsIsNotTrusted) {
  const std::vector<BareWord> words = {{"five", {{0}, {1}}}, {"gold", {{1}, {2}}}};
  EXPECT_EQ(texts(with_signs(" 5 gold!", words, 1)), (std::vector<std::string>{" five", " gold"}));
  EXPECT_EQ(texts(with_signs(" - Five gold!", words, 1)), (std::vector<std::string>{" Five", " gold!"}));
  EXPECT_EQ(texts(with_signs(" five - gold", words, 1)), (std::vector<std::string>{" five -", " gold"}));
}

TEST(Reply, LanguagesByNameOrCode) {
  EXPECT_EQ(language_code("dutch"), "nl");
  EXPECT_EQ(language_code("English"), "en");
  EXPECT_EQ(language_code("nl"), "nl");
  EXPECT_EQ(language_code("klingonish"), "");
}

}  // namespace
}  // namespace skald::cloud_speech

// Tokens, words, guards, languages and prompts.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "asr/tiny_model.hpp"
#include "engines/whisper/guards.hpp"
#include "engines/whisper/languages.hpp"
#include "engines/whisper/model.hpp"
#include "engines/whisper/prompt.hpp"
#include "engines/whisper/words.hpp"
#include "support/folder.hpp"
#include "support/shared.hpp"

namespace skald::whisper {
namespace {

TEST(Vocabulary, EncodesAsTheTokenizerOfTheModel) {
  SKALD_NEED_MODEL(folder, "whisper-base");
  const auto v = Vocabulary::load(folder);
  ASSERT_TRUE(v) << v.error().message;
  // Ids by the package "tokenizers" from the model's tokenizer.json.
  const std::vector<std::pair<std::string, std::vector<Token>>> known{
      {" Zorvath and Elwyn's 12 goblins... don't!",
       {1176, 284, 85, 998, 293, 2699, 28284, 311, 2272, 352, 5199, 1292, 485, 500, 380, 0}},
      {" Ça va? Één café, naïef.", {11527, 2773, 30, 4922, 3516, 25118, 11, 1667, 15487, 5666, 13}},
      {"two  spaces\n and   more", {20534, 220, 7673, 198, 293, 220, 220, 544}},
      {" Kragmoor-Thuun (level 3)", {591, 3731, 3280, 284, 12, 2434, 84, 409, 522, 12418, 805, 8}},
      {" 日本語", {220, 27311, 31348}},
  };
  for (const auto& [text, ids] : known) EXPECT_EQ(v->encode(text), ids) << text;
  EXPECT_EQ(v->multilingual(), Multilingual::Yes);
  EXPECT_EQ(v->languages().size(), 99U);
}

RC_GTEST_PROP(Vocabulary, TextComesBack, ()) {
  static const auto v = [] {
    const TestFolder folder;
    write_tiny_model(folder.path(), {});
    return Vocabulary::load(folder.path());
  }();
  RC_ASSERT(v.has_value());
  std::string text;
  for (const int kind : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8)))
    text += std::array<std::string, 8>{
        " ", "w1", "'s", "é", "☃", "Łó", "7", "…\n"}[static_cast<std::size_t>(kind)];
  RC_ASSERT(v->decode(v->encode(text)) == text);
}

class WithBase : public testing::Test {
 protected:
  static const Model* model() {
    static const auto opened = Model::open(std::filesystem::path(SKALD_MODELS_DIR) / "whisper-base");
    return opened ? &*opened : nullptr;
  }
  void SetUp() override {
    if (!model()) GTEST_SKIP() << "model not staged: whisper-base";
  }
};

TEST_F(WithBase, WordsJoinedAreTheText) {
  const Vocabulary& v = model()->vocabulary();
  for (const std::string text :
       {" \"Well,\" she said - don't you? 3.5 gp!", " Zo'n déjà vu… hè?", " crème brûlée – 10%"}) {
    const auto tokens = v.encode(text);
    std::string joined;
    std::size_t next = 0;
    for (const WordTokens& w : split_words(v, tokens, "en")) {
      EXPECT_EQ(w.first, next);
      next = w.last;
      joined += w.text;
    }
    EXPECT_EQ(next, tokens.size());
    EXPECT_EQ(joined, text);
  }
  const auto words = split_words(v, v.encode(" Hello there, friend."), "en");
  ASSERT_EQ(words.size(), 3U);
  EXPECT_EQ(words[1].text, " there,");
}

TEST_F(WithBase, HotwordsAreWholeAndOnce) {
  const Vocabulary& v = model()->vocabulary();
  const auto tokens = hotword_tokens(v, "Zorvath, Elwyn\nzorvath,, Kragmoor", 100);
  EXPECT_EQ(v.decode(tokens), " Zorvath, Elwyn, Kragmoor.");
  const auto few = hotword_tokens(v, "A very long name of many tokens indeed, Bo", 6);
  EXPECT_EQ(v.decode(few), " Bo.");
  const auto prompt = make_prompt(v, tokens, v.languages().at("nl"));
  EXPECT_EQ(prompt.front(), v.special().previous);
  EXPECT_EQ(prompt.back(), v.special().no_timestamps);
  EXPECT_EQ(prompt[prompt.size() - 3], v.languages().at("nl"));
}

TEST_F(WithBase, ShortChunksLeanOnTheirNeighbours) {
  const Vocabulary& v = model()->vocabulary();
  const auto row = [&](double en) {
    std::vector<float> out(v.languages().size(), 0);
    out[static_cast<std::size_t>(std::distance(v.languages().begin(), v.languages().find("en")))] =
        static_cast<float>(en);
    out[static_cast<std::size_t>(std::distance(v.languages().begin(), v.languages().find("nl")))] =
        static_cast<float>(1 - en);
    return out;
  };
  const std::vector<double> seconds{25, 0.6, 25, 25};
  const auto chosen = choose_languages(v, {"en", "nl"}, {row(0.97), row(0.3), row(0.95), row(0.02)}, seconds);
  EXPECT_EQ(chosen[0].code, "en");
  EXPECT_EQ(chosen[1].code, "en");
  EXPECT_EQ(chosen[2].code, "en");
  EXPECT_EQ(chosen[3].code, "nl");
  EXPECT_NEAR(chosen[1].probability, 0.3, 1e-3);
  EXPECT_FALSE(model()->check_languages({"en", "qq"}));
  EXPECT_TRUE(model()->check_languages({"en", "nl"}));
}

RC_GTEST_PROP(Words, TimesAreInOrderAndInside, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 30);
  Alignment alignment;
  std::vector<WordTokens> words;
  for (std::size_t i = 0; i < count; ++i) {
    words.push_back({i, i + 1, *rc::gen::element(std::string(" a"), std::string(" b."))});
    alignment.starts.push_back(*rc::gen::inRange(-100, 4000) / 100.0);  // in any order: a damaged path
    alignment.probabilities.push_back(0.5F);
  }
  double from = 0;
  for (const Word& w : timed_words(words, alignment, {20})) {
    RC_ASSERT(w.span.start.value >= from && w.span.start <= w.span.end && w.span.end.value <= 20);
    from = w.span.start.value;
  }
}

TEST(Guards, LoopsAreSeenAndCut) {
  std::vector<Token> loop{1, 2, 3};
  for (int i = 0; i < 20; ++i) loop.insert(loop.end(), {7, 8, 9, 10});
  loop.push_back(4);
  EXPECT_GT(repetition(loop), 0.8);
  EXPECT_EQ(without_loops(loop), (std::vector<Token>{1, 2, 3, 7, 8, 9, 10, 4}));
  const std::vector<Token> speech{5, 5, 5, 5, 6, 7, 8, 9, 6, 7, 3, 2, 1, 4};
  EXPECT_LT(repetition(speech), 0.3);
  EXPECT_EQ(without_loops(speech), speech);
}

RC_GTEST_PROP(Guards, CuttingLoopsKeepsOrder, ()) {
  const auto tokens = *rc::gen::container<std::vector<Token>>(rc::gen::inRange<Token>(0, 4));
  const auto cut = without_loops(tokens);
  RC_ASSERT(cut.size() <= tokens.size());
  auto it = tokens.begin();
  for (const Token t : cut) {
    it = std::find(it, tokens.end(), t);
    RC_ASSERT(it != tokens.end());
    ++it;
  }
}

TEST(Guards, EchoesOfThePromptAreSeen) {
  EXPECT_EQ(prompt_echo(" Zorvath, Elwyn, Kragmoor.", "Zorvath, Elwyn, Kragmoor"), 1);
  EXPECT_LT(prompt_echo(" I think Zorvath opens the door.", "Zorvath, Elwyn, Kragmoor"), 0.3);
  EXPECT_EQ(prompt_echo("", "Zorvath"), 0);
}

TEST(Guards, TextWithoutSpeechIsDropped) {
  EXPECT_EQ(judge({0.9, -1.2, 0.5, 0.1, 2, 1}), Verdict::Drop);
  EXPECT_EQ(judge({0.1, -0.3, 0.1, 0.1, 2, 1}), Verdict::Drop);
  EXPECT_EQ(judge({0.05, -0.2, 0.9, 0.9, 20, 3}), Verdict::Keep);
}

}  // namespace
}  // namespace skald::whisper

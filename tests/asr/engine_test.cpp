// Our encoder and decoder against CTranslate2's, on drawn models of every kind and on real speech.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "asr/tiny_model.hpp"
#include "engines/whisper/backend.hpp"
#include "engines/whisper/ct2_engine.hpp"
#include "engines/whisper/mel.hpp"
#include "engines/whisper/native_engine.hpp"
#include "engines/whisper/prompt.hpp"
#include "engines/whisper/words.hpp"
#include "formats/json.hpp"
#include "platform/wav/wav.hpp"
#include "support/folder.hpp"
#include "support/shared.hpp"

namespace skald::whisper {
namespace {

std::unique_ptr<Engine> native(const Model& model, Precision precision = Precision::F32) {
  auto encoder = make_openvino_encoder(model, 1, precision, EncoderEnd::KeysAndValues);
  EXPECT_TRUE(encoder) << encoder.error().message;
  auto engine = make_native_engine(model, 2, std::move(*encoder));
  EXPECT_TRUE(engine) << engine.error().message;
  return std::move(*engine);
}

std::unique_ptr<Engine> oracle(const Model& model) {
  auto engine = make_ct2_engine(model, 2, nullptr);
  EXPECT_TRUE(engine) << engine.error().message;
  return std::move(*engine);
}

// Features like speech: slow waves over bands and time.
std::vector<float> drawn_mel(int bands, int windows) {
  std::vector<float> mel(static_cast<std::size_t>(windows * bands * kWindowFrames));
  for (int w = 0; w < windows; ++w)
    for (int b = 0; b < bands; ++b)
      for (int f = 0; f < kWindowFrames; ++f)
        mel[static_cast<std::size_t>((w * bands + b) * kWindowFrames + f)] =
            static_cast<float>(std::sin(0.05 * f * (w + 1) + 0.2 * b) * std::cos(0.011 * f));
  return mel;
}

class TinyModels : public testing::TestWithParam<TinyModel> {
 protected:
  void SetUp() override {
    write_tiny_model(folder_.path(), GetParam());
    auto model = Model::open(folder_.path());
    ASSERT_TRUE(model) << model.error().message;
    model_ = std::make_unique<Model>(std::move(*model));
  }
  TestFolder folder_;
  std::unique_ptr<Model> model_;
};

TEST_P(TinyModels, AgreeWithCTranslate2) {
  const auto mel = drawn_mel(GetParam().bands, 2);
  const std::vector<int> frames{3000, 1200};
  const auto ours = native(*model_), theirs = oracle(*model_);
  ASSERT_TRUE(ours->encode(mel, frames));
  ASSERT_TRUE(theirs->encode(mel, frames));
  const auto a = ours->languages(), b = theirs->languages();
  ASSERT_TRUE(a) << a.error().message;
  ASSERT_TRUE(b) << b.error().message;
  for (std::size_t w = 0; w < 2; ++w)
    for (std::size_t i = 0; i < (*a)[w].size(); ++i) EXPECT_NEAR((*a)[w][i], (*b)[w][i], 0.02);

  // Probabilities of given texts pass through every part of the decoder.
  std::vector<AlignRow> rows;
  for (int w = 0; w < 2; ++w) {
    AlignRow row{w, model_->vocabulary().languages().at("en"), {}, frames[static_cast<std::size_t>(w)]};
    for (Token t = 0; t < 20; ++t) row.tokens.push_back(300 + 17 * t);
    rows.push_back(row);
  }
  const auto x = ours->align(rows), y = theirs->align(rows);
  ASSERT_TRUE(x && y);
  for (std::size_t w = 0; w < 2; ++w) {
    ASSERT_EQ((*x)[w].probabilities.size(), 20U);
    ASSERT_EQ((*x)[w].starts.size(), 21U);
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < 20; ++i) {
      difference += std::abs(std::log((*x)[w].probabilities[i]) - std::log((*y)[w].probabilities[i]));
      size += std::abs(std::log((*y)[w].probabilities[i]));
    }
    EXPECT_LT(difference, 0.03 * size);  // CTranslate2 rounds activations to 8 bits
    for (std::size_t i = 1; i < 21; ++i) EXPECT_LE((*x)[w].starts[i - 1], (*x)[w].starts[i]);
    EXPECT_LE((*x)[w].starts.back(), frames[w] / 100.0);
  }
}

TEST_P(TinyModels, ATextDoesNotDependOnItsCompany) {
  const auto mel = drawn_mel(GetParam().bands, 3);
  const auto engine = native(*model_);
  ASSERT_TRUE(engine->encode(mel, std::vector<int>{3000, 2000, 900}));
  std::vector<GenerateRow> rows;
  for (int w = 0; w < 3; ++w)
    rows.push_back({w, make_prompt(model_->vocabulary(), {}, model_->vocabulary().languages().at("en"))});
  for (const GenerateOptions options : {GenerateOptions{1, 0, 0}, GenerateOptions{1, 0.7, 5}}) {
    const auto together = engine->generate(rows, options);
    ASSERT_TRUE(together);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto alone = engine->generate(std::span(rows).subspan(i, 1), options);
      ASSERT_TRUE(alone);
      EXPECT_EQ((*alone)[0].tokens, (*together)[i].tokens);
      EXPECT_EQ((*alone)[0].average_log_probability, (*together)[i].average_log_probability);
      EXPECT_EQ((*alone)[0].no_speech_probability, (*together)[i].no_speech_probability);
      for (const Token t : (*alone)[0].tokens)
        EXPECT_TRUE(model_->vocabulary().is_text(t) && t != 1 && t != 2);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, TinyModels,
                         testing::Values(TinyModel{80, true}, TinyModel{128, true}, TinyModel{80, false}));

TEST(Encoder, EqualsCTranslate2) {
  const TestFolder folder;
  write_tiny_model(folder.path(), {128, true, 128, 2});
  const auto model = Model::open(folder.path());
  ASSERT_TRUE(model);
  const auto mel = drawn_mel(128, 1);
  const auto ours = make_openvino_encoder(*model, 1, Precision::F32, EncoderEnd::Memory);
  ASSERT_TRUE(ours);
  ASSERT_TRUE((*ours)->encode(mel));
  const auto memory = (*ours)->output(0);
  ASSERT_EQ(memory.size(), 1500U * 128U);
  // The same memory, given to CTranslate2's decoder, must speak of the same languages as its own encoder's.
  auto encoder = make_openvino_encoder(*model, 1, Precision::F32, EncoderEnd::Memory);
  auto mixed = make_ct2_engine(*model, 1, std::move(*encoder));
  ASSERT_TRUE(mixed) << mixed.error().message;
  const auto whole = oracle(*model);
  ASSERT_TRUE((*mixed)->encode(mel, std::vector<int>{3000}));
  ASSERT_TRUE(whole->encode(mel, std::vector<int>{3000}));
  const auto a = (*mixed)->languages(), b = whole->languages();
  ASSERT_TRUE(a) << a.error().message;
  ASSERT_TRUE(b) << b.error().message;
  for (std::size_t i = 0; i < (*a)[0].size(); ++i) EXPECT_NEAR((*a)[0][i], (*b)[0][i], 0.02);
}

struct Speech {
  std::vector<float> mel;
  std::vector<int> frames;
};

Speech speech(const std::filesystem::path& file, int bands) {
  const auto wav = WavFile::open(file);
  EXPECT_TRUE(wav);
  std::vector<float> audio(static_cast<std::size_t>(wav->length().value));
  wav->read_float({0}, audio);
  Speech out{std::vector<float>(static_cast<std::size_t>(bands) * kWindowFrames),
             {LogMel::frames(audio.size())}};
  LogMel(bands).compute(audio, out.mel);
  return out;
}

TEST(RealSpeech, TextEqualsCTranslate2) {
  SKALD_NEED_MODEL(folder, "whisper-base");
  SKALD_NEED_SHARED(audio, "testdata/oracles_diarization/test.wav");
  const auto model = Model::open(folder);
  ASSERT_TRUE(model);
  const Speech heard = speech(audio, 80);
  const auto ours = native(*model), theirs = oracle(*model);
  ASSERT_TRUE(ours->encode(heard.mel, heard.frames) && theirs->encode(heard.mel, heard.frames));
  const std::vector<GenerateRow> rows{
      {0, make_prompt(model->vocabulary(), {}, model->vocabulary().languages().at("en"))}};
  const auto a = ours->generate(rows, {}), b = theirs->generate(rows, {});
  ASSERT_TRUE(a && b);
  EXPECT_EQ(model->vocabulary().decode((*a)[0].tokens), model->vocabulary().decode((*b)[0].tokens));
  EXPECT_NEAR((*a)[0].average_log_probability, (*b)[0].average_log_probability, 0.03);
  EXPECT_NEAR((*a)[0].no_speech_probability, (*b)[0].no_speech_probability, 0.03);
  // Seen while writing, read once more, and by CTranslate2: the same times.
  const std::vector<AlignRow> texts{
      {0, model->vocabulary().languages().at("en"), (*a)[0].tokens, heard.frames[0]}};
  const auto seen = ours->align(texts), other = theirs->align(texts);
  ASSERT_TRUE(ours->encode(heard.mel, heard.frames));  // forgets what was written
  const auto again = ours->align(texts);
  ASSERT_TRUE(seen && other && again);
  double first = 0, second = 0;
  const auto count = (*a)[0].tokens.size();
  for (std::size_t i = 0; i < count; ++i) {
    first += std::abs((*seen)[0].starts[i] - (*other)[0].starts[i]) / static_cast<double>(count);
    second += std::abs((*seen)[0].starts[i] - (*again)[0].starts[i]) / static_cast<double>(count);
  }
  EXPECT_LT(first, 0.05);
  EXPECT_LT(second, 0.02);
}

TEST(RealSpeech, WordTimesEqualFasterWhisper) {
  SKALD_NEED_MODEL(folder, "whisper-base");
  SKALD_NEED_SHARED(audio, "testdata/oracles_diarization/test.wav");
  const auto known = read_json_file(std::filesystem::path(SKALD_SOURCE_DIR) / "tests/asr/data/words.json");
  ASSERT_TRUE(known);
  const auto model = Model::open(folder);
  ASSERT_TRUE(model);
  const Speech heard = speech(audio, 80);
  const auto engine = native(*model);
  const Token english = model->vocabulary().languages().at("en");
  ASSERT_TRUE(engine->encode(heard.mel, heard.frames));
  const auto text =
      engine->generate(std::vector<GenerateRow>{{0, make_prompt(model->vocabulary(), {}, english)}}, {});
  ASSERT_TRUE(text);
  const auto times = engine->align(std::vector<AlignRow>{{0, english, (*text)[0].tokens, heard.frames[0]}});
  ASSERT_TRUE(times);
  const auto words = timed_words(split_words(model->vocabulary(), (*text)[0].tokens, "en"), (*times)[0],
                                 {heard.frames[0] / 100.0});
  // A word may be written otherwise by a model in 8 bits: of two texts the words in common, in order, are
  // compared.
  double sum = 0;
  std::size_t common = 0, next = 0;
  for (const Json& word : *known) {
    const auto near = [&](const Word& w) {
      return w.text == word["word"].get<std::string>() &&
             std::abs(w.span.start.value - word["start"].get<double>()) < 1;
    };
    const auto found = std::find_if(words.begin() + static_cast<std::ptrdiff_t>(next), words.end(), near);
    if (found == words.end()) continue;
    next = static_cast<std::size_t>(found - words.begin()) + 1;
    sum += std::abs(found->span.start.value - word["start"].get<double>());
    ++common;
  }
  EXPECT_GE(common, known->size() * 95 / 100);
  EXPECT_LT(sum / static_cast<double>(common), 0.08);
}

}  // namespace
}  // namespace skald::whisper

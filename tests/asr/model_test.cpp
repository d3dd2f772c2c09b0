// Model folders: every kind is read; damaged ones are refused with the name of the file.
#include <gtest/gtest.h>

#include "asr/tiny_model.hpp"
#include "engines/whisper/model.hpp"
#include "support/folder.hpp"

namespace skald::whisper {
namespace {

namespace fs = std::filesystem;

void expect_refused(const fs::path& folder, const std::string& named) {
  const auto model = Model::open(folder);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::InvalidModel);
  EXPECT_NE(model.error().message.find(named), std::string::npos) << model.error().message;
}

class Models : public testing::Test {
 protected:
  void SetUp() override { write_tiny_model(folder_.path(), {80, true, 64, 1}); }
  TestFolder folder_;
};

TEST_F(Models, SizesComeFromTheWeights) {
  for (const TinyModel& kind : {TinyModel{80, true}, TinyModel{128, true}, TinyModel{80, false}}) {
    const TestFolder folder;
    write_tiny_model(folder.path(), kind);
    const auto model = Model::open(folder.path());
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ(model->dimensions().bands, kind.bands);
    EXPECT_EQ(model->dimensions().decoder_layers, kind.layers);
    EXPECT_EQ(model->dimensions().decoder_heads, kind.width / 64);
    EXPECT_EQ(model->vocabulary().multilingual() == Multilingual::Yes, kind.multilingual);
    EXPECT_EQ(model->check_languages({"nl"}).has_value(), kind.multilingual);
    EXPECT_TRUE(model->check_languages({"en"}));
    EXPECT_EQ(model->alignment_heads().size(), 2U);
  }
}

TEST_F(Models, MissingFilesAreNamed) {
  for (const std::string name : {"model.bin", "config.json", "vocabulary.txt"}) {
    const std::string kept = content_of(folder_ / name);
    fs::remove(folder_ / name);
    expect_refused(folder_.path(), name);
    put(folder_ / name, kept);
  }
  EXPECT_TRUE(Model::open(folder_.path()));
  expect_refused(folder_ / "none", "none");
}

TEST_F(Models, CutFilesAreNamed) {
  const std::string whole = content_of(folder_ / "model.bin");
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{3}, std::size_t{40}, whole.size() / 2, whole.size() - 1}) {
    put(folder_ / "model.bin", whole.substr(0, size));
    expect_refused(folder_.path(), "model.bin");
  }
}

TEST_F(Models, WrongContentsAreNamed) {
  const std::string whole = content_of(folder_ / "model.bin"), config = content_of(folder_ / "config.json"),
                    vocabulary = content_of(folder_ / "vocabulary.txt");
  std::string other = whole;
  other[0] = 99;
  put(folder_ / "model.bin", other);
  expect_refused(folder_.path(), "model.bin");
  other = whole;
  other.replace(other.find("encoder/conv1/weight"), 20, "encoder/conv9/weight");
  put(folder_ / "model.bin", other);
  expect_refused(folder_.path(), "encoder/conv1/weight");
  put(folder_ / "model.bin", whole);

  for (const std::string text : {"{", "[]", R"({"suppress_ids": 3})", R"({"alignment_heads": [[9, 9]]})"}) {
    put(folder_ / "config.json", text);
    expect_refused(folder_.path(), "config.json");
  }
  put(folder_ / "config.json", config);

  put(folder_ / "vocabulary.txt", vocabulary.substr(0, vocabulary.size() / 2));
  expect_refused(folder_.path(), "vocabulary.txt");
  put(folder_ / "vocabulary.txt", vocabulary + "onemore\n");
  expect_refused(folder_.path(), "vocabulary");
}

// Whatever bytes are changed, the parser answers with a model or an error, never with a crash.
TEST_F(Models, ChangedBytesNeverCrash) {
  const std::string whole = content_of(folder_ / "model.bin").substr(0, 3000);
  std::uint32_t draw = 1;
  for (int i = 0; i < 3000; ++i) {
    std::string changed = whole;
    draw = draw * 1664525U + 1013904223U;
    changed[(draw >> 8U) % changed.size()] = static_cast<char>(draw);
    const auto bytes = std::as_bytes(std::span(changed));
    const auto weights = Weights::parse(bytes, "model.bin");
    if (!weights) {
      EXPECT_NE(weights.error().message.find("model.bin"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace skald::whisper

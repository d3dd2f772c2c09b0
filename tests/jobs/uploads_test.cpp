#include "service/uploads/uploads.hpp"

#include <gtest/gtest.h>

#include "support/folder.hpp"

namespace skald {
namespace {

constexpr UploadLimits kLimits{1'000'000, 0, 3};

struct UploadsTest : ::testing::Test {
  TestFolder home;
  std::unique_ptr<Uploads> uploads = open();

  std::unique_ptr<Uploads> open() {
    return Uploads::open(home.path(), [](const UploadRecord&) {}).value();
  }
  Result<UploadRecord> send(std::int64_t id, std::uint64_t offset, const std::string& bytes,
                            bool whole = true) {
    return uploads->receive(id, offset, [&](const auto& take) { return take(bytes) && whole; }, kLimits);
  }
};

TEST_F(UploadsTest, TheHashIsKnownWithTheLastPiece) {
  const auto id = uploads->begin("a.wav", 6, kLimits)->id;
  EXPECT_EQ(state_of(*send(id, 0, "abc")), "receiving");
  EXPECT_FALSE(send(id, 3, "xyz", false));
  const auto done = send(id, 3, "def");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->sha256, sha256("abcdef"));
  EXPECT_EQ(content_of(uploads->file(id)), "abcdef");
}

TEST_F(UploadsTest, OneTryEndsTheOther) {
  const auto id = uploads->begin("a.wav", 6, kLimits)->id;
  const auto older = uploads->receive(
      id, 0,
      [&](const auto& take) {
        EXPECT_TRUE(take("xx"));
        EXPECT_TRUE(send(id, 0, "abc"));
        return take("x");
      },
      kLimits);
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, ErrorCode::Conflict);
  EXPECT_EQ(send(id, 3, "def")->sha256, sha256("abcdef"));
}

TEST_F(UploadsTest, ARemovedOneTakesNothing) {
  const auto id = uploads->begin("a.wav", 6, kLimits)->id;
  const auto cut = uploads->receive(
      id, 0,
      [&](const auto& take) {
        EXPECT_TRUE(uploads->remove(id));
        return take("abc");
      },
      kLimits);
  EXPECT_FALSE(cut);
  EXPECT_TRUE(names_in(home / "uploads").empty());
}

TEST_F(UploadsTest, Limits) {
  EXPECT_EQ(uploads->begin("a.wav", 1'000'001, kLimits).error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(uploads->begin("a/b", 5, kLimits).error().code, ErrorCode::Usage);
  EXPECT_EQ(uploads->begin("a", 5, {1000, UINT64_MAX / 2}).error().code, ErrorCode::NoSpace);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(uploads->begin("a", 5, kLimits));
  EXPECT_EQ(uploads->begin("a", 5, kLimits).error().code, ErrorCode::NoSpace);
}

TEST_F(UploadsTest, AnotherStartGoesOn) {
  const auto id = uploads->begin("a.wav", 6, kLimits)->id;
  ASSERT_TRUE(send(id, 0, "abc"));
  uploads.reset();
  uploads = open();
  const auto done = send(id, 3, "def");
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->sha256.empty());  // hashed from the disk, on another thread
  EXPECT_EQ(done->received, 6U);
}

}  // namespace
}  // namespace skald

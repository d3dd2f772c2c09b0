#include "base/hash.hpp"

#include <gtest/gtest.h>

#include "support/folder.hpp"

namespace skald {
namespace {

// FIPS 180-4, examples.
TEST(Sha256, KnownValues) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, InPiecesAndFromAFile) {
  TestFolder folder;
  const std::string text(3'000'000, 'a');
  Sha256 hash;
  for (std::size_t i = 0; i < text.size(); i += 777) hash.update(std::string_view(text).substr(i, 777));
  EXPECT_EQ(hash.hex(), sha256(text));
  put(folder / "a", text);
  EXPECT_EQ(sha256_file(folder / "a").value(), sha256(text));
  EXPECT_EQ(sha256_file(folder / "b").error().code, ErrorCode::NotFound);
}

TEST(Hash, ReadingAFileCanBeStopped) {
  const TestFolder folder;
  put(folder / "large", std::string(3 << 20, 'x'));
  std::size_t read = 0;
  EXPECT_EQ(sha256_file(folder / "large",
                        [&](std::size_t bytes) {
                          read += bytes;
                          return true;
                        })
                .value(),
            sha256(std::string(3 << 20, 'x')));
  EXPECT_EQ(read, 3u << 20);
  int pieces = 0;
  const auto stopped = sha256_file(folder / "large", [&](std::size_t) { return ++pieces < 2; });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::Cancelled);
  EXPECT_EQ(pieces, 2);
}

}  // namespace
}  // namespace skald

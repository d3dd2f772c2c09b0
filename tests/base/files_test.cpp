#include "base/files.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>

#include "support/folder.hpp"

namespace skald {
namespace {

TEST(Files, AtomicWriteReplacesAndLeavesNothingBeside) {
  TestFolder folder;
  ASSERT_TRUE(write_file_atomic(folder / "a.txt", "old"));
  ASSERT_TRUE(write_file_atomic(folder / "a.txt", std::string("new\0line\n", 9)));
  EXPECT_EQ(content_of(folder / "a.txt"), std::string("new\0line\n", 9));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Files, AtomicWriteIntoNothingFailsAndNamesThePath) {
  TestFolder folder;
  const Status status = write_file_atomic(folder / "not/there/a.txt", "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::NotFound);
  EXPECT_NE(status.error().message.find("not/there"), std::string::npos);
}

TEST(Files, AtomicWriteForTheOwnerAlone) {
  const TestFolder folder;
  const mode_t before = ::umask(0);
  ASSERT_TRUE(write_file_atomic(folder / "keys", "one", Readers::OwnerOnly));
  ASSERT_TRUE(write_file_atomic(folder / "keys", "two", Readers::OwnerOnly));
  ::umask(before);
  struct stat info{};
  ASSERT_EQ(::stat((folder / "keys").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(content_of(folder / "keys"), "two");
  EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"keys"}));
  EXPECT_FALSE(write_file_atomic(folder / "none/keys", "x", Readers::OwnerOnly));
}

TEST(Files, ReadRefusesWhatIsTooLarge) {
  TestFolder folder;
  put(folder / "big", std::string(1000, 'x'));
  EXPECT_EQ(read_file(folder / "big", 1000).value().size(), 1000U);
  EXPECT_FALSE(read_file(folder / "big", 999));
}

TEST(Files, ReadOfMissingFileIsNotFound) {
  TestFolder folder;
  EXPECT_EQ(read_file(folder / "none").error().code, ErrorCode::NotFound);
}

TEST(Files, MapOfEmptyAndOfFullFile) {
  TestFolder folder;
  put(folder / "empty", "");
  put(folder / "full", "abc");
  auto empty = MappedFile::open(folder / "empty");
  ASSERT_TRUE(empty) << empty.error().message;
  EXPECT_TRUE(empty->bytes().empty());
  auto full = MappedFile::open(folder / "full");
  ASSERT_TRUE(full);
  MappedFile moved = std::move(*full);
  ASSERT_EQ(moved.bytes().size(), 3U);
  EXPECT_EQ(static_cast<char>(moved.bytes()[2]), 'c');
}

TEST(Files, FullDeviceIsNoSpace) {
  Fd full(::open("/dev/full", O_WRONLY));
  if (!full) GTEST_SKIP() << "there is no /dev/full here";
  EXPECT_EQ(errno_error(ENOSPC, "cannot write", "/dev/full").code, ErrorCode::NoSpace);
}

TEST(Files, RemoveTreeOfNothingIsFine) {
  TestFolder folder;
  EXPECT_TRUE(remove_tree(folder / "never"));
}

TEST(Files, FreeBytesOfAPathThatDoesNotExistYet) {
  TestFolder folder;
  const auto bytes = free_bytes(folder / "a/b/c");
  ASSERT_TRUE(bytes);
  EXPECT_GT(*bytes, 0U);
}

}  // namespace
}  // namespace skald

#include "base/guarded_files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

namespace fs = std::filesystem;

TEST(OpenIn, ARegularFileOfTheFolder) {
  const TestFolder folder;
  put(folder / "a.json", "12345");
  const auto file = open_in(folder.path(), "a.json");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->size, 5U);
  EXPECT_GT(file->modified_ns, 0);
}

TEST(OpenIn, NamesThatLeadElsewhere) {
  const TestFolder folder;
  put(folder / "below/a.json", "1");
  put(folder / "root/b.json", "1");
  for (const char* name : {"", ".", "..", "../root/b.json", "below/a.json", "/etc/hostname", "none.json"})
    EXPECT_EQ(open_in(folder.path(), name).error().code, ErrorCode::NotFound) << name;
}

TEST(OpenIn, LinksFoldersAndPipesAreNoFiles) {
  const TestFolder folder;
  put(folder / "a.json", "1");
  fs::create_symlink(folder / "a.json", folder / "link");
  fs::create_directory(folder / "folder");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  for (const char* name : {"link", "folder", "pipe"})
    EXPECT_EQ(open_in(folder.path(), name).error().code, ErrorCode::NotFound) << name;
}

TEST(Secrets, AreLongAndNeverTheSame) {
  const auto one = random_secret(), two = random_secret();
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->size(), 64U);
  EXPECT_EQ(one->find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(*one, *two);
  EXPECT_TRUE(same_secret(*one, *one));
  EXPECT_FALSE(same_secret(*one, *two));
  EXPECT_FALSE(same_secret(*one, one->substr(1)));
  EXPECT_TRUE(same_secret("", ""));
}

}  // namespace
}  // namespace skald

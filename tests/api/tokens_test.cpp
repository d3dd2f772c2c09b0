#include "api/tokens.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/files.hpp"
#include "base/secrets.hpp"
#include "support/folder.hpp"

namespace skald::api {
namespace {

TEST(Tokens, KnownUntilForgotten) {
  const TestFolder folder;
  const TokenBook book(folder.path());
  EXPECT_FALSE(book.knows(""));
  const auto one = book.make(), two = book.make();
  ASSERT_TRUE(one && two);
  EXPECT_NE(*one, *two);
  EXPECT_TRUE(book.knows(*one) && book.knows(*two));
  EXPECT_FALSE(book.knows(one->substr(1)));
  EXPECT_FALSE(book.knows(""));
  ASSERT_TRUE(book.forget_all());
  EXPECT_FALSE(book.knows(*one));
}

TEST(Tokens, OnlyHashesAreKeptAndOnlyTheOwnerReadsThem) {
  const TestFolder folder;
  const auto token = TokenBook(folder.path()).make();
  ASSERT_TRUE(token);
  const auto file = folder.path() / "api-tokens";
  const auto kept = read_file(file);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->find(token->substr(4)), std::string::npos);
  EXPECT_EQ(kept->size(), 65U);
  // What is kept does not open the door.
  EXPECT_FALSE(TokenBook(folder.path()).knows(kept->substr(0, 64)));
  struct stat info{};
  ASSERT_EQ(::stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST(Tokens, NeverStandInMessages) {
  EXPECT_EQ(without_secrets("sent skt_0123456789abcdef0123456789abcdef, see"), "sent [removed], see");
}

}  // namespace
}  // namespace skald::api

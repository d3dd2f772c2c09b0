#include "api/tokens.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/secrets.hpp"
#include "support/folder.hpp"

namespace skald::api {
namespace {

const std::string kNow = "20261124_120000";

TEST(Tokens, KnownUntilForgotten) {
  const TestFolder folder;
  const TokenBook book(folder.path());
  EXPECT_FALSE(book.scope_of(""));
  const auto one = book.make(kNow), two = book.make(kNow);
  ASSERT_TRUE(one && two);
  EXPECT_NE(*one, *two);
  EXPECT_EQ(book.scope_of(*one), Scope::Admin);
  EXPECT_EQ(book.scope_of(*two), Scope::Admin);
  EXPECT_FALSE(book.scope_of(one->substr(1)));
  EXPECT_FALSE(book.scope_of(""));
  ASSERT_TRUE(book.forget_all());
  EXPECT_FALSE(book.scope_of(*one));
}

TEST(Tokens, HaveAScopeAndANameByWhichTheyGo) {
  const TestFolder folder;
  const TokenBook book(folder.path());
  const auto reader = book.make("the laptop", Scope::Read, kNow);
  const auto writer = book.make("bot", Scope::Change, kNow);
  ASSERT_TRUE(reader && writer);
  EXPECT_EQ(book.scope_of(*reader), Scope::Read);
  EXPECT_EQ(book.scope_of(*writer), Scope::Change);
  EXPECT_EQ(book.make("bot", Scope::Read, kNow).error().code, ErrorCode::Conflict);
  for (const char* name : {"", " ", " x", "two\nlines"})
    EXPECT_EQ(book.make(name, Scope::Read, kNow).error().code, ErrorCode::Usage) << name;
  const auto kept = book.list();
  ASSERT_TRUE(kept);
  ASSERT_EQ(kept->size(), 2U);
  EXPECT_EQ((*kept)[0].name, "the laptop");
  EXPECT_EQ((*kept)[0].created, kNow);
  ASSERT_TRUE(book.remove("the laptop"));
  EXPECT_FALSE(book.scope_of(*reader));
  EXPECT_EQ(book.scope_of(*writer), Scope::Change);
  EXPECT_EQ(book.remove("the laptop").error().code, ErrorCode::NotFound);
}

TEST(Tokens, OfEarlierVersionsStayAndDamagedOnesGetNoRights) {
  const TestFolder folder;
  const TokenBook book(folder.path());
  ASSERT_TRUE(write_file_atomic(folder.path() / "api-tokens",
                                sha256("skt_old") + '\n' + sha256("skt_odd") + " root - odd\n"));
  EXPECT_EQ(book.scope_of("skt_old"), Scope::Admin);
  EXPECT_EQ(book.scope_of("skt_odd"), Scope::Read);
  ASSERT_TRUE(book.make("new", Scope::Read, kNow));
  EXPECT_EQ(book.scope_of("skt_old"), Scope::Admin);
}

TEST(Tokens, OnlyHashesAreKeptAndOnlyTheOwnerReadsThem) {
  const TestFolder folder;
  const auto token = TokenBook(folder.path()).make(kNow);
  ASSERT_TRUE(token);
  const auto file = folder.path() / "api-tokens";
  const auto kept = read_file(file);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->find(token->substr(4)), std::string::npos);
  EXPECT_EQ(kept->substr(64), " admin " + kNow + " 1\n");
  // What is kept does not open the door.
  EXPECT_FALSE(TokenBook(folder.path()).scope_of(kept->substr(0, 64)));
  struct stat info{};
  ASSERT_EQ(::stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST(Tokens, NeverStandInMessages) {
  EXPECT_EQ(without_secrets("sent skt_0123456789abcdef0123456789abcdef, see"), "sent [removed], see");
}

}  // namespace
}  // namespace skald::api

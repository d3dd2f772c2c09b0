#include "base/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace skald {
namespace {

TEST(Text, TrimAndSplit) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
}

TEST(Text, WholeNumber) {
  EXPECT_EQ(whole_number("0"), 0U);
  EXPECT_EQ(whole_number("007"), 7U);
  EXPECT_EQ(whole_number("18446744073709551615"), UINT64_MAX);
  for (const char* other : {"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "1e3", "18446744073709551616", "one"})
    EXPECT_EQ(whole_number(other), std::nullopt) << other;
}

TEST(Text, DamagedUtf8IsRepaired) {
  EXPECT_EQ(repair_utf8("caf\xc3\xa9"), "caf\xc3\xa9");
  for (const char* damaged : {"a\xff"
                              "b",
                              "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xc0\xaf", "\xf5\x80\x80\x80"}) {
    const std::string repaired = repair_utf8(damaged);
    EXPECT_NE(repaired.find("\xef\xbf\xbd"), std::string::npos);
    EXPECT_EQ(repair_utf8(repaired), repaired);
  }
}

RC_GTEST_PROP(Text, RepairedTextIsAlwaysValidAndStable, (const std::string& any)) {
  const std::string once = repair_utf8(any);
  RC_ASSERT(repair_utf8(once) == once);
  RC_ASSERT(encode_utf8(decode_utf8(once)) == once);
}

TEST(Text, FrontEndsBetweenCharacters) {
  EXPECT_EQ(front_of("h\u00e9", 3), "h\u00e9");
  EXPECT_EQ(front_of("h\u00e9", 2), "h");
  EXPECT_EQ(front_of("\U0001F3B2x", 4), "\U0001F3B2");
  EXPECT_EQ(front_of("\U0001F3B2", 3), "");
  EXPECT_EQ(front_of("\x80\x80", 1), "");
}

}  // namespace
}  // namespace skald

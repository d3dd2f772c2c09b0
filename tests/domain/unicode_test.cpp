#include "domain/unicode.hpp"

#include <gtest/gtest.h>

namespace skald {
namespace {

TEST(Unicode, KnowsKindsOfCharacters) {
  EXPECT_TRUE(is_word_character(U'a') && is_word_character(U'\u00E9') && is_word_character(U'\u0416'));
  EXPECT_TRUE(is_word_character(U'7') && is_word_character(U'_') && is_word_character(U'\u0301'));
  EXPECT_FALSE(is_word_character(U'-') || is_word_character(U' ') || is_word_character(U'\u2026'));
  EXPECT_TRUE(is_letter(U'\u00DF') && !is_letter(U'5'));
  EXPECT_TRUE(is_upper(U'\u00C9') && !is_upper(U'\u00E9'));
  EXPECT_TRUE(is_space(U'\u00A0') && is_space(U'\u3000') && is_space(U'\n') && !is_space(U'x'));
}

TEST(Unicode, ComposesAndRepairs) {
  EXPECT_EQ(to_nfc("e\u0301"), "\u00E9");
  EXPECT_EQ(to_nfc("a\xFF"
                   "b"),
            "a\uFFFD"
            "b");
  EXPECT_EQ(to_nfc(""), "");
  EXPECT_EQ(to_nfkc_lower("\uFB01 \u00C9 I"), "fi \u00E9 i");  // no Turkish rules
}

}  // namespace
}  // namespace skald

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "formats/results.hpp"

namespace skald {
namespace {

TEST(SafeId, IsWhatThePredecessorMade) {
  EXPECT_EQ(safe_session_id("Session 10/15: The Return?"), "Session_10_15__The_Return");
  EXPECT_EQ(safe_session_id("evening-7_b"), "evening-7_b");
  EXPECT_EQ(safe_session_id("Caf\u00E9 \u0416"), "Caf\u00E9_\u0416");
  EXPECT_EQ(safe_session_id("a\tb\nc"), "a_b_c");
}

TEST(SafeId, NeverLeavesItsFolder) {
  EXPECT_EQ(safe_session_id("../../x"), "__x");
  EXPECT_EQ(safe_session_id(".."), "session");
  EXPECT_EQ(safe_session_id(""), "session");
  EXPECT_EQ(safe_session_id("C:\\windows"), "C_windows");
}

TEST(SafeId, OfLongNamesStaysDistinct) {
  const std::string a = safe_session_id(std::string(300, 'a')), b = safe_session_id(std::string(301, 'a'));
  EXPECT_NE(a, b);
  EXPECT_EQ(a.size(), 100u);
  EXPECT_LE(safe_session_id(std::string(300, '\xE4') + "\u6F22").size(), 180u);
}

RC_GTEST_PROP(SafeId, IsAPlainNameAndAtRest, (const std::string& text)) {
  const std::string id = safe_session_id(text);
  RC_ASSERT(!id.empty() && id.size() <= 180);
  RC_ASSERT(id.find_first_of("/\\:. \t\n") == std::string::npos);
  RC_ASSERT(id.find('\0') == std::string::npos);
  RC_ASSERT(safe_session_id(id) == id);
}

}  // namespace
}  // namespace skald

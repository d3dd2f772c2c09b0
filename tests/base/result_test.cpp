#include "base/result.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

namespace skald {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  int exit;
};
constexpr Row kRows[] = {
#define SKALD_ERROR(code, exit_status, http_status, retry, advice) {ErrorCode::code, #code, exit_status},
#include "base/error.def"
#undef SKALD_ERROR
};

TEST(ErrorTable, NamesLeadBackAndStatusesAreThoseOfTheContract) {
  std::set<std::string_view> names;
  for (const Row& row : kRows) {
    EXPECT_EQ(name(row.code), row.name);
    EXPECT_EQ(error_code_from_name(row.name), row.code);
    EXPECT_TRUE(names.insert(row.name).second);
    EXPECT_TRUE(row.exit == 1 || row.exit == 2 || row.exit == 130) << row.name;
    EXPECT_EQ(exit_status(row.code), row.exit);
    EXPECT_FALSE(advice(Error{row.code, "x", {}}).empty()) << row.name;
  }
  EXPECT_EQ(error_code_from_name("nonsense"), ErrorCode::Internal);
}

TEST(Error, OwnAdviceWins) {
  EXPECT_EQ(advice(Error{ErrorCode::NotFound, "m", "look elsewhere"}), "look elsewhere");
  const std::string text = describe(Error{ErrorCode::NotFound, "there is no file 'x'", "look elsewhere"});
  EXPECT_NE(text.find("there is no file 'x'"), std::string::npos);
  EXPECT_NE(text.find("look elsewhere"), std::string::npos);
}

TEST(Error, ErrnoHasCodesOfItsOwn) {
  EXPECT_EQ(errno_error(ENOSPC, "cannot write", "/x").code, ErrorCode::NoSpace);
  EXPECT_EQ(errno_error(EDQUOT, "cannot write", "/x").code, ErrorCode::NoSpace);
  EXPECT_EQ(errno_error(EACCES, "cannot write", "/x").code, ErrorCode::Permission);
  EXPECT_EQ(errno_error(ENOENT, "cannot read", "/x").code, ErrorCode::NotFound);
  EXPECT_EQ(errno_error(EIO, "cannot read", "/x").code, ErrorCode::Io);
}

Result<int> half(int n) {
  if (n % 2 != 0) return fail(ErrorCode::InvalidInput, "odd");
  return n / 2;
}
Result<int> quarter(int n) {
  const int once = TRY(half(n));
  return half(once);
}

TEST(Try, ReturnsTheFirstError) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
}

}  // namespace
}  // namespace skald

#include "api/range.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace skald::api {
namespace {

constexpr std::string_view kTag = "\"abc\"";

Request asking(const std::string& range, const std::string& condition = {}) {
  Request request{"GET", "/", "/", {}, {{"Range", range}}};
  if (!condition.empty()) request.headers.emplace_back("If-Range", condition);
  return request;
}

// "first+length", "whole" or "416".
std::string part(const Request& request, std::uint64_t size) {
  const auto found = wanted_range(request, size, kTag);
  if (!found) return std::to_string(http_status(found.error().code));
  if (!*found) return "whole";
  return std::to_string((*found)->first) + "+" + std::to_string((*found)->length);
}

TEST(Range, Parts) {
  EXPECT_EQ(part(asking("bytes=0-9"), 100), "0+10");
  EXPECT_EQ(part(asking("bytes=90-"), 100), "90+10");
  EXPECT_EQ(part(asking("bytes=90-1000"), 100), "90+10");
  EXPECT_EQ(part(asking("bytes=-10"), 100), "90+10");
  EXPECT_EQ(part(asking("bytes=-1000"), 100), "0+100");
  EXPECT_EQ(part(asking("bytes=99-99"), 100), "99+1");
  EXPECT_EQ(part(asking("Bytes= 3 - 4 "), 100), "3+2");
  EXPECT_EQ(part(asking("bytes=0-99999999999999999999999"), 100), "0+100");
}

TEST(Range, BeyondTheEnd) {
  EXPECT_EQ(part(asking("bytes=100-"), 100), "416");
  EXPECT_EQ(part(asking("bytes=99999999999999999999999-"), 100), "416");
  EXPECT_EQ(part(asking("bytes=-0"), 100), "416");
  EXPECT_EQ(part(asking("bytes=0-"), 0), "416");
  EXPECT_EQ(part(asking("bytes=-5"), 0), "416");
}

TEST(Range, WhatIsNoRangeIsPassedOver) {
  for (const char* odd : {"items=0-9", "bytes", "bytes=", "bytes=a-b", "bytes=5-3", "bytes=-",
                          "bytes=0-1,5-6", "bytes=+1-2", "bytes=1--2", "bytes=0x1-2"})
    EXPECT_EQ(part(asking(odd), 100), "whole") << odd;
  EXPECT_EQ(part(Request{"GET", "/", "/", {}, {}}, 100), "whole");
}

TEST(Range, OnlyOfTheContentThatIfRangeNames) {
  EXPECT_EQ(part(asking("bytes=0-9", "\"abc\""), 100), "0+10");
  EXPECT_EQ(part(asking("bytes=0-9", "\"other\""), 100), "whole");
  EXPECT_EQ(part(asking("bytes=0-9", "W/\"abc\""), 100), "whole");
  EXPECT_EQ(part(asking("bytes=0-9", "Mon, 23 Nov 2026 20:00:00 GMT"), 100), "whole");
  EXPECT_EQ(part(asking("bytes=500-", "\"other\""), 100), "whole");
}

RC_GTEST_PROP(RangeProperty, LiesWithinTheFile,
              (std::uint64_t first, std::uint64_t last, std::uint64_t size)) {
  const auto found =
      wanted_range(asking("bytes=" + std::to_string(first) + "-" + std::to_string(last)), size, kTag);
  if (!found || !*found) return;
  RC_ASSERT((*found)->length > 0U);
  RC_ASSERT((*found)->first == first);
  RC_ASSERT((*found)->first + (*found)->length <= size);
}

Reply reply_to(const Request& request) {
  return file_reply(request, {nullptr, 0, 100, nullptr}, "audio/wav", std::string(kTag));
}

std::string header(const Reply& reply, std::string_view name) {
  for (const auto& [key, value] : reply.headers)
    if (key == name) return value;
  return "";
}

TEST(FileReply, StatusAndHeaders) {
  const Reply whole = reply_to({"GET", "/", "/", {}, {}});
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(header(whole, "Accept-Ranges"), "bytes");
  EXPECT_EQ(header(whole, "ETag"), kTag);
  const Reply part = reply_to(asking("bytes=10-19"));
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(header(part, "Content-Range"), "bytes 10-19/100");
  EXPECT_EQ(std::get<FileBody>(part.body).offset, 10U);
  EXPECT_EQ(std::get<FileBody>(part.body).length, 10U);
  const Reply beyond = reply_to(asking("bytes=100-"));
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(header(beyond, "Content-Range"), "bytes */100");
}

TEST(FileReply, UnchangedIsNotSentAgain) {
  for (const char* tags : {"\"abc\"", "\"x\", W/\"abc\"", "*"})
    EXPECT_EQ(reply_to({"GET", "/", "/", {}, {{"If-None-Match", tags}}}).status, 304) << tags;
  EXPECT_EQ(reply_to({"GET", "/", "/", {}, {{"If-None-Match", "\"abcd\""}}}).status, 200);
}

}  // namespace
}  // namespace skald::api

#include "formats/fields.hpp"

#include <gmock/gmock.h>

#include "formats/json_position.hpp"

namespace skald {
namespace {

TEST(Numbers, AreReadAsPeopleWriteThem) {
  EXPECT_EQ(parse_number("0,8"), 0.8);
  EXPECT_EQ(parse_number(" 12.50 "), 12.5);
  EXPECT_EQ(parse_number("+3"), 3);
  EXPECT_EQ(parse_number("-1e3"), -1000);
  for (const char* text : {"", "x", "1.2.3", "1,000.5", "nan", "inf", "0x10", "5 s", "+-3"})
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
}

TEST(Json, SpansAreChecked) {
  EXPECT_EQ(spans_from_json(Json::parse("[[0, 1.5], [\"2,5\", 2]]"), "x")->back(), (Span{{2.5}, {2.5}}));
  EXPECT_FALSE(spans_from_json(Json::parse("[[0]]"), "x"));
  EXPECT_FALSE(spans_from_json(Json::parse("{\"a\": 1}"), "x"));
  EXPECT_TRUE(spans_from_json(Json(nullptr), "x")->empty());
  EXPECT_EQ(spans_to_json({{{0.12345}, {1}}}).dump(), "[[0.123,1.0]]");
}

TEST(Json, ErrorsTellLineAndColumn) {
  const auto json = parse_json("{\n \"a\": tru\n}", "f.json");
  ASSERT_FALSE(json);
  EXPECT_EQ(json.error().message, "f.json: line 2, column 10: not valid JSON");
}

TEST(Json, DeepNestingIsRefusedAndBracketsInTextAreNot) {
  EXPECT_TRUE(parse_outside_json("[\"" + std::string(500, '[') + "\\\"[\"]", "x"));
  EXPECT_TRUE(parse_outside_json(std::string(64, '[') + std::string(64, ']'), "x"));
  EXPECT_FALSE(parse_outside_json(std::string(65, '[') + std::string(65, ']'), "x"));
}

TEST(JsonPosition, FindsValues) {
  const std::string text = "{\n  \"a\": [1, {\"b}\": \"x\"}],\n  \"c\": null\n}";
  const auto at = [&](const std::vector<JsonStep>& steps) {
    const TextPosition p = position_of(text, steps);
    return std::pair{p.line, p.column};
  };
  EXPECT_EQ(at({}), (std::pair<std::size_t, std::size_t>{1, 1}));
  EXPECT_EQ(at({"a"}), (std::pair<std::size_t, std::size_t>{2, 8}));
  EXPECT_EQ(at({"a", std::size_t{1}, "b}"}), (std::pair<std::size_t, std::size_t>{2, 19}));
  EXPECT_EQ(at({"c"}), (std::pair<std::size_t, std::size_t>{3, 8}));
  EXPECT_EQ(at({"c", "none"}), (std::pair<std::size_t, std::size_t>{3, 8}));  // the last that exists
}

TEST(JsonPosition, FindsDoubledKeys) {
  EXPECT_FALSE(doubled_key("{\"a\": {\"b\": 1}, \"b\": [{\"b\": 1}]}"));
  const auto doubled = doubled_key("{\"a\": [0, {\"b\": 1, \"\\u0062\": 2}]}");
  ASSERT_TRUE(doubled);
  EXPECT_EQ(describe_steps(doubled->steps), "a[1].b");
  EXPECT_EQ(doubled->position.column, 30u);
}

TEST(Json, TimesAndProbabilitiesAreRounded) {
  EXPECT_EQ(json_time(1.00049), 1.0);
  EXPECT_EQ(json_probability(0.123456), 0.1235);
  EXPECT_EQ(to_line(Json("a\xFF")), "\"a\uFFFD\"");
}

}  // namespace
}  // namespace skald

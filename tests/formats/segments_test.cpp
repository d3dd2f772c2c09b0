#include "formats/segments.hpp"

#include <gmock/gmock.h>

#include "evening.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

using ::testing::HasSubstr;

TEST(Segments, AreReadFromLines) {
  const auto lines = parse_segments(
      "\xEF\xBB\xBF{\"text\": \"Hello.\", \"speaker\": \"Ann\", \"role\": \"dm\", \"start_time\": 1, "
      "\"end_time\": \"2,5\"}\r\n\n"
      "{\"text\": \"Yes?\", \"mood\": [1, 2]}\n{\"text\": \"\", \"speaker\": null, \"role\": \"bard\"}",
      "s.jsonl");
  ASSERT_TRUE(lines) << lines.error().message;
  ASSERT_EQ(lines->size(), 3u);
  EXPECT_EQ((*lines)[0].role, Role::DM);
  EXPECT_EQ((*lines)[0].segment.span, (Span{{1}, {2.5}}));
  EXPECT_EQ((*lines)[1].segment.speaker_id, "UNKNOWN");
  EXPECT_EQ((*lines)[1].segment.span.start, Seconds{2.5});  // after the one before
  EXPECT_EQ((*lines)[2].role, Role::Unknown);
}

struct WrongLineText {
  const char *line, *says;
};
class WrongLine : public ::testing::TestWithParam<WrongLineText> {};
TEST_P(WrongLine, IsNamed) {
  const auto lines = parse_segments(
      std::string("{\"text\": \"ok\"}\n\n") + GetParam().line + "\n{\"text\": \"ok\"}\n", "s.jsonl");
  ASSERT_FALSE(lines);
  EXPECT_EQ(lines.error().code, ErrorCode::InvalidInput);
  EXPECT_THAT(lines.error().message, HasSubstr(std::string("s.jsonl: line 3: ") + GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(
    Table, WrongLine,
    ::testing::Values(WrongLineText{"{\"text\": \"cut", "not valid JSON"},
                      WrongLineText{"text", "not valid JSON"},
                      WrongLineText{"[1]", "one JSON object is expected"},
                      WrongLineText{"{\"speaker\": \"A\"}", "'text' is missing"},
                      WrongLineText{"{\"text\": 7}", "'text' is missing or no text"},
                      WrongLineText{"{\"text\": \"x\", \"speaker\": 1}", "'speaker' must be text"},
                      WrongLineText{"{\"text\": \"x\", \"role\": true}", "'role' must be text"},
                      WrongLineText{"{\"text\": \"x\", \"start_time\": \"soon\"}",
                                    "'start_time' must be seconds"},
                      WrongLineText{"{\"text\": \"x\", \"end_time\": []}", "'end_time' must be seconds"},
                      WrongLineText{"{\"text\": \"\xFF\"}", "not valid JSON"},
                      WrongLineText{"{\"text\": \"a\"} {\"text\": \"b\"}", "not valid JSON"}));

TEST(Segments, ComeBackWithTheirLabelsInTheSameOrder) {
  const auto lines =
      parse_segments("{\"text\":\"a\",\"note\":{\"k\":1}}\n{\"text\":\"b\",\"confidence\":9}\n", "s");
  ASSERT_TRUE(lines);
  const auto out = classified_lines(*lines, {label(Classification::IC, Voice::CHARACTER, 0.75, "Vess"),
                                             {Classification::OOC, Voice::OOC_OTHER, 0.5, "", "", "e5"}});
  ASSERT_TRUE(out);
  EXPECT_EQ(
      *out,
      "{\"text\":\"a\",\"note\":{\"k\":1},\"classification\":\"IC\",\"classification_type\":\"CHARACTER\","
      "\"confidence\":0.75,\"character\":\"Vess\",\"reasoning\":\"by its words\",\"backend\":\"e5\"}\n"
      "{\"text\":\"b\",\"confidence\":0.5,\"classification\":\"OOC\",\"classification_type\":\"OOC_OTHER\","
      "\"character\":null,\"backend\":\"e5\"}\n");
  EXPECT_FALSE(classified_lines(*lines, {}));
}

TEST(Labels, GoToDiskAndBack) {
  const TestFolder folder;
  std::vector<Label> labels;
  for (const Segment& segment : evening().segments) labels.push_back(*segment.label);
  put(folder / "labels.jsonl", labels_jsonl(labels));
  const auto read = read_labels(folder / "labels.jsonl");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(labels_jsonl(*read), labels_jsonl(labels));
}

TEST(Labels, ThatAreIncompleteAreDamageAndNeverFilledIn) {
  const TestFolder folder;
  for (const char* line :
       {R"({"classification":null,"classification_type":"CHARACTER","confidence":0.5,"backend":"x"})",
        R"({"classification":"IC","confidence":0.5,"backend":"x"})",
        R"({"classification":"IC","classification_type":"CHARACTER","confidence":1.5,"backend":"x"})",
        R"({"classification":"IC","classification_type":"CHARACTER","confidence":null,"backend":"x"})",
        R"({"classification":"IC","classification_type":"CHARACTER","confidence":0.5})", "{}", "[]",
        "nonsense"}) {
    put(folder / "labels.jsonl", std::string(line) + "\n");
    const auto read = read_labels(folder / "labels.jsonl");
    ASSERT_FALSE(read) << line;
    EXPECT_EQ(read.error().code, ErrorCode::Damaged);
    EXPECT_THAT(read.error().message, HasSubstr("line 1"));
  }
}

TEST(Segments, ForTheClassifierCarryRolesAndLanguages) {
  const SessionResult result = evening();
  const std::string jsonl = segments_jsonl(result.segments, result.roles);
  const auto lines = parse_segments(jsonl, "x");
  ASSERT_TRUE(lines);
  EXPECT_EQ((*lines)[0].role, Role::DM);
  EXPECT_EQ((*lines)[2].segment.language, "nl");
  EXPECT_EQ((*lines)[4].role, Role::Unknown);
  EXPECT_EQ((*lines)[3].segment.span, result.segments[3].span);
}

TEST(Roles, GoThroughJson) {
  const auto roles = roles_from_json(to_json(evening().roles));
  ASSERT_TRUE(roles);
  EXPECT_EQ(to_json(*roles), to_json(evening().roles));
  EXPECT_FALSE(roles_from_json(Json::parse("[{}]")));
  EXPECT_FALSE(roles_from_json(Json::parse("{\"roles\": 3}")));
  const TestFolder folder;
  put(folder / "roles.json", "[{\"speaker_id\": \"\"}]");
  EXPECT_EQ(read_roles(folder / "roles.json").error().code, ErrorCode::Damaged);
}

}  // namespace
}  // namespace skald

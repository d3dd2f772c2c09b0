#include <gtest/gtest.h>

#include "formats/review/edit_json.hpp"
#include "formats/review/review_json.hpp"
#include "service/review/search.hpp"
#include "support/folder.hpp"
#include "table.hpp"

namespace skald {
namespace {

Result<Edit> request(const std::string& text) {
  return edit_from_request(parse_json(text, "test").value());
}

TEST(EditJson, ARequestIsShownAsItWasSent) {
  for (const char* text :
       {R"({"op":"text","segment":"1","text":"the bell"})",
        R"({"op":"label","segments":["1","2"],"label":"OOC"})",
        R"({"op":"label","segments":["1"],"label":"IC","voice":"NPC_DIALOGUE"})",
        R"({"op":"character","segments":["1"],"character":"Korbo"})",
        R"({"op":"speaker","segments":["1"],"speaker":"SPEAKER_01"})",
        R"({"op":"rename_speaker","name":"Gil","speaker":"SPEAKER_01"})",
        R"({"op":"merge_speakers","from":"SPEAKER_01","into":"SPEAKER_00"})",
        R"({"op":"split","segment":"1","word":2})", R"({"op":"join","segments":["2","3"]})"}) {
    const auto edit = request(text);
    ASSERT_TRUE(edit) << text;
    EXPECT_EQ(to_line(edit_as_request(*edit)), text);
  }
}

TEST(EditJson, WhatIsMissingOrWrongIsNamed) {
  for (const auto& [text, named] : std::vector<std::pair<std::string, std::string>>{
           {R"([])", "object"},
           {R"({"op":"explode"})", "'op'"},
           {R"({"op":"text","segment":"1"})", "'text'"},
           {R"({"op":"text","segment":1,"text":"x"})", "'segment'"},
           {R"({"op":"label","segments":"1","label":"IC"})", "'segments'"},
           {R"({"op":"label","segments":[1],"label":"IC"})", "'segments'"},
           {R"({"op":"label","segments":["1"],"label":"ic?"})", "'label'"},
           {R"({"op":"label","segments":["1"],"label":"IC","voice":"x"})", "'voice'"},
           {R"({"op":"split","segment":"1","word":-1})", "'word'"},
           {R"({"op":"split","segment":"1","word":1.5})", "'word'"},
           {R"({"op":"rename_speaker","speaker":"a"})", "'name'"}}) {
    const auto edit = request(text);
    ASSERT_FALSE(edit) << text;
    EXPECT_EQ(edit.error().code, ErrorCode::InvalidInput);
    EXPECT_NE(edit.error().message.find(named), std::string::npos) << text << edit.error().message;
  }
}

TEST(EditJson, TextsComeOnOneLine) {
  EXPECT_EQ(request(R"({"op":"text","segment":"1","text":" a\n\u0007 b\t"})")->text, "a b");
}

TEST(EditJson, TheStoreGivesBackWhatItGot) {
  ReviewedTranscript transcript = reviewed_talk();
  const ReviewedTranscript machine = transcript;
  std::vector<ReviewStep> log;
  for (const Edit& wanted : {cut("1", 2), labelled({"1.2", "4"}, Classification::OOC), given_to({"5"}, "new"),
                             renamed("ADDED_1", "Gil"), merged("SPEAKER_01", "SPEAKER_00"),
                             edit(Edit::Kind::Character, {"2"}, "Korbo"), edit(Edit::Kind::Join, {"2", "3"}),
                             edit(Edit::Kind::Text, {"2"}, "we \"listen\"")}) {
    const auto applied = apply(transcript, wanted);
    ASSERT_TRUE(applied) << applied.error().message;
    const Json stored = parse_json(to_line(edit_as_stored(*applied)), "test").value();
    const auto read = edit_from_store(stored);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(edit_as_stored(*read), stored);
    log.push_back(step(static_cast<std::int64_t>(log.size()) + 1, {*read}));
  }
  const Reviewed again = replay(machine, log);
  EXPECT_TRUE(same(transcript, again.transcript));
  EXPECT_TRUE(again.unattached.empty());
}

TEST(ReviewJson, ShowsSegmentsAndSpeakers) {
  ReviewedTranscript transcript = reviewed_talk();
  ASSERT_TRUE(apply(transcript, labelled({"2"}, Classification::MIXED)));
  transcript.find("5")->segment.label.reset();
  const Json json = to_json(*transcript.find("2"));
  EXPECT_EQ(json["edited"], Json({"label"}));
  EXPECT_EQ(json["words"].size(), 2U);
  EXPECT_EQ(json["words"][1]["start"], 5);
  EXPECT_EQ(json["backend"], "review");
  EXPECT_TRUE(to_json(*transcript.find("5"))["label"].is_null());
  const Json speakers = speakers_json(transcript);
  ASSERT_EQ(speakers.size(), 3U);
  EXPECT_EQ(speakers[1]["name"], "Hanna");
  EXPECT_EQ(speakers[1]["segments"], 2);
  EXPECT_EQ(speakers[1]["seconds"], 5);
  EXPECT_EQ(speakers[2]["id"], "UNKNOWN");
}

TEST(SearchQuery, QuotesWhateverIsTyped) {
  EXPECT_EQ(search_query("draw bow"), R"("draw" "bow"*)");
  EXPECT_EQ(search_query(R"("the bell" tolls)"), R"("the bell" "tolls"*)");
  EXPECT_EQ(search_query(R"("the bell")"), R"("the bell")");
  EXPECT_EQ(search_query("\"open"), "\"open\"*");
  EXPECT_EQ(search_query("NEAR(a OR b) AND -c *"), R"x("NEAR(a" "OR" "b)" "AND" "-c"*)x");
  for (const char* nothing : {"", "  ", "\"", "\"\"", "* - ( )", "'"})
    EXPECT_EQ(search_query(nothing), "") << nothing;
}

TEST(Search, NoTypedTextIsAnError) {
  const TestFolder folder;
  const auto store = Store::open(folder / "home").value();
  RunRecord run{0, "k", "evening", "", RunState::Finished, "20261123_200000", "{}"};
  ASSERT_TRUE(store->add_run(run));
  ASSERT_TRUE(store->index_session(run.id, {run.id, 0}, {{"1", 1.5, "Hanna", "één <b>boog</b> & pijl"}}));
  for (const char* odd : {"\"", "*", "a*b", "^a", "a:b", "{a b}:c", "NEAR(", "AND", "NOT NOT", "(((",
                          "\x01\x02", "\xff\xfe", "-", "'; DROP"})
    EXPECT_TRUE(search_sessions(*store, odd, 10)) << odd;
  EXPECT_TRUE(search_sessions(*store, std::string("a\0b", 3), 10));
  const Json found = search_sessions(*store, "EEN boo", 10).value();
  ASSERT_EQ(found["total"], 1);
  const Json& hit = found["hits"][0];
  EXPECT_EQ(hit["snippet"], "één <b>boog</b> & pijl");
  EXPECT_EQ(hit["marks"], Json({{0, 3}, {7, 11}}));
  EXPECT_EQ(hit["start"], 1.5);
}

}  // namespace
}  // namespace skald

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/review/edit.hpp"
#include "table.hpp"

namespace skald {
namespace {

using ::testing::HasSubstr;

struct Edits : ::testing::Test {
  ReviewedTranscript transcript = reviewed_talk();

  void refused(const Edit& made, const std::string& why) {
    const ReviewedTranscript before = transcript;
    const auto result = apply(transcript, made);
    ASSERT_FALSE(result) << why;
    EXPECT_EQ(result.error().code, ErrorCode::InvalidInput);
    EXPECT_THAT(result.error().message, HasSubstr(why));
    EXPECT_TRUE(same(before, transcript)) << why;
  }
  const Segment& at(const std::string& id) { return transcript.find(id)->segment; }
};

TEST_F(Edits, OfTextKeepTheTimes) {
  ASSERT_TRUE(apply(transcript, edit(Edit::Kind::Text, {"1"}, "the bell tolls thrice")));
  EXPECT_EQ(at("1").text, "the bell tolls thrice");
  EXPECT_EQ(at("1").words[2].span, talk()[0].words[2].span);
  EXPECT_TRUE(has(transcript.find("1")->corrected, Corrected::Text));
  refused(edit(Edit::Kind::Text, {"1"}, "  "), "text is empty");
  refused(edit(Edit::Kind::Text, {"1"}, std::string(30'000, 'x')), "longer than");
  refused(edit(Edit::Kind::Text, {"9"}, "x"), "no segment '9'");
  refused(edit(Edit::Kind::Text, {}, "x"), "no segment is named");
  refused(edit(Edit::Kind::Text, {"1", "2"}, "x"), "one segment");
}

TEST_F(Edits, OfLabelsAreSureAndSayWhoMadeThem) {
  ASSERT_TRUE(apply(transcript, labelled({"1", "4"}, Classification::OOC)));
  EXPECT_EQ(at("4").label->classification, Classification::OOC);
  EXPECT_EQ(at("4").label->voice, Voice::OOC_OTHER);
  EXPECT_EQ(at("4").label->character, "");
  EXPECT_EQ(at("4").label->confidence, 1);
  EXPECT_EQ(at("4").label->backend, "review");
  ASSERT_TRUE(apply(transcript, labelled({"1"}, Classification::IC)));
  EXPECT_EQ(at("1").label->voice, Voice::DM_NARRATION);
  Edit npc = labelled({"4"}, Classification::IC);
  npc.voice = Voice::NPC_DIALOGUE;
  ASSERT_TRUE(apply(transcript, npc));
  EXPECT_EQ(at("4").label->voice, Voice::NPC_DIALOGUE);
  npc.voice = Voice::OOC_OTHER;
  refused(npc, "does not fit");
  refused(edit(Edit::Kind::Label, {"4"}), "IC, OOC or MIXED");
  refused(labelled({"4", "77"}, Classification::OOC), "no segment '77'");
  refused(labelled({"4", "4"}, Classification::OOC), "twice");
}

TEST_F(Edits, OfALabelTakeTheCharacterOfThePlayer) {
  ASSERT_TRUE(apply(transcript, labelled({"2"}, Classification::OOC)));
  ASSERT_TRUE(apply(transcript, labelled({"2"}, Classification::IC)));
  EXPECT_EQ(at("2").label->character, "Vessarine");
}

TEST_F(Edits, OfCharactersNeedSpeechInCharacter) {
  ASSERT_TRUE(apply(transcript, edit(Edit::Kind::Character, {"2", "3"}, "Korbo")));
  EXPECT_EQ(at("3").label->character, "Korbo");
  ASSERT_TRUE(apply(transcript, edit(Edit::Kind::Character, {"3"}, "")));
  EXPECT_EQ(at("3").label->character, "");
  ASSERT_TRUE(apply(transcript, labelled({"2"}, Classification::OOC)));
  refused(edit(Edit::Kind::Character, {"2"}, "Korbo"), "not said in character");
  transcript.find("3")->segment.label.reset();
  refused(edit(Edit::Kind::Character, {"3"}, "Korbo"), "not said in character");
}

TEST_F(Edits, GiveSegmentsToSpeakersOldAndNew) {
  ASSERT_TRUE(apply(transcript, given_to({"5"}, "SPEAKER_01")));
  EXPECT_EQ(at("5").speaker_name, "Hanna");
  const auto added = apply(transcript, given_to({"4", "5"}, "new"));
  ASSERT_TRUE(added);
  EXPECT_EQ(added->speaker.id, "ADDED_1");
  EXPECT_EQ(at("4").speaker_id, "ADDED_1");
  ASSERT_TRUE(apply(transcript, renamed("ADDED_1", "Gil")));
  EXPECT_EQ(at("4").speaker_name, "Gil");
  EXPECT_EQ(apply(transcript, given_to({"1"}, "new"))->speaker.id, "ADDED_2");
  ASSERT_TRUE(apply(transcript, given_to({"1"}, "UNKNOWN")));
  EXPECT_EQ(at("1").speaker_name, "UNKNOWN");
  refused(given_to({"1"}, "SPEAKER_07"), "no speaker 'SPEAKER_07'");
}

TEST_F(Edits, OfSpeakersHoldEverywhere) {
  ASSERT_TRUE(apply(transcript, renamed("SPEAKER_01", "Gil")));
  EXPECT_EQ(at("2").speaker_name, "Gil");
  EXPECT_EQ(at("3").speaker_name, "Gil");
  EXPECT_FALSE(has(transcript.find("3")->corrected, Corrected::Speaker));
  ASSERT_TRUE(apply(transcript, merged("SPEAKER_01", "SPEAKER_00")));
  EXPECT_EQ(at("3").speaker_name, "Rowan");
  EXPECT_EQ(transcript.speakers.size(), 1U);
  refused(merged("SPEAKER_00", "SPEAKER_00"), "himself");
  refused(merged("SPEAKER_01", "SPEAKER_00"), "no speaker");
  refused(renamed("SPEAKER_00", ""), "name is empty");
  refused(renamed("UNKNOWN", "Gil"), "nobody");
}

TEST_F(Edits, CutsKeepTheTimesOfWords) {
  ASSERT_TRUE(apply(transcript, cut("1", 1)));
  EXPECT_EQ(at("1.1").text, "the");
  EXPECT_EQ(at("1.2").text, "bell tolls twice");
  EXPECT_EQ(at("1.2").span.start, talk()[0].words[1].span.start);
  EXPECT_EQ(at("1.1").span.end, talk()[0].words[0].span.end);
  ASSERT_TRUE(apply(transcript, cut("1.2", 2)));
  EXPECT_EQ(at("1.2.2").text, "twice");
  refused(cut("2", 0), "between two of its words");
  refused(cut("2", 2), "between two of its words");
  refused(cut("4", 1), "between two of its words");
  refused(cut("1", 1), "no segment '1'");
}

TEST_F(Edits, JoinsKeepTheTimesOfWords) {
  ASSERT_TRUE(apply(transcript, edit(Edit::Kind::Join, {"2", "3"})));
  EXPECT_EQ(at("2").text, "I listen and draw my");
  EXPECT_EQ(at("2").words.size(), 5U);
  EXPECT_EQ(at("2").words[3].span, talk()[2].words[1].span);
  EXPECT_EQ(at("2").span, (Span{{4}, {9}}));
  EXPECT_EQ(transcript.find("3"), nullptr);
  refused(edit(Edit::Kind::Join, {"1", "2"}), "different speakers");
  refused(edit(Edit::Kind::Join, {"1", "4"}), "does not follow");
  refused(edit(Edit::Kind::Join, {"2", "1"}), "does not follow");
  refused(edit(Edit::Kind::Join, {"2"}), "two segments");
}

TEST_F(Edits, OfAJoinKeepTheLabelThatAPersonGave) {
  ASSERT_TRUE(apply(transcript, labelled({"2"}, Classification::OOC)));  // the shorter one
  ASSERT_TRUE(apply(transcript, edit(Edit::Kind::Join, {"2", "3"})));
  EXPECT_EQ(at("2").label->classification, Classification::OOC);
}

TEST(Ids, RiseFromPartToPart) {
  const std::vector<std::string> ids = {"2", "12", "12.1", "12.1.2", "12.2", "13", "100"};
  for (std::size_t i = 0; i < ids.size(); ++i)
    for (std::size_t j = 0; j < ids.size(); ++j)
      EXPECT_EQ(id_before(ids[i], ids[j]), i < j) << ids[i] << ids[j];
}

TEST(Ids, ThatAreNoneFindNothing) {
  const ReviewedTranscript transcript = reviewed_talk();
  for (const char* id : {"", ".", "x", "01", "1.", "1..1", "0", "6", "-1", "99999999999999999999999"})
    EXPECT_EQ(transcript.find(id), nullptr) << id;
}

}  // namespace
}  // namespace skald

#include "domain/types.hpp"

#include <gmock/gmock.h>

namespace skald {
namespace {

TEST(Times, SpansAreHalfOpen) {
  const Span span{{1}, {2}};
  EXPECT_TRUE(span.contains({1}));
  EXPECT_FALSE(span.contains({2}));
  EXPECT_DOUBLE_EQ(overlap(span, {{1.5}, {9}}).value, 0.5);
  EXPECT_DOUBLE_EQ(overlap(span, {{2}, {9}}).value, 0);
  EXPECT_DOUBLE_EQ(overlap(span, {{5}, {9}}).value, 0);
}

TEST(Times, SamplesAndSecondsAgree) {
  EXPECT_EQ(to_samples({1.5}).value, 24000);
  EXPECT_DOUBLE_EQ(to_seconds({8000}).value, 0.5);
  for (std::int64_t n = 0; n < 400000000; n += 12345677) EXPECT_EQ(to_samples(to_seconds({n})).value, n);
  EXPECT_DOUBLE_EQ(to_millisecond({1.23456}).value, 1.235);
}

TEST(Names, OfLabelsAndRolesGoBothWays) {
  for (const auto c : {Classification::IC, Classification::OOC, Classification::MIXED})
    EXPECT_EQ(classification_from(to_string(c)), c);
  for (const auto v : {Voice::CHARACTER, Voice::DM_NARRATION, Voice::NPC_DIALOGUE, Voice::OOC_OTHER})
    EXPECT_EQ(voice_from(to_string(v)), v);
  for (const auto r : {Role::Unknown, Role::DM, Role::Player}) EXPECT_EQ(role_from(to_string(r)), r);
  EXPECT_EQ(voice_from("OOC"), Voice::OOC_OTHER);
  EXPECT_FALSE(classification_from("ic"));
  EXPECT_FALSE(classification_from(""));
}

TEST(Party, ListsEachPersonOnce) {
  Party party;
  party.dm_name = "Rowan";
  for (const auto& [name, player] :
       {std::pair{"Vessarine", "Hanna"}, {"Pip", "Rowan"}, {"Ash", "Hanna"}, {"Wolf", ""}}) {
    Character character;
    character.name = name;
    character.player = player;
    party.characters.push_back(character);
  }
  EXPECT_THAT(party.people(), ::testing::ElementsAre("Rowan", "Hanna"));
}

}  // namespace
}  // namespace skald

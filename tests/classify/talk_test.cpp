// What is read off utterances without a model: words, surface, mentions, characters.
#include "domain/classify/talk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/classify/company.hpp"

namespace skald {
namespace {

using classify::Company;
using classify::Context;
using classify::tokens;
using classify::Utterance;

std::vector<std::string> lower(std::string_view text) {
  std::vector<std::string> words;
  for (const auto& token : tokens(text)) words.push_back(token.lower);
  return words;
}

TEST(Tokens, AreWordsInLowerCase) {
  using testing::ElementsAre;
  EXPECT_THAT(lower("I don't know, Thoggar\u2019s gone!"),
              ElementsAre("i", "don't", "know", "thoggar's", "gone"));
  EXPECT_THAT(lower("'s Avonds\u2014\u00c9\u00e9n co\u00f6rdinatie 3d6"),
              ElementsAre("s", "avonds", "\u00e9\u00e9n", "co\u00f6rdinatie", "3d6"));
  EXPECT_THAT(lower("... \U0001F3B2 !"), ElementsAre());
  EXPECT_THAT(lower("\xFF\xFE bad' bytes"), ElementsAre("bad", "bytes"));
  EXPECT_EQ(tokens("Wren runs")[0].first, classify::Case::Upper);
  EXPECT_EQ(tokens("Wren runs")[1].first, classify::Case::Lower);
  EXPECT_EQ(tokens("Wren runs")[0].text, "Wren");
}

TEST(Surface, NeighboursOfAnotherSceneAreNone) {
  const std::vector<Utterance> talk = {
      {"a", "X", Role::Unknown, 0}, {"b", "X", Role::Unknown, 0}, {"c", "X", Role::Unknown, 1}};
  const std::vector<Role> roles = {Role::DM, Role::Player, Role::DM};
  const auto middle = classify::surface(talk, 1, roles, {}, Context::Around);
  const auto last = classify::surface(talk, 2, roles, {}, Context::Around);
  const auto alone = classify::surface(talk, 1, roles, {}, Context::None);
  EXPECT_FLOAT_EQ(middle[0], -0.5);  // player
  EXPECT_FLOAT_EQ(middle[1], 0.5);   // after the DM
  EXPECT_FLOAT_EQ(middle[2], 0);     // nobody follows in this scene
  EXPECT_FLOAT_EQ(last[1], 0);
  EXPECT_FLOAT_EQ(alone[1], 0);
  EXPECT_FLOAT_EQ(alone[0], -0.5);
}

Party party() {
  Party p;
  p.id = "p";
  p.dm_name = "Rob";
  p.characters = {{"Thoggar Ironfist", "Marcus", "", "", "", {"the Hammer"}},
                  {"Pella", "Jess", "", "", "", {}},
                  {"Wren", "Priya de Vries", "", "", "", {}},
                  {"Munn", "Priya de Vries", "", "", "", {}}};
  return p;
}

std::vector<SpeakerRole> roles() {
  return {{"S0", "Rob", Role::DM, "", SpeakerRole::Origin::Told, 1},
          {"S1", "Marcus", Role::Player, "Thoggar Ironfist", SpeakerRole::Origin::Told, 1},
          {"S2", "Priya de Vries", Role::Player, "Munn", SpeakerRole::Origin::Told, 1},
          {"S3", "", Role::Player, "", SpeakerRole::Origin::Guessed, 0.9}};
}

TEST(Company, FindsMentions) {
  const Company company(party(), roles());
  const auto count = [&](std::string_view text, std::string_view speaker) {
    const auto m = company.mentions(tokens(text), speaker);
    return std::vector<int>{m.people, m.own_characters, m.other_characters};
  };
  EXPECT_EQ(count("Marcus, it's your turn. Priya?", "S0"), (std::vector<int>{2, 0, 0}));
  EXPECT_EQ(count("Thoggar Ironfist hits it.", "S1"), (std::vector<int>{0, 1, 0}));
  EXPECT_EQ(count("Thoggar hits it, the Hammer falls on Pella.", "S2"), (std::vector<int>{0, 0, 3}));
  EXPECT_EQ(count("a wren sings, we rob the bank", "S2"), (std::vector<int>{0, 0, 0}));
  EXPECT_EQ(count("", "S9"), (std::vector<int>{0, 0, 0}));
}

struct CharacterCase {
  const char* speaker;
  const char* text;
  const char* character;
};

// In a character's voice: the speaker's own, unless the text speaks for another of the party.
class CharacterRules : public testing::TestWithParam<CharacterCase> {};
TEST_P(CharacterRules, TextInACharactersVoice) {
  const Company company(party(), roles());
  EXPECT_EQ(company.character(tokens(GetParam().text), GetParam().speaker), GetParam().character)
      << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(
    All, CharacterRules,
    testing::Values(CharacterCase{"S1", "I kick the door in.", "Thoggar Ironfist"},
                    CharacterCase{"S1", "Thoggar kicks the door in.", "Thoggar Ironfist"},
                    CharacterCase{"S1", "Pella says, we should go home.", "Pella"},
                    CharacterCase{"S1", "And then, asks Pella, what is it?", "Pella"},
                    CharacterCase{"S1", "I turn to Pella. Are you all right?", "Thoggar Ironfist"},
                    CharacterCase{"S2", "I sneak along the wall.", "Munn"},
                    CharacterCase{"S2", "Wren sneaks along the wall.", "Wren"},
                    CharacterCase{"S2", "Thoggar Ironfist zegt dat het goed is.", "Thoggar Ironfist"},
                    CharacterCase{"S3", "I open the chest.", ""},
                    CharacterCase{"S3", "Pella fluistert: kom mee.", "Pella"},
                    CharacterCase{"S0", "Well met, travellers.", ""}, CharacterCase{"S9", "I wait.", ""}));

struct AnnouncedCase {
  const char* text;
  const char* name;
};
class AnnouncedRules : public testing::TestWithParam<AnnouncedCase> {};
TEST_P(AnnouncedRules, TextInAnothersVoice) {
  const Company company(party(), roles());
  EXPECT_EQ(company.announced(tokens(GetParam().text)), GetParam().name) << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(All, AnnouncedRules,
                         testing::Values(AnnouncedCase{"Captain Varga says, leave it.", "Captain Varga"},
                                         AnnouncedCase{"And Hask mutters something. Wipe your feet!", "Hask"},
                                         AnnouncedCase{"He says, I'll be round Thursday.", ""},
                                         AnnouncedCase{"Then she asks, who are you?", ""},
                                         AnnouncedCase{"Oma Griend zegt: kom binnen, kind.", "Oma Griend"},
                                         AnnouncedCase{"Zij vraagt wie er is.", ""},
                                         AnnouncedCase{"Who comes to the house of Glup?", ""},
                                         AnnouncedCase{"Pella says nothing to that.", "Pella"},
                                         AnnouncedCase{"", ""}));

TEST(Company, WithoutPartyKnowsNobody) {
  const Company company(std::nullopt, roles());
  EXPECT_EQ(company.character(tokens("Pella says hi"), "S1"), "");
  EXPECT_EQ(company.mentions(tokens("Marcus and Pella"), "S1").people, 0);
}

}  // namespace
}  // namespace skald

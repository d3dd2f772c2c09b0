#include <gmock/gmock.h>

#include "evening.hpp"
#include "formats/party.hpp"

namespace skald {
namespace {

TEST(Hotwords, ListCharactersPeopleCampaignAndPlaces) {
  EXPECT_EQ(hotwords(table()), "Vessarine, Korbo, Vess, Rowan, Hanna, Gil, The Drowned Bell, Harrowmere");
}

TEST(Hotwords, FindNamesInNotesButNotOrdinaryWords) {
  Party party;
  party.notes =
      "The heroes left the Sunken Keep of Ilth on Monday. Nobody saw Baron van Sluis, a Dwarf; I think the "
      "DM forgot him.";
  party.characters = {{"Korbo", "", "Dwarf", "Cleric", "He fears Ysolde, and Ysolde knows.", {}}};
  EXPECT_EQ(hotwords(party), "Korbo, Sunken Keep of Ilth, Baron van Sluis, Ysolde");
}

TEST(Hotwords, NameNobodyTwice) {
  Party party;
  party.dm_name = "Rowan";
  party.characters = {{"Rowan the Grey", "Hanna", "", "", "", {"hanna", "a, b"}}};
  EXPECT_EQ(hotwords(party), "Rowan the Grey, hanna, a  b");
  EXPECT_EQ(hotwords(Party{}), "");
}

}  // namespace
}  // namespace skald

#include "service/session/track_names.hpp"

#include <gtest/gtest.h>

namespace skald {
namespace {

using Names = std::vector<std::string>;

Party party() {
  Party party;
  party.dm_name = "Anna de Wit";
  party.characters.resize(1);
  party.characters[0].player = "Bram";
  return party;
}

TEST(TrackNames, SharedBeginningAndNumbersGo) {
  EXPECT_EQ(track_names({"session 12_anna", "session 12_bram"}, {}), (Names{"anna", "bram"}));
  EXPECT_EQ(track_names({"1-anna", "2-bram_k"}, {}), (Names{"anna", "bram k"}));
}

TEST(TrackNames, PeopleOfThePartyAreRecognised) {
  EXPECT_EQ(track_names({"1-ANNA_DE_WIT_mic", "2-bram", "3-guest"}, party()),
            (Names{"Anna de Wit", "Bram", "guest"}));
  EXPECT_EQ(track_names({"abramson", "x"}, party()), (Names{"abramson", "x"}));
}

TEST(TrackNames, NamesStayDifferent) {
  EXPECT_EQ(track_names({"a", "a"}, {}).size(), 2U);
  EXPECT_EQ(track_names({"1-bram", "2-bram"}, party()), (Names{"Bram", "2-bram"}));
  EXPECT_EQ(track_names({"1", "2"}, {}), (Names{"1", "2"}));
}

}  // namespace
}  // namespace skald

#include "formats/party.hpp"

#include <gmock/gmock.h>

#include "evening.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* good = R"({
  "tuesday": {
    "party_name": "The Tuesday Table",
    "dm_name": " Rowan ",
    "campaign": "The Drowned Bell",
    "notes": null,
    "house_rules": ["unknown fields are passed over"],
    "characters": [
      {"name": "Vessarine", "player": "Hanna", "race": "Elf", "class_name": "Ranger", "aliases": ["Vess", "Vesje"]},
      {"name": "Korbo", "player": "Gil", "level": 5}
    ]
  },
  "friday": {}
})";

TEST(PartyFile, IsRead) {
  const auto parties = parse_parties(good, "party.json");
  ASSERT_TRUE(parties) << parties.error().message;
  ASSERT_EQ(parties->size(), 2u);
  const Party& party = parties->front();
  EXPECT_EQ(party.id, "tuesday");
  EXPECT_EQ(party.dm_name, "Rowan");
  EXPECT_EQ(party.notes, "");
  ASSERT_EQ(party.characters.size(), 2u);
  EXPECT_THAT(party.characters[0].aliases, ElementsAre("Vess", "Vesje"));
  EXPECT_EQ(party.characters[1].player, "Gil");
  EXPECT_EQ(parties->back().name, "friday");  // its id, where it has no name
}

struct WrongParty {
  const char* name;
  const char* text;
  const char* says;
};

std::ostream& operator<<(std::ostream& out, const WrongParty& wrong) {
  return out << wrong.name;
}

class WrongPartyFile : public ::testing::TestWithParam<WrongParty> {};

// Where a person must look, to the line and column, and what is wrong there. Reading never writes.
TEST_P(WrongPartyFile, NamesLineColumnAndField) {
  const TestFolder folder;
  const auto file = folder / "party.json";
  put(file, GetParam().text);
  const auto parties = read_parties(file);
  ASSERT_FALSE(parties);
  EXPECT_EQ(parties.error().code, ErrorCode::InvalidConfig);
  EXPECT_THAT(parties.error().message, HasSubstr(file.string() + ": " + GetParam().says));
  EXPECT_EQ(content_of(file), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongPartyFile,
    ::testing::Values(
        WrongParty{"Empty", "", "line 1, column 1: not valid JSON"},
        WrongParty{"Text", "hello", "line 1, column 1: not valid JSON"},
        WrongParty{"CutOff", "{\"a\": {\n  \"party_name\": \"x\"", "line 2, column 20: not valid JSON"},
        WrongParty{"CommaTooMany", "{\n  \"a\": {\"notes\": \"x\",}\n}", "line 2, column 22: not valid JSON"},
        WrongParty{"List", "[]", "line 1, column 1: '' must be an object of parties"},
        WrongParty{"NumberForParty", "{\n  \"a\": 7\n}", "line 2, column 8: 'a' must be a party"},
        WrongParty{"NumberForName", "{\"a\": {\n  \"party_name\": 12}}",
                   "line 2, column 17: 'a.party_name' must be text"},
        WrongParty{"ListForDm", "{\"a\": {\"dm_name\": [\"Rowan\"]}}",
                   "line 1, column 19: 'a.dm_name' must be text"},
        WrongParty{"TextForCharacters", "{\"a\": {\"characters\":\n\"Vess\"}}",
                   "line 2, column 1: 'a.characters' must be a list"},
        WrongParty{"TextForCharacter", "{\"a\": {\"characters\": [{\"name\": \"V\"},\n  \"Korbo\"]}}",
                   "line 2, column 3: 'a.characters[1]' must be a character"},
        WrongParty{"NoName", "{\"a\": {\"characters\": [\n  {\"player\": \"Gil\"}]}}",
                   "line 2, column 3: 'a.characters[0]' needs a 'name'"},
        WrongParty{"BlankName", "{\"a\": {\"characters\": [\n  {\"name\": \"  \"}]}}",
                   "line 2, column 3: 'a.characters[0]' needs a 'name'"},
        WrongParty{"NullAlias",
                   "{\"a\": {\"characters\": [{\"name\": \"V\", \"aliases\": [\"x\",\n    null]}]}}",
                   "line 2, column 5: 'a.characters[0].aliases[1]' must be text"},
        WrongParty{"TextForAliases",
                   "{\"a\": {\"characters\": [{\"name\": \"V\",\n \"aliases\": \"Vess\"}]}}",
                   "line 2, column 13: 'a.characters[0].aliases' must be a list of names"},
        WrongParty{"DoubledParty", "{\"a\": {},\n \"a\": {}}", "line 2, column 7: 'a' stands twice"},
        WrongParty{"DoubledField", "{\"a\": {\"notes\": \"x\",\n\"notes\": \"y\"}}",
                   "line 2, column 10: 'a.notes' stands twice"},
        WrongParty{"EmptyId", "{\"\": {}}", "line 1, column 6: '' is no usable id"},
        WrongParty{"BlankInId", "{\" friday\": {}}", "line 1, column 13: ' friday' is no usable id"},
        WrongParty{"Utf16", "\xFF\xFE{", "line 1, column 1: not valid JSON"}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(PartyFile, RefusesWhatIsTooLargeOrTooDeep) {
  const auto name = parse_parties("{\"a\": {\"party_name\": \"" + std::string(201, 'x') + "\"}}", "p");
  ASSERT_FALSE(name);
  EXPECT_THAT(name.error().message, HasSubstr("is longer than 200 bytes"));
  const auto deep = parse_parties("{\"a\": " + std::string(100000, '['), "p");
  ASSERT_FALSE(deep);
  EXPECT_THAT(deep.error().message, HasSubstr("nested deeper than 64"));
  std::string many = "{\"a\": {\"characters\": [{\"name\": \"x\"}";
  for (int i = 0; i < 200; ++i) many += ",{\"name\": \"x\"}";
  EXPECT_FALSE(parse_parties(many + "]}}", "p"));
}

TEST(PartyFile, ChoosesTheOneAskedForAndElseListsThem) {
  const TestFolder folder;
  put(folder / "p.json", good);
  EXPECT_EQ(read_party(folder / "p.json", "friday")->id, "friday");
  const auto several = read_party(folder / "p.json");
  ASSERT_FALSE(several);
  EXPECT_THAT(several.error().message, HasSubstr("several parties: tuesday, friday"));
  const auto unknown = read_party(folder / "p.json", "monday");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("no party 'monday'; there are: tuesday, friday"));
  put(folder / "one.json", "{\"only\": {\"dm_name\": \"Rowan\"}}");
  EXPECT_EQ(read_party(folder / "one.json")->dm_name, "Rowan");
  put(folder / "none.json", "{}");
  EXPECT_FALSE(read_party(folder / "none.json"));
  EXPECT_EQ(read_party(folder / "missing.json").error().code, ErrorCode::NotFound);
}

TEST(PartyFile, TravelsThroughJsonUnchanged) {
  const auto party = party_from_json(to_json(table()));
  ASSERT_TRUE(party);
  EXPECT_EQ(to_json(*party), to_json(table()));
  EXPECT_FALSE(party_from_json(Json::parse(R"({"characters": [{"player": "x"}]})")));
  EXPECT_FALSE(party_from_json(Json::array()));
}

}  // namespace
}  // namespace skald

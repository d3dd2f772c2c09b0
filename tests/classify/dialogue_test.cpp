// The network over dialogues: windows, and what it says, against torch (tools/dialogue/oracle.py).
#include <cmath>
#include <cstring>

#include "classify/texts.hpp"
#include "domain/classify/company.hpp"
#include "engines/e5/dialogue_columns.hpp"
#include "formats/json.hpp"
#include "support/shared.hpp"

namespace skald {
namespace {

using classify::Utterance;
using e5::DialogueModel;
using e5::DialogueWindow;

const std::filesystem::path kWeights =
    std::filesystem::path(SKALD_SOURCE_DIR) / "data/classification/dialogue.bin";

// Largest difference to torch, which computes in f32. Columns are between -10 and 10. Matrices multiplied in
// 8 bits leave 0.03 on talk like this; in f32 it is 2e-6.
constexpr double kTolerance = 0.1;

struct Told {
  Json json;
  std::vector<Utterance> talk;
  std::vector<Role> roles;
  std::vector<classify::Mentions> mentions;
};

Told told_by_oracle() {
  Told told{*read_json_file(std::filesystem::path(SKALD_SOURCE_DIR) / "tests/classify/dialogue_oracle.json"),
            {},
            {},
            {}};
  Party party;
  std::vector<SpeakerRole> people;
  for (const Json& p : told.json["people"]) {
    const std::string name = p["name"], character = p["character"];
    const bool leads = p["role"] == "DM";
    if (leads) party.dm_name = name;
    if (!leads) party.characters.push_back({character, name, {}, {}, {}, {}});
    people.push_back({name, name, leads ? Role::DM : Role::Player, character, SpeakerRole::Origin::Told, 1});
  }
  const classify::Company company(party, people);
  for (const Json& said : told.json["talk"]) {
    told.talk.push_back({said["text"], said["speaker"], Role::Unknown, 0});
    told.roles.push_back(told.talk.back().speaker == party.dm_name ? Role::DM : Role::Player);
    told.mentions.push_back(
        company.mentions(classify::tokens(told.talk.back().text), told.talk.back().speaker));
  }
  return told;
}

TEST(Dialogue, SaysWhatTorchSays) {
  SKALD_NEED_MODEL(path, "e5-small/e5-small-q4.bin");
  auto model = DialogueModel::load({path, kWeights, 2});
  ASSERT_TRUE(model) << describe(model.error());
  const Told told = told_by_oracle();
  const auto windows = model->windows_of(told.talk).windows({told.talk, told.roles, told.mentions});
  ASSERT_EQ(windows.size(), told.json["windows"].size());
  for (std::size_t w = 0; w < windows.size(); ++w) {
    const Json& expected = told.json["windows"][w];
    EXPECT_EQ(windows[w].first, expected["first"].get<std::size_t>());
    EXPECT_EQ(windows[w].ids, expected["ids"].get<std::vector<int>>());
    const DialogueWindow* window = &windows[w];
    const auto rows = model->columns({&window, 1});
    ASSERT_TRUE(rows) << describe(rows.error());
    ASSERT_EQ(rows->front().size(), expected["columns"].size());
    for (std::size_t i = 0; i < rows->front().size(); ++i) {
      for (std::size_t k = 0; k < e5::kNames; ++k)
        EXPECT_EQ(windows[w].names[i][k], expected["names"][i][k].get<float>())
            << told.talk[windows[w].first + i].text;
      for (std::size_t c = 0; c < classify::kColumns; ++c)
        EXPECT_NEAR(rows->front()[i][c], expected["columns"][i][c].get<double>(), kTolerance);
    }
  }
}

std::vector<Utterance> some_talk() {
  std::vector<Utterance> talk;
  std::vector<std::string> texts = kTexts;
  for (std::string& text : random_texts(40)) texts.push_back(std::move(text));
  for (std::size_t i = 0; i < texts.size(); ++i)
    talk.push_back(
        {texts[i], std::string(1, static_cast<char>('A' + i % 4)), Role::Unknown, static_cast<int>(i / 30)});
  return talk;
}

TEST(DialogueWindows, HoldEverySegmentOnceAndNoneGoesAcrossScenes) {
  SKALD_NEED_MODEL(path, "e5-small/e5-small-q4.bin");
  const auto model = DialogueModel::load({path, kWeights, 1});
  ASSERT_TRUE(model) << describe(model.error());
  auto talk = some_talk();
  talk[5].text = std::string(100000, 'x') + " and on and on";
  const std::vector<Role> roles(talk.size(), Role::Unknown);
  const std::vector<classify::Mentions> mentions(talk.size());
  std::size_t next = 0;
  for (const auto& w : model->windows_of(talk).windows({talk, roles, mentions})) {
    EXPECT_EQ(w.first, next);
    EXPECT_LE(w.ids.size(), e5::kDialogueTokens);
    ASSERT_FALSE(w.places.empty());
    next += w.places.size();
    EXPECT_EQ(talk[w.first].scene, talk[next - 1].scene);
    EXPECT_EQ(w.places.back().end + 1, w.ids.size());
    for (std::size_t i = 0; i < w.places.size(); ++i) {
      EXPECT_LT(w.places[i].first, w.places[i].end);
      EXPECT_EQ(w.places[i].first, i == 0 ? 1 : w.places[i - 1].end + 1);
    }
  }
  EXPECT_EQ(next, talk.size());
}

// Whatever the parts and the threads: the same numbers, bit by bit.
TEST(Dialogue, RowsDependOnTheSessionOnly) {
  SKALD_NEED_MODEL(path, "e5-small/e5-small-q4.bin");
  const auto talk = some_talk();
  const auto never = [] { return false; };
  const std::vector<SpeakerRole> roles = {{"A", "A", Role::DM, "", SpeakerRole::Origin::Told, 1}};
  e5::DialogueColumns whole({path, kWeights, 2}, talk, std::nullopt, roles);
  e5::DialogueColumns parts({path, kWeights, 1}, talk, std::nullopt, roles);
  const auto all = whole.part(0, talk.size(), never);
  ASSERT_TRUE(all) << describe(all.error());
  for (std::size_t first = 0; first < talk.size(); first += 7) {
    const std::size_t count = std::min<std::size_t>(7, talk.size() - first);
    const auto part = parts.part(first, count, never);
    ASSERT_TRUE(part);
    EXPECT_EQ(0, std::memcmp(part->data(), all->data() + first, count * sizeof(classify::Columns)));
  }
}

TEST(Dialogue, StopsWhenAsked) {
  SKALD_NEED_MODEL(path, "e5-small/e5-small-q4.bin");
  const auto talk = some_talk();
  e5::DialogueColumns columns({path, kWeights, 2}, talk, std::nullopt, {});
  const auto stopped = columns.part(0, talk.size(), [] { return true; });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::Cancelled);
  EXPECT_TRUE(columns.part(0, 3, [] { return false; }));
}

TEST(DialogueModel, NamesWhatIsWrong) {
  SKALD_NEED_MODEL(path, "e5-small/e5-small-q4.bin");
  for (const auto& options : {e5::ModelOptions{"no/package", kWeights, 1},
                              e5::ModelOptions{path, "no/weights", 1}, e5::ModelOptions{path, path, 1}}) {
    const auto model = DialogueModel::load(options);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, ErrorCode::InvalidModel);
  }
}

}  // namespace
}  // namespace skald

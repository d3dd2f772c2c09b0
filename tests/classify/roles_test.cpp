// Who leads and who plays: told, or guessed.
#include "domain/classify/roles.hpp"

#include <gtest/gtest.h>

namespace skald {
namespace {

using classify::Utterance;
using Origin = SpeakerRole::Origin;

std::vector<Utterance> talk_of(const std::vector<std::string>& speakers, int times) {
  std::vector<Utterance> talk;
  for (int t = 0; t < times; ++t)
    for (const auto& speaker : speakers) talk.push_back({"text", speaker, Role::Unknown, 0});
  return talk;
}

// `leader` talks like a DM by `strength`, the others like players by as much.
std::vector<double> evidence_for(const std::vector<Utterance>& talk, const std::string& leader,
                                 double strength) {
  std::vector<double> evidence;
  for (const auto& u : talk) evidence.push_back(u.speaker == leader ? strength : -strength);
  return evidence;
}

const SpeakerRole& of(const std::vector<SpeakerRole>& roles, const std::string& speaker) {
  for (const auto& role : roles)
    if (role.speaker_id == speaker) return role;
  static const SpeakerRole none;
  return none;
}

Party two_players() {
  Party p;
  p.dm_name = "Rob";
  p.characters = {{"Thoggar", "Marcus", "", "", "", {}}, {"Pella", "Jess", "", "", "", {}}};
  return p;
}

TEST(ToldRoles, ComeFromTheMapTheLinesAndTheParty) {
  const std::vector<SpeakerRole> told = {{"SPEAKER_00", "Marcus", Role::Unknown, "", Origin::Told, 1}};
  const std::vector<Utterance> talk = {{"a", "rob", Role::Unknown, 0},
                                       {"b", "SPEAKER_07", Role::Player, 0},
                                       {"c", "Pella", Role::Unknown, 0},
                                       {"d", "SPEAKER_00", Role::Unknown, 0},
                                       {"e", "SPEAKER_09", Role::Unknown, 0}};
  const auto roles = classify::told_roles(two_players(), told, talk);
  ASSERT_EQ(roles.size(), 5U);
  EXPECT_EQ(roles[0].speaker_id, "SPEAKER_00");
  EXPECT_EQ(roles[0].role, Role::Player);
  EXPECT_EQ(roles[0].character, "Thoggar");
  EXPECT_EQ(of(roles, "rob").role, Role::DM);
  EXPECT_EQ(of(roles, "SPEAKER_07").role, Role::Player);
  EXPECT_EQ(of(roles, "SPEAKER_07").origin, Origin::Told);
  EXPECT_EQ(of(roles, "Pella").role, Role::Player);
  EXPECT_EQ(of(roles, "Pella").name, "Jess");
  EXPECT_EQ(of(roles, "SPEAKER_09").role, Role::Unknown);
  EXPECT_EQ(of(roles, "SPEAKER_09").origin, Origin::Guessed);
}

TEST(GuessedRoles, NameTheOneWhoLeads) {
  const auto talk = talk_of({"A", "B", "C"}, 20);
  auto roles = classify::told_roles(std::nullopt, {}, talk);
  classify::guess_roles(roles, talk, evidence_for(talk, "B", 1.5));
  EXPECT_EQ(of(roles, "B").role, Role::DM);
  EXPECT_EQ(of(roles, "A").role, Role::Player);
  for (const auto& role : roles) {
    EXPECT_EQ(role.origin, Origin::Guessed);
    EXPECT_GT(role.confidence, 0.7);
    EXPECT_LE(role.confidence, 1);
  }
}

TEST(GuessedRoles, StayUnknownWhereNothingTells) {
  const auto talk = talk_of({"A", "B", "C"}, 20);
  auto roles = classify::told_roles(std::nullopt, {}, talk);
  classify::guess_roles(roles, talk, std::vector<double>(talk.size(), 0.01));
  for (const auto& role : roles) EXPECT_EQ(role.role, Role::Unknown);
}

TEST(GuessedRoles, ASingleVoiceIsNoDMByItself) {
  const auto talk = talk_of({"A"}, 30);
  auto roles = classify::told_roles(std::nullopt, {}, talk);
  classify::guess_roles(roles, talk, std::vector<double>(talk.size(), -1.0));
  EXPECT_EQ(roles[0].role, Role::Unknown);
}

TEST(GuessedRoles, NeverTouchWhatIsTold) {
  const auto talk = talk_of({"A", "B", "C"}, 20);
  const std::vector<SpeakerRole> told = {{"A", "Rob", Role::DM, "", Origin::Told, 1}};
  auto roles = classify::told_roles(std::nullopt, told, talk);
  classify::guess_roles(roles, talk, evidence_for(talk, "B", 3));
  EXPECT_EQ(of(roles, "A").role, Role::DM);
  EXPECT_EQ(of(roles, "B").role, Role::Player);
  EXPECT_EQ(of(roles, "A").origin, Origin::Told);
  EXPECT_EQ(of(roles, "B").origin, Origin::Guessed);

  const std::vector<SpeakerRole> player = {{"B", "Jess", Role::Player, "", Origin::Told, 1}};
  roles = classify::told_roles(std::nullopt, player, talk);
  classify::guess_roles(roles, talk, evidence_for(talk, "B", 3));
  EXPECT_EQ(of(roles, "B").role, Role::Player);
  EXPECT_EQ(of(roles, "A").role, Role::Unknown);
}

TEST(GuessedRoles, LeaveUnnamedSpeechAlone) {
  const auto talk = talk_of({"UNKNOWN", "B"}, 20);
  auto roles = classify::told_roles(std::nullopt, {}, talk);
  classify::guess_roles(roles, talk, evidence_for(talk, "UNKNOWN", 3));
  EXPECT_EQ(of(roles, "UNKNOWN").role, Role::Unknown);
}

}  // namespace
}  // namespace skald

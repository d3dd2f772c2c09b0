// From votes to labels: flow, calibration, and that label, type and character fit together.
#include "domain/classify/labeller.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "classify/sample_head.hpp"

namespace skald {
namespace {

using classify::Context;
using classify::Probabilities;
using classify::Utterance;
using classify::Votes;

TEST(Flow, EqualsTheSumOverAllPaths) {
  const std::vector<Utterance> talk(4);
  const std::vector<Probabilities> own = {
      {0.5, 0.3, 0.2}, {0.1, 0.8, 0.1}, {0.4, 0.4, 0.2}, {0.9, 0.05, 0.05}};
  const classify::Flow flow = {{{0.5, -0.3, 0.1}, {-0.7, 0.6, 0}, {0.2, 0.1, -0.4}}};
  std::vector<Probabilities> sums(4, Probabilities{});
  for (int path = 0; path < 81; ++path) {
    const int steps[4] = {path % 3, path / 3 % 3, path / 9 % 3, path / 27};
    double weight = 1;
    for (int i = 0; i < 4; ++i) {
      weight *= own[static_cast<std::size_t>(i)][static_cast<std::size_t>(steps[i])];
      if (i > 0)
        weight *= std::exp(flow[static_cast<std::size_t>(steps[i - 1])][static_cast<std::size_t>(steps[i])]);
    }
    for (int i = 0; i < 4; ++i)
      sums[static_cast<std::size_t>(i)][static_cast<std::size_t>(steps[i])] += weight;
  }
  const auto smoothed = classify::smooth(talk, own, flow);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t k = 0; k < 3; ++k)
      EXPECT_NEAR(smoothed[i][k], sums[i][k] / (sums[i][0] + sums[i][1] + sums[i][2]), 1e-12);
}

TEST(Flow, StopsAtTheEndOfAScene) {
  const std::vector<Utterance> talk = {{"", "", Role::Unknown, 0}, {"", "", Role::Unknown, 1}};
  const std::vector<Probabilities> own = {{0.9, 0.05, 0.05}, {0.2, 0.7, 0.1}};
  const classify::Flow flow = {{{2, -2, 0}, {-2, 2, 0}, {0, 0, 0}}};
  const auto smoothed = classify::smooth(talk, own, flow);
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(smoothed[i][k], own[i][k], 1e-12);
}

TEST(Calibration, LeavesOrMovesProbabilities) {
  classify::LabelChain chain;
  const Probabilities p = {0.7, 0.2, 0.1};
  const auto same = classify::calibrate(chain, p);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(same[k], p[k], 1e-12);
  chain.slope = {0.5, 0.5, 0.5};
  EXPECT_LT(classify::calibrate(chain, p)[0], 0.7);
  const auto sure = classify::calibrate(chain, {1, 0, 0});
  EXPECT_NEAR(sure[0] + sure[1] + sure[2], 1, 1e-12);
}

// Any head and any talk: labels are whole, and agree with themselves.
TEST(Labels, AlwaysFitTogether) {
  std::mt19937 random(11);
  const auto number = [&] { return static_cast<float>(random() % 2001) / 200 - 5; };
  Party party;
  party.dm_name = "Rob";
  party.characters = {{"Thoggar", "B", "", "", "", {}}};
  for (int round = 0; round < 300; ++round) {
    classify::Head head = sample_head();
    for (auto& row : head.surface)
      for (float& w : row) w = number();
    for (float& w : head.bias) w = number();
    std::vector<Utterance> talk;
    std::vector<Votes> votes;
    for (std::size_t i = 0; i < random() % 12; ++i) {
      talk.push_back({i % 2 ? "Captain Varga says so" : "you roll",
                      std::string(1, static_cast<char>('A' + random() % 3)), static_cast<Role>(random() % 3),
                      0});
      Votes v;
      for (std::size_t c = 0; c < classify::kColumns; ++c) v.own[c] = number(), v.for_next[c] = number();
      votes.push_back(v);
    }
    const std::optional<Party> known = round % 2 ? std::optional(party) : std::nullopt;
    const auto labelled = classify::label_session(head, {talk, votes, known, {}});
    ASSERT_EQ(labelled.labels.size(), talk.size());
    for (const Label& label : labelled.labels) {
      EXPECT_EQ(label.classification == Classification::OOC, label.voice == Voice::OOC_OTHER);
      EXPECT_GE(label.confidence, 1.0 / 3 - 1e-9);
      EXPECT_LE(label.confidence, 1);
      EXPECT_FALSE(label.reasoning.empty());
      const bool is_voiceless = label.voice == Voice::OOC_OTHER || label.voice == Voice::DM_NARRATION;
      EXPECT_TRUE(!is_voiceless || label.character.empty());
    }
  }
}

TEST(Labels, WordsDecideAndNeighboursHelp) {
  const classify::Head head = sample_head();
  const std::vector<Utterance> talk = {{"the gate opens", "A", Role::Unknown, 0},
                                       {"so", "B", Role::Unknown, 0}};
  const std::vector<float> story = {1}, even = {0};
  const std::vector<Votes> votes = {head.votes(story, talk[0].text), head.votes(even, talk[1].text)};
  const std::optional<Party> nobody;
  const auto around = classify::label_session(head, {talk, votes, nobody, {}});
  const auto alone = classify::label_session(head, {talk, votes, nobody, {}}, Context::None);
  EXPECT_EQ(around.labels[0].classification, Classification::IC);
  EXPECT_EQ(around.labels[0].reasoning, "its words");
  EXPECT_EQ(around.labels[1].classification, Classification::IC);
  EXPECT_GT(around.labels[1].confidence, alone.labels[1].confidence);
}

// Half of the head and half of a reader that is sure of the opposite; a share of 0 or 1 leaves one of them.
TEST(Labels, ByBothAreBetweenTheTwo) {
  const classify::Head head = sample_head();
  const std::vector<Utterance> talk = {{"the gate opens", "A", Role::Unknown, 0}};
  const std::vector<float> story = {1};
  const std::vector<Votes> votes = {head.votes(story, talk[0].text)};
  const std::optional<Party> nobody;
  const classify::Session session{talk, votes, nobody, {}};
  const auto alone = classify::label_session(head, session);
  const auto told = [&](double share, float ic) {
    classify::SecondReader second{{{ic, 0, -20, 0, 0, 9, 0, 0}}, share, {}};
    return classify::label_by_both(head, session, classify::session_roles(head, session), second).front();
  };
  ASSERT_EQ(alone.labels[0].classification, Classification::IC);
  EXPECT_EQ(told(0, -20).classification, Classification::IC);
  EXPECT_NEAR(told(0, -20).confidence, alone.labels[0].confidence, 1e-6);
  EXPECT_EQ(told(0.5, -20).classification, Classification::OOC);
  EXPECT_EQ(told(1, -3).classification, Classification::OOC);
  EXPECT_NEAR(told(1, -3).confidence, 1 / (1 + std::exp(-3.0)), 1e-5);
  EXPECT_EQ(told(0.5, 20).voice, Voice::NPC_DIALOGUE);
  EXPECT_GT(told(0.5, 20).confidence, alone.labels[0].confidence);
}

TEST(Labels, OfNothingAreNone) {
  const std::optional<Party> nobody;
  const auto labelled = classify::label_session(sample_head(), {{}, {}, nobody, {}});
  EXPECT_TRUE(labelled.labels.empty());
  EXPECT_TRUE(labelled.roles.empty());
}

}  // namespace
}  // namespace skald

// The trainer: minimization, tables, and that a head learns what can be learnt.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "classifier/fit.hpp"
#include "classifier/judge.hpp"
#include "classifier/minimize.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

using training::Table;

TEST(Minimize, FindsTheMinimumOfABentValley) {
  const auto valley = [](std::span<const double> x, std::span<double> g) {  // Rosenbrock 1960
    const double a = 1 - x[0], b = x[1] - x[0] * x[0];
    g[0] = -2 * a - 400 * x[0] * b;
    g[1] = 200 * b;
    return a * a + 100 * b * b;
  };
  std::vector<double> x = {-1.2, 1};
  EXPECT_LT(training::minimize(valley, x, 500, 1e-10), 1e-12);
  EXPECT_NEAR(x[0], 1, 1e-5);
  EXPECT_NEAR(x[1], 1, 1e-5);
}

TEST(Tables, AreReadWithTheirParty) {
  const auto tables =
      training::read_tables(std::filesystem::path(SKALD_SOURCE_DIR) / "data/classification/tables");
  ASSERT_TRUE(tables) << describe(tables.error());
  ASSERT_EQ(tables->size(), 38U);
  std::size_t lines = 0;
  for (const Table& table : *tables) lines += table.talk.size();
  EXPECT_EQ(lines, 21024U);
  const Table& first = tables->front();
  EXPECT_EQ(first.party->dm_name, "Rob");
  EXPECT_EQ(first.told.size(), 6U);
  EXPECT_NE(first.talk.front().scene, first.talk.back().scene);
}

TEST(Tables, NameTheLineThatIsWrong) {
  const TestFolder folder;
  put(folder / "t1.jsonl",
      "{\"text\":\"a\",\"role\":\"DM\",\"label\":\"IC\",\"voice\":\"DM_NARRATION\"}\n"
      "{\"text\":\"a\",\"role\":\"DM\",\"label\":\"IC\",\"voice\":\"OOC\"}\n");
  const auto tables = training::read_tables(folder.path());
  ASSERT_FALSE(tables);
  EXPECT_NE(tables.error().message.find("line 2"), std::string::npos) << tables.error().message;
  EXPECT_FALSE(training::read_tables(folder / "none"));
}

// Tables whose labels follow from the embedding up to noise, and whose DM says "you".
std::vector<Table> made_tables() {
  std::mt19937 random(3);
  const auto noise = [&] { return static_cast<float>(random() % 2000) / 1000 - 1; };
  std::vector<Table> tables(4);
  for (Table& table : tables) {
    for (int i = 0; i < 80; ++i) {
      const bool is_dm = random() % 3 == 0, is_story = random() % 2 == 0;
      table.talk.push_back({is_dm ? "you all" : "I do",
                            is_dm   ? "D"
                            : i % 2 ? "P"
                                    : "Q",
                            is_dm ? Role::DM : Role::Player, 0});
      table.truth.push_back({is_story ? Classification::IC : Classification::OOC,
                             !is_story ? Voice::OOC_OTHER
                             : is_dm   ? Voice::DM_NARRATION
                                       : Voice::CHARACTER,
                             {},
                             {}});
      for (const float value : {(is_story ? 1.0F : -1.0F) + 0.5F * noise(), noise(), noise()})
        table.embeddings.push_back(value);
    }
    for (const char* speaker : {"D", "P", "Q"})
      table.told.push_back(
          {speaker, speaker, *speaker == 'D' ? Role::DM : Role::Player, {}, SpeakerRole::Origin::Told, 1});
    table.party = Party{};
  }
  return tables;
}

TEST(Fit, LearnsWhatCanBeLearntAndDoesNotDependOnThreads) {
  const auto tables = made_tables();
  training::FitOptions options;
  options.layers = {1};
  const auto heads = training::leave_out(tables, options);
  ASSERT_EQ(heads.size(), tables.size());
  for (std::size_t t = 0; t < tables.size(); ++t) {
    const auto answers = training::answer(heads[t], tables[t], options.context, training::Told::Nothing);
    std::size_t right = 0, leaders = 0;
    for (std::size_t i = 0; i < tables[t].truth.size(); ++i)
      right += answers.labelled.labels[i].classification == tables[t].truth[i].label ? 1U : 0U;
    for (const auto& role : answers.labelled.roles)
      leaders += role.speaker_id == "D" && role.role == Role::DM ? 1U : 0U;
    EXPECT_GE(right, 76U);
    EXPECT_EQ(leaders, 1U);
  }
  std::vector<const Table*> all;
  for (const Table& table : tables) all.push_back(&table);
  options.threads = 1;
  const std::string one = head_bytes(training::fit_head(all, options));
  options.threads = 5;
  EXPECT_EQ(head_bytes(training::fit_head(all, options)), one);
}

// Probabilities that are too sure by half are brought back.
TEST(Fit, CalibrationFindsTheSlope) {
  std::mt19937 random(5);
  std::vector<classify::Probabilities> sure;
  std::vector<Classification> truth;
  for (int i = 0; i < 6000; ++i) {
    const double p = 0.05 + 0.9 * static_cast<double>(random() % 1000) / 1000, q = (1 - p) * 0.8;
    const double draw = static_cast<double>(random() % 100000) / 100000;
    truth.push_back(draw < p       ? Classification::IC
                    : draw < p + q ? Classification::OOC
                                   : Classification::MIXED);
    classify::Probabilities squared = {p * p, q * q, (1 - p - q) * (1 - p - q)};
    const double sum = squared[0] + squared[1] + squared[2];
    for (double& value : squared) value /= sum;
    sure.push_back(squared);
  }
  classify::Head head;
  training::fit_calibration(head, sure, truth);
  EXPECT_NEAR(head.chain.slope[0], 0.5, 0.06);
  EXPECT_NEAR(head.chain.slope[1], 0.5, 0.06);
}

}  // namespace
}  // namespace skald

#include "domain/metrics/labels.hpp"

#include <gtest/gtest.h>

namespace skald {
namespace {

// Reference: 6 IC, 3 OOC, 1 MIXED. Expected values: scikit-learn 1.x's definitions, computed by hand.
Confusion example() {
  Confusion confusion({"IC", "OOC", "MIXED"});
  confusion.add(0, 0, 5);
  confusion.add(0, 1, 1);
  confusion.add(1, 1, 2);
  confusion.add(1, 0, 1);
  confusion.add(2, 0, 1);
  return confusion;
}

TEST(Confusion, MeasuresAccuracyAndF1) {
  const Confusion confusion = example();
  EXPECT_DOUBLE_EQ(confusion.total(), 10);
  EXPECT_DOUBLE_EQ(confusion.accuracy(), 0.7);
  EXPECT_DOUBLE_EQ(confusion.f1(0), 10.0 / 13);  // precision 5/7, recall 5/6
  EXPECT_DOUBLE_EQ(confusion.f1(1), 4.0 / 6);    // precision 2/3, recall 2/3
  EXPECT_DOUBLE_EQ(confusion.f1(2), 0);
  EXPECT_DOUBLE_EQ(confusion.macro_f1(), (10.0 / 13 + 4.0 / 6) / 3);
}

TEST(Confusion, LeavesLabelsThatNeverOccurOutOfTheMean) {
  Confusion confusion({"IC", "OOC", "MIXED"});
  confusion.add(0, 0);
  confusion.add(1, 1);
  EXPECT_DOUBLE_EQ(confusion.macro_f1(), 1);
  EXPECT_DOUBLE_EQ(Confusion({"IC"}).macro_f1(), 0);
  EXPECT_DOUBLE_EQ(Confusion({"IC"}).accuracy(), 0);
}

TEST(Calibration, IsPerfectWhereConfidenceIsTheShareRight) {
  Calibration calibration;
  for (int i = 0; i < 10; ++i)
    calibration.add(0.75, i < 7 ? Calibration::Outcome::Right : Calibration::Outcome::Wrong);
  EXPECT_NEAR(calibration.error(), 0.05, 1e-12);
  calibration.add(0.75, Calibration::Outcome::Right);
  calibration.add(0.75, Calibration::Outcome::Right);
  EXPECT_NEAR(calibration.error(), 0, 1e-12);
}

TEST(Calibration, WeighsBinsAndTakesTheirDistances) {
  Calibration calibration;
  calibration.add(1.0, Calibration::Outcome::Wrong);     // bin 0.9-1: off by 1
  calibration.add(0.1, Calibration::Outcome::Wrong, 3);  // bin 0.1-0.2: off by 0.1
  EXPECT_NEAR(calibration.error(), (1.0 + 3 * 0.1) / 4, 1e-12);
  EXPECT_NEAR(calibration.mean_confidence(), 1.3 / 4, 1e-12);
  EXPECT_EQ(Calibration().error(), 0);
}

}  // namespace
}  // namespace skald

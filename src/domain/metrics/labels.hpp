// How well labels agree with the truth, and how far their confidences can be trusted.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace skald {

/// A confusion matrix of weights (segments, seconds or words): weight[reference][hypothesis].
class Confusion {
 public:
  explicit Confusion(std::vector<std::string> names)
      : names_(std::move(names)), weight_(names_.size(), std::vector<double>(names_.size(), 0)) {}

  void add(std::size_t reference, std::size_t hypothesis, double weight = 1) {
    weight_[reference][hypothesis] += weight;
  }
  const std::vector<std::string>& names() const { return names_; }
  double at(std::size_t reference, std::size_t hypothesis) const { return weight_[reference][hypothesis]; }
  double total() const;
  /// Share of the weight that is right; 0 when empty.
  double accuracy() const;
  /// F1 of one label; 0 where neither side has it.
  double f1(std::size_t label) const;
  /// Mean F1 of the labels that occur on either side.
  double macro_f1() const;

 private:
  std::vector<std::string> names_;
  std::vector<std::vector<double>> weight_;
};

/// Expected calibration error (Naeini et al. 2015): the mean distance between confidence and share right,
/// over ten bins of confidence of equal width, weighted.
class Calibration {
 public:
  enum class Outcome { Wrong, Right };
  void add(double confidence, Outcome outcome, double weight = 1);
  double error() const;
  double mean_confidence() const;

 private:
  struct Bin {
    double weight = 0, confidence = 0, right = 0;
  };
  std::vector<Bin> bins_{10};
};

}  // namespace skald

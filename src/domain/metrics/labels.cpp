#include "domain/metrics/labels.hpp"

#include <algorithm>
#include <cmath>

namespace skald {

double Confusion::total() const {
  double sum = 0;
  for (const auto& row : weight_)
    for (const double w : row) sum += w;
  return sum;
}

double Confusion::accuracy() const {
  double right = 0;
  for (std::size_t i = 0; i < names_.size(); ++i) right += weight_[i][i];
  const double all = total();
  return all > 0 ? right / all : 0;
}

double Confusion::f1(std::size_t label) const {
  double both = 0;  // weight of the label on either side
  for (std::size_t other = 0; other < names_.size(); ++other)
    both += weight_[label][other] + weight_[other][label];
  return both > 0 ? 2 * weight_[label][label] / both : 0;
}

double Confusion::macro_f1() const {
  double sum = 0;
  int labels = 0;
  for (std::size_t label = 0; label < names_.size(); ++label) {
    double both = 0;
    for (std::size_t other = 0; other < names_.size(); ++other)
      both += weight_[label][other] + weight_[other][label];
    if (both == 0) continue;
    sum += f1(label);
    ++labels;
  }
  return labels > 0 ? sum / labels : 0;
}

void Calibration::add(double confidence, Outcome outcome, double weight) {
  const double inside = std::clamp(confidence, 0.0, 1.0);
  Bin& bin = bins_[std::min<std::size_t>(bins_.size() - 1, static_cast<std::size_t>(inside * 10))];
  bin.weight += weight;
  bin.confidence += weight * inside;
  if (outcome == Outcome::Right) bin.right += weight;
}

double Calibration::error() const {
  double error = 0, weight = 0;
  for (const Bin& bin : bins_) {
    error += std::abs(bin.confidence - bin.right);
    weight += bin.weight;
  }
  return weight > 0 ? error / weight : 0;
}

double Calibration::mean_confidence() const {
  double sum = 0, weight = 0;
  for (const Bin& bin : bins_) {
    sum += bin.confidence;
    weight += bin.weight;
  }
  return weight > 0 ? sum / weight : 0;
}

}  // namespace skald

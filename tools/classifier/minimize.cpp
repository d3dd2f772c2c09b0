#include "classifier/minimize.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>

namespace skald::training {
namespace {

constexpr std::size_t kMemory = 10;   // pairs of step and change of gradient that are kept
constexpr double kSufficient = 1e-4;  // Armijo's condition
constexpr int kHalvings = 30;

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

struct Pair {
  Vector step, change;
  double inverse;  // 1 / (step . change)
};

// The two-loop recursion: minus the gradient, times the approximate inverse Hessian.
Vector direction(const Vector& gradient, const std::deque<Pair>& pairs) {
  Vector d(gradient);
  std::vector<double> alpha(pairs.size());
  const auto subtract = [&](double share, const Vector& v) {
    for (std::size_t i = 0; i < d.size(); ++i) d[i] -= share * v[i];
  };
  for (std::size_t k = pairs.size(); k-- > 0;) {
    alpha[k] = pairs[k].inverse * dot(pairs[k].step, d);
    subtract(alpha[k], pairs[k].change);
  }
  if (!pairs.empty()) {
    const Pair& last = pairs.back();
    const double scale = 1 / (last.inverse * dot(last.change, last.change));
    for (double& value : d) value *= scale;
  }
  for (std::size_t k = 0; k < pairs.size(); ++k)
    subtract(pairs[k].inverse * dot(pairs[k].change, d) - alpha[k], pairs[k].step);
  for (double& value : d) value = -value;
  return d;
}

}  // namespace

double minimize(const Function& function, Vector& x, std::size_t steps, double tolerance) {
  Vector gradient(x.size()), next_gradient(x.size()), next(x.size());
  double value = function(x, gradient);
  std::deque<Pair> pairs;
  for (std::size_t step = 0; step < steps; ++step) {
    const auto size = [](double a, double b) { return std::max(a, std::abs(b)); };
    const double largest = std::accumulate(gradient.begin(), gradient.end(), 0.0, size);
    if (largest < tolerance) break;
    const Vector d = direction(gradient, pairs);
    const double slope = dot(d, gradient);
    double length = pairs.empty() ? std::min(1.0, 1 / largest) : 1.0;
    double next_value = value;
    bool lower = false;
    for (int halving = 0; halving < kHalvings && !lower; ++halving, length /= 2) {
      for (std::size_t i = 0; i < x.size(); ++i) next[i] = x[i] + length * d[i];
      next_value = function(next, next_gradient);
      lower = next_value <= value + kSufficient * length * slope;
    }
    if (!lower) break;
    Pair pair{Vector(x.size()), Vector(x.size()), 0};
    for (std::size_t i = 0; i < x.size(); ++i) {
      pair.step[i] = next[i] - x[i];
      pair.change[i] = next_gradient[i] - gradient[i];
    }
    const double curvature = dot(pair.step, pair.change);
    if (curvature > 1e-12 * dot(pair.change, pair.change)) {
      pair.inverse = 1 / curvature;
      pairs.push_back(std::move(pair));
      if (pairs.size() > kMemory) pairs.pop_front();
    }
    x.swap(next);
    gradient.swap(next_gradient);
    value = next_value;
  }
  return value;
}

}  // namespace skald::training

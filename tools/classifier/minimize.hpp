// Minimizes a smooth function: L-BFGS (Nocedal 1980).
#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace skald::training {

/// The value at `x`; writes the gradient.
using Function = std::function<double(std::span<const double> x, std::span<double> gradient)>;

/// Starts at `x` and leaves the minimum there. Ends after `steps` steps, or when the gradient's largest entry
/// is below `tolerance`, or no step along the search direction lowers the value. The same input gives the
/// same output.
double minimize(const Function& function, std::vector<double>& x, std::size_t steps, double tolerance);

}  // namespace skald::training

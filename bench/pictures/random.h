// Random numbers that are the same with every compiler and library: std::mt19937's are, the
// distributions of <random> are not.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

namespace inkling::pictures {

class Random {
 public:
  explicit Random(std::uint32_t seed) : generator_(seed) {}

  // Uniform in [0, 1).
  double uniform() { return generator_() / 4294967296.0; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  // Uniform in the logarithm: as many between 1 and 2 as between 10 and 20.
  double log_uniform(double low, double high) {
    return std::exp(uniform(std::log(low), std::log(high)));
  }
  // Mean 0, variance 1 (Box, Muller 1958).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }
  bool chance(double probability) { return uniform() < probability; }
  // 0 … count - 1.
  int below(int count) { return static_cast<int>(uniform() * count); }

 private:
  std::mt19937 generator_;
};

}  // namespace inkling::pictures

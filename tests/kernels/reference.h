// Kernels written in the plainest way, in float64, to hold the real ones against.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/args/conv2d.h"
#include "kernels/philox.h"

namespace inkling::reference {

// Uniform in [-1, 1), the same for the same arguments.
template <class T>
std::vector<T> random_values(Index size, std::uint32_t stream) {
  std::vector<T> values(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Philox4 random = random4(99, RandomUse::test, stream, 1, static_cast<std::uint32_t>(i));
    values[i] = static_cast<T>(2 * uniform01(random.word[0]) - 1);
  }
  return values;
}

// Loops over every output and every weight; no bias, nothing fused.
template <class T>
std::vector<double> conv2d(const Conv2dShape& s, const std::vector<T>& x,
                           const std::vector<T>& weight) {
  std::vector<double> y;
  for (Index n = 0; n < s.batch; ++n) {
    for (Index oy = 0; oy < s.out_height(); ++oy) {
      for (Index ox = 0; ox < s.out_width(); ++ox) {
        for (Index o = 0; o < s.out_channels; ++o) {
          double sum = 0;
          for (Index k = 0; k < s.kernel * s.kernel; ++k) {
            const Index iy = oy * s.stride - s.padding + k / s.kernel;
            const Index ix = ox * s.stride - s.padding + k % s.kernel;
            if (iy < 0 || iy >= s.in_height || ix < 0 || ix >= s.in_width) {
              continue;
            }
            for (Index c = 0; c < s.in_channels; ++c) {
              const auto from = static_cast<std::size_t>(
                  ((n * s.in_height + iy) * s.in_width + ix) * s.in_channels + c);
              const auto with =
                  static_cast<std::size_t>((k * s.in_channels + c) * s.out_channels + o);
              sum += static_cast<double>(x[from]) * static_cast<double>(weight[with]);
            }
          }
          y.push_back(sum);
        }
      }
    }
  }
  return y;
}

// ‖a − b‖ / ‖b‖; 0 when both are nothing but zeros.
template <class A, class B>
double relative_distance(const std::vector<A>& a, const std::vector<B>& b) {
  double difference = 0;
  double norm = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    const double d = static_cast<double>(a.at(i)) - static_cast<double>(b[i]);
    difference += d * d;
    norm += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return difference == 0 ? 0 : std::sqrt(difference) / std::sqrt(norm);
}

}  // namespace inkling::reference

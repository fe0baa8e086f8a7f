// Which level's kernels are called.
#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>

#include "kernels/cpu/instruction_level.h"
#include "kernels/cpu/simd/product.h"
#include "kernels/cpu/simd/winograd.h"

namespace inkling::cpu::simd {

#define INKLING_DECLARE_LEVEL(level)                                                 \
  namespace level {                                                                  \
  void multiply(const Product<float>& product);                                      \
  void multiply(const Product<Half>& product);                                       \
  void multiply(const Int8Product& product);                                         \
  void winograd(const WinogradConv<float>& conv, const ImageView<const float>& x,    \
                const ImageView<float>& y, float* workspace);                        \
  void winograd(const WinogradConv<bfloat16>& conv, const ImageView<const float>& x, \
                const ImageView<float>& y, float* workspace);                        \
  Index workspace_size(const WinogradConv<float>& conv);                             \
  bool has_half();                                                                   \
  bool has_low_precision();                                                          \
  }
INKLING_FOR_EACH_LEVEL(INKLING_DECLARE_LEVEL)
#undef INKLING_DECLARE_LEVEL

namespace {

template <class Weight>
using Winograd = void (*)(const WinogradConv<Weight>&, const ImageView<const float>&,
                          const ImageView<float>&, float*);

struct Kernels {
  void (*multiply)(const Product<float>&);
  void (*multiply_half)(const Product<Half>&);
  void (*multiply_int8)(const Int8Product&);
  Winograd<float> winograd;
  Winograd<bfloat16> winograd_bf16;
  Index (*workspace_size)(const WinogradConv<float>&);
  bool (*has_half)();
  bool (*has_low_precision)();
};

#define INKLING_KERNELS_OF_LEVEL(level)                                      \
  {level::multiply, level::multiply,       level::multiply, level::winograd, \
   level::winograd, level::workspace_size, level::has_half, level::has_low_precision},
constexpr Kernels kLevels[] = {INKLING_FOR_EACH_LEVEL(INKLING_KERNELS_OF_LEVEL)};
#undef INKLING_KERNELS_OF_LEVEL

const Kernels& kernels() { return kLevels[static_cast<std::size_t>(instruction_level())]; }

// G, which belongs to Bᵀ and Aᵀ in winograd.h: row i is (1, p, p²) / Π (p - q) over the other
// points q, for the point p = 0, a, -a, b, -b; the last, for ∞, is (0, 0, 1).
std::array<std::array<double, 3>, 6> filter_transform() {
  const std::array<double, 5> points{0, std::sqrt(0.5), -std::sqrt(0.5), std::sqrt(2.0),
                                     -std::sqrt(2.0)};
  std::array<std::array<double, 3>, 6> g{};
  for (std::size_t i = 0; i < points.size(); ++i) {
    double product = 1;
    for (std::size_t other = 0; other < points.size(); ++other) {
      product *= other == i ? 1 : points[i] - points[other];
    }
    g[i] = {1 / product, points[i] / product, points[i] * points[i] / product};
  }
  g[5] = {0, 0, 1};
  return g;
}

template <class Weight>
Weight rounded(double value) {
  if constexpr (std::is_same_v<Weight, bfloat16>) {
    return to_bfloat16(static_cast<float>(value));
  } else {
    return static_cast<Weight>(value);
  }
}

}  // namespace

template <class Weight>
Index WinogradConv<Weight>::workspace() const {
  return kernels().workspace_size({.height = height,
                                   .width = width,
                                   .in_channels = in_channels,
                                   .out_channels = out_channels,
                                   .epilogue = epilogue,
                                   .weights = nullptr,
                                   .bias = nullptr});
}
template Index WinogradConv<float>::workspace() const;
template Index WinogradConv<bfloat16>::workspace() const;

template <class Weight>
void winograd_weights(Index in_channels, Index out_channels, const float* weight, Weight* result) {
  static const auto kG = filter_transform();
  const Index block = in_channels * kColumnBlock;
  std::fill_n(result, kWinogradPositions * packed_size(in_channels, out_channels), Weight{});
  for (Index in = 0; in < in_channels; ++in) {
    for (Index out = 0; out < out_channels; ++out) {
      double half[6][3] = {};  // G g
      for (std::size_t i = 0; i < 6; ++i) {
        for (Index tap = 0; tap < 9; ++tap) {
          half[i][tap % 3] +=
              kG[i][static_cast<std::size_t>(tap / 3)] *
              static_cast<double>(weight[(tap * in_channels + in) * out_channels + out]);
        }
      }
      Weight* const to = result + out / kColumnBlock * kWinogradPositions * block +
                         packed_index<Weight>(in_channels, in, out % kColumnBlock);
      for (Index i = 0; i < 6; ++i) {
        for (Index j = 0; j < 6; ++j) {
          const auto& g = kG[static_cast<std::size_t>(j)];
          const double value = half[i][0] * g[0] + half[i][1] * g[1] + half[i][2] * g[2];
          to[(6 * i + j) * block] = rounded<Weight>(value);
        }
      }
    }
  }
}
template void winograd_weights(Index, Index, const float*, float*);
template void winograd_weights(Index, Index, const float*, bfloat16*);

void winograd(const WinogradConv<float>& conv, const ImageView<const float>& x,
              const ImageView<float>& y, float* workspace) {
  kernels().winograd(conv, x, y, workspace);
}
void winograd(const WinogradConv<bfloat16>& conv, const ImageView<const float>& x,
              const ImageView<float>& y, float* workspace) {
  kernels().winograd_bf16(conv, x, y, workspace);
}

void multiply(const Product<float>& product) { kernels().multiply(product); }
void multiply(const Product<Half>& product) { kernels().multiply_half(product); }
void multiply(const Int8Product& product) { kernels().multiply_int8(product); }

bool has_half() { return kernels().has_half(); }
bool has_low_precision() { return kernels().has_low_precision(); }

}  // namespace inkling::cpu::simd

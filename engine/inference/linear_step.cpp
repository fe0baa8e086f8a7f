#include "engine/inference/linear_step.h"

#include "engine/inference/packed_matrix.h"

namespace inkling::frozen {
namespace {

// Fewer weights are in the cache anyway: their precision buys nothing.
constexpr Index kMinInt8Weights = Index{1} << 20;

// Weight: float or Half.
template <class Weight>
class FloatLinear final : public LinearStep {
 public:
  explicit FloatLinear(const LinearWeights& weights)
      : in_features_(std::ssize(weights.order)),
        out_features_(weights.out_features),
        weights_(weights.out_features, weights.weight, weights.order),
        bias_(padded_bias(weights.bias)) {}

  Index workspace(Index /*rows*/) const override { return 0; }
  void run(Index rows, const float* x, bool relu, float* y, float* /*workspace*/) const override {
    cpu::simd::multiply(cpu::simd::Product<Weight>{.rows = rows,
                                                   .n = out_features_,
                                                   .k = in_features_,
                                                   .a = x,
                                                   .a_stride = in_features_,
                                                   .b = weights_.data(),
                                                   .bias = bias_.data(),
                                                   .relu = relu,
                                                   .c = y,
                                                   .c_stride = out_features_});
  }

 private:
  Index in_features_;
  Index out_features_;
  PackedMatrix<Weight> weights_;
  AlignedBuffer<float> bias_;
};

class Int8Linear final : public LinearStep {
 public:
  explicit Int8Linear(const LinearWeights& weights)
      : in_features_(std::ssize(weights.order)),
        out_features_(weights.out_features),
        weights_(weights.out_features, weights.weight, weights.order),
        bias_(padded_bias(weights.bias)) {}

  static bool supports(const LinearWeights& weights) {
    const Index k = std::ssize(weights.order);
    return k % cpu::simd::Int8Product::kTermMultiple == 0 &&
           k <= cpu::simd::Int8Product::kMaxTerms && k * weights.out_features >= kMinInt8Weights;
  }

  // A scale for each row, then the rows as bytes.
  Index workspace(Index rows) const override {
    return rows + rows * in_features_ / static_cast<Index>(sizeof(float));
  }
  void run(Index rows, const float* x, bool relu, float* y, float* workspace) const override {
    cpu::simd::multiply(
        cpu::simd::Int8Product{.rows = rows,
                               .n = out_features_,
                               .k = in_features_,
                               .a = x,
                               .a_stride = in_features_,
                               .b = weights_.data(),
                               .scales = weights_.scales(),
                               .bias = bias_.data(),
                               .relu = relu,
                               .c = y,
                               .c_stride = out_features_,
                               .workspace = reinterpret_cast<std::uint8_t*>(workspace + rows),
                               .row_scales = workspace});
  }

 private:
  Index in_features_;
  Index out_features_;
  PackedInt8Matrix weights_;
  AlignedBuffer<float> bias_;
};

bool are_halves(std::span<const float> weight) {
  return std::all_of(weight.begin(), weight.end(), [](float value) {
    return float16_to_float(float_to_float16(value)) == value;
  });
}

}  // namespace

std::unique_ptr<LinearStep> freeze(const LinearWeights& weights, bool low_precision) {
  if (low_precision && Int8Linear::supports(weights)) {
    return std::make_unique<Int8Linear>(weights);
  }
  if (cpu::simd::has_half() && are_halves(weights.weight)) {
    return std::make_unique<FloatLinear<cpu::simd::Half>>(weights);
  }
  return std::make_unique<FloatLinear<float>>(weights);
}

}  // namespace inkling::frozen

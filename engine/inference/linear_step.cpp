#include "engine/inference/linear_step.h"

#include <algorithm>

#include "engine/inference/packed_matrix.h"

namespace inkling::frozen {
namespace {

// Fewer weights are in the cache anyway: their precision buys nothing.
constexpr Index kMinInt8Weights = Index{1} << 20;

// The columns of a product, divided among a team. By itself a thread multiplies them all at once.
template <class Product>
void multiply(const Product& product, Member& member) {
  const Index columns = member.threads() == 1 ? product.n : cpu::simd::kColumnBlock;
  member.for_each((product.n + columns - 1) / columns, [&](Index i) {
    cpu::simd::multiply(
        cpu::simd::columns_of(product, i * columns, std::min(product.n, (i + 1) * columns)));
  });
}

// Matrix: PackedMatrix or PackedInt8Matrix.
template <class Matrix>
class PackedLinear : public LinearStep {
 protected:
  explicit PackedLinear(const LinearWeights& weights)
      : in_features_(std::ssize(weights.order)),
        out_features_(weights.out_features),
        weights_(weights.out_features, weights.weight, weights.order),
        bias_(padded_bias(weights.bias)) {}

  Index in_features_;
  Index out_features_;
  Matrix weights_;
  AlignedBuffer<float> bias_;
};

// Weight: float or Half.
template <class Weight>
class FloatLinear final : public PackedLinear<PackedMatrix<Weight>> {
 public:
  explicit FloatLinear(const LinearWeights& weights)
      : PackedLinear<PackedMatrix<Weight>>(weights) {}

  Index workspace(Index /*rows*/) const override { return 0; }
  void run(Index rows, const float* x, bool relu, float* y, float* /*workspace*/,
           Member& member) const override {
    multiply(cpu::simd::Product<Weight>{.rows = rows,
                                        .n = this->out_features_,
                                        .k = this->in_features_,
                                        .a = x,
                                        .a_stride = this->in_features_,
                                        .b = this->weights_.data(),
                                        .bias = this->bias_.data(),
                                        .relu = relu,
                                        .c = y,
                                        .c_stride = this->out_features_},
             member);
  }
};

using Int8Product = cpu::simd::IntegerProduct<std::int8_t>;

class Int8Linear final : public PackedLinear<PackedInt8Matrix> {
 public:
  explicit Int8Linear(const LinearWeights& weights) : PackedLinear(weights) {}

  static bool supports(const LinearWeights& weights) {
    const Index k = std::ssize(weights.order);
    return k % Int8Product::kTermMultiple == 0 && k <= Int8Product::kMaxTerms &&
           k * weights.out_features >= kMinInt8Weights;
  }

  // A scale for each row, then the rows as bytes.
  Index workspace(Index rows) const override {
    return rows + rows * in_features_ / static_cast<Index>(sizeof(float));
  }
  void run(Index rows, const float* x, bool relu, float* y, float* workspace,
           Member& member) const override {
    auto* const bytes = reinterpret_cast<std::uint8_t*>(workspace + rows);
    member.for_each(rows, [&](Index row) {
      cpu::simd::quantize({.rows = 1,
                           .k = in_features_,
                           .from = x + row * in_features_,
                           .stride = in_features_,
                           .bytes = bytes + row * in_features_,
                           .scales = workspace + row});
    });
    multiply(Int8Product{.rows = rows,
                         .n = out_features_,
                         .k = in_features_,
                         .a = bytes,
                         .row_scales = workspace,
                         .b = weights_.data(),
                         .scales = weights_.scales(),
                         .bias = bias_.data(),
                         .relu = relu,
                         .c = y,
                         .c_stride = out_features_},
             member);
  }
};

bool are_halves(std::span<const float> weight) {
  return std::all_of(weight.begin(), weight.end(), [](float value) {
    return float16_to_float(float_to_float16(value)) == value;
  });
}

}  // namespace

std::unique_ptr<LinearStep> freeze(const LinearWeights& weights, bool low_precision) {
  if (low_precision && cpu::simd::has_int8() && Int8Linear::supports(weights)) {
    return std::make_unique<Int8Linear>(weights);
  }
  if (cpu::simd::has_half() && are_halves(weights.weight)) {
    return std::make_unique<FloatLinear<cpu::simd::Half>>(weights);
  }
  return std::make_unique<FloatLinear<float>>(weights);
}

}  // namespace inkling::frozen

// Convolutions of a frozen network: 3 × 3 ones of stride 1 by Winograd, the others directly, a row
// of pixels at a time.
#include <algorithm>
#include <numeric>
#include <vector>

#include "engine/inference/packed_matrix.h"
#include "engine/inference/step.h"
#include "engine/inference/transformed_filters.h"
#include "kernels/cpu/simd/winograd.h"

namespace inkling::frozen {
namespace {

bool supports_winograd(const layers::Conv2d& layer, const Layout& image) {
  return layer.kernel == 3 && layer.options.stride == 1 && layer.options.padding == 1 &&
         image.channels % cpu::simd::kWinogradChannels == 0 &&
         layer.out_channels % cpu::simd::kWinogradChannels == 0;
}

// Calls body(begin, end) for each block of so many channels.
template <class Body>
void for_each_block(Index channels, Member& member, const Body& body) {
  constexpr Index kBlock = cpu::simd::kColumnBlock;
  member.for_each((channels + kBlock - 1) / kBlock, [&](Index block) {
    body(block * kBlock, std::min(channels, (block + 1) * kBlock));
  });
}

// Weight: float, bfloat16 or std::int16_t.
template <class Weight>
class WinogradStep final : public Step {
 public:
  WinogradStep(const Layout& image, Index out_channels, std::span<const float> weight,
               std::span<const float> bias, Epilogue epilogue)
      : input_(image),
        filters_({.in_channels = image.channels,
                  .out_channels = out_channels,
                  .weight = weight.data(),
                  .row = out_channels}),
        bias_(padded_bias(bias)) {
    conv_ = {.tiles = {.height = image.height, .width = image.width},
             .in_channels = image.channels,
             .out_channels = out_channels,
             .epilogue = epilogue,
             .filters = filters_.data(),
             .filter_scales = filters_.scales(),
             .bias = bias_.data()};
    input_.before = 1;
    input_.below = conv_.tiles.padded_height() - image.height - 1;
    input_.right = conv_.tiles.padded_width() - image.width - 1;
  }

  const Layout& input() const override { return input_; }
  Index workspace(Index threads) const override {
    return kStep + input_floats() + threads * conv_.product_size();
  }
  void run(const float* x, float* y, Index y_row, float* workspace, Member& member) const override {
    auto* const values = reinterpret_cast<Weight*>(workspace + kStep);
    float* const products =
        workspace + kStep + input_floats() + member.number() * conv_.product_size();
    cpu::simd::WinogradInputs<Weight> inputs{.values = values};
    if constexpr (std::is_same_v<Weight, std::int16_t>) {
      member.for_each(1, [&](Index) {
        *workspace = cpu::simd::largest_magnitude(input_.size(), x) /
                     cpu::simd::int16_steps(conv_.in_channels);
      });
      inputs.step = *workspace;
    }
    for_each_block(conv_.in_channels, member, [&](Index begin, Index end) {
      cpu::simd::winograd_inputs(conv_, {x, input_.row()}, begin, end, inputs);
    });
    for_each_block(conv_.out_channels, member, [&](Index begin, Index) {
      cpu::simd::winograd_block(conv_, inputs, begin, {y, y_row}, nullptr, products);
    });
  }

 private:
  static constexpr Index kStep = 16;  // a cache line, of which the inputs' step takes 4 bytes

  Index input_floats() const {
    return conv_.input_size() * Index{sizeof(Weight)} / Index{sizeof(float)};
  }

  Layout input_;
  TransformedFilters<Weight> filters_;
  AlignedBuffer<float> bias_;
  cpu::simd::WinogradConv<Weight> conv_;
};

// The columns of a weight [patch, out], which PackedMatrix takes as [out, patch].
PackedMatrix<float> packed_weight(const Conv2dShape& shape, std::span<const float> weight) {
  std::vector<float> transposed;
  transposed.reserve(weight.size());
  for (Index out = 0; out < shape.out_channels; ++out) {
    for (Index row = 0; row < shape.patch(); ++row) {
      transposed.push_back(weight[static_cast<std::size_t>(row * shape.out_channels + out)]);
    }
  }
  std::vector<Index> order(static_cast<std::size_t>(shape.patch()));
  std::iota(order.begin(), order.end(), 0);
  return {shape.out_channels, transposed, order};
}

// A row of results is a product: a pixel's inputs under a row of the kernel are contiguous in NHWC.
class DirectStep final : public Step {
 public:
  DirectStep(const Conv2dShape& shape, std::span<const float> weight, std::span<const float> bias,
             Epilogue epilogue)
      : input_{.height = shape.in_height,
               .width = shape.in_width,
               .channels = shape.in_channels,
               .before = shape.padding,
               .below = shape.padding,
               .right = shape.padding},
        shape_(shape),
        epilogue_(epilogue),
        weights_(packed_weight(shape, weight)),
        bias_(padded_bias(bias)) {}

  const Layout& input() const override { return input_; }
  Index workspace(Index /*threads*/) const override {
    return epilogue_ == Epilogue::relu_pool ? pixels() * shape_.out_channels : 0;
  }

  void run(const float* x, float* y, Index y_row, float* workspace, Member& member) const override {
    const Index width = shape_.out_width() * shape_.out_channels;
    const bool pooled = epilogue_ == Epilogue::relu_pool;
    member.for_each(shape_.out_height(), [&](Index row) {
      cpu::simd::multiply(
          cpu::simd::Product<float>{.rows = shape_.out_width(),
                                    .n = shape_.out_channels,
                                    .k = shape_.patch(),
                                    .a = x + row * shape_.stride * input_.row(),
                                    .a_stride = shape_.stride * shape_.in_channels,
                                    .a_pieces = shape_.kernel,
                                    .a_piece_stride = input_.row(),
                                    .b = weights_.data(),
                                    .bias = bias_.data(),
                                    .relu = epilogue_ != Epilogue::none,
                                    .c = pooled ? workspace + row * width : y + row * y_row,
                                    .c_stride = shape_.out_channels});
    });
    if (pooled) {
      member.for_each(shape_.out_height() / 2,
                      [&](Index row) { pool(workspace, row, y + row * y_row); });
    }
  }

 private:
  Index pixels() const { return shape_.out_height() * shape_.out_width(); }

  // A row of the pooled result.
  void pool(const float* full, Index pooled_row, float* y) const {
    const Index channels = shape_.out_channels;
    const Index row = shape_.out_width() * channels;
    for (Index x = 0; x < shape_.out_width() / 2; ++x) {
      const float* const top = full + 2 * pooled_row * row + 2 * x * channels;
      for (Index c = 0; c < channels; ++c) {
        y[x * channels + c] = std::max(std::max(top[c], top[channels + c]),
                                       std::max(top[row + c], top[row + channels + c]));
      }
    }
  }

  Layout input_;
  Conv2dShape shape_;
  Epilogue epilogue_;
  PackedMatrix<float> weights_;
  AlignedBuffer<float> bias_;
};

}  // namespace

std::unique_ptr<Step> freeze(const layers::Conv2d& layer, const Shape& input,
                             std::span<const float> weight, std::span<const float> bias,
                             Epilogue epilogue, bool low_precision) {
  const Layout image{.height = input[0], .width = input[1], .channels = input[2]};
  if (supports_winograd(layer, image) && low_precision && cpu::simd::has_bf16()) {
    return std::make_unique<WinogradStep<bfloat16>>(image, layer.out_channels, weight, bias,
                                                    epilogue);
  }
  if (supports_winograd(layer, image) && low_precision && cpu::simd::has_int16()) {
    return std::make_unique<WinogradStep<std::int16_t>>(image, layer.out_channels, weight, bias,
                                                        epilogue);
  }
  if (supports_winograd(layer, image)) {
    return std::make_unique<WinogradStep<float>>(image, layer.out_channels, weight, bias, epilogue);
  }
  return std::make_unique<DirectStep>(Conv2dShape{.batch = 1,
                                                  .in_height = image.height,
                                                  .in_width = image.width,
                                                  .in_channels = image.channels,
                                                  .out_channels = layer.out_channels,
                                                  .kernel = layer.kernel,
                                                  .stride = layer.options.stride,
                                                  .padding = layer.options.padding},
                                      weight, bias, epilogue);
}

}  // namespace inkling::frozen

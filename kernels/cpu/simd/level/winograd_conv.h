// A 3 × 3 convolution by Winograd's minimal filtering, an image at a time. Transforms of inputs and
// of results are functions of their own: inlined into others, fewer of their numbers stay in
// registers.
#pragma once

#include "kernels/cpu/simd/level/argmax.h"
#include "kernels/cpu/simd/level/integer_product.h"
#include "kernels/cpu/simd/level/product_tiles.h"
#include "kernels/cpu/simd/level/winograd_tiles.h"
#include "kernels/cpu/simd/winograd.h"

namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

// Stores what of a tile lies within the image: its results, or the maxima of its windows.
template <class Weight>
struct StoreTile {
  const WinogradConv<Weight>& conv;
  ImageView<float> y;
  std::uint8_t* argmax;  // of the pool's first pixel and `channel`, or null
  Index channel;

  template <Index kDown, Index kAcross>
  void results(const Vec (&sums)[kDown][kAcross], Index row, Index column) const {
#pragma GCC unroll 4
    for (Index i = 0; i < kDown; ++i) {
#pragma GCC unroll 4
      for (Index j = 0; j < kAcross; ++j) {
        if (row + i < conv.tiles.height && column + j < conv.tiles.width) {
          store(y.data + (row + i) * y.row + (column + j) * conv.out_channels + channel,
                conv.epilogue == Epilogue::relu ? relu(sums[i][j]) : sums[i][j]);
        }
      }
    }
  }

  template <Index kDown, Index kAcross>
  void maxima(const Vec (&sums)[kDown][kAcross], Index row, Index column) const {
#pragma GCC unroll 2
    for (Index i = 0; i < kDown / 2; ++i) {
#pragma GCC unroll 2
      for (Index j = 0; j < kAcross / 2; ++j) {
        const Index to_row = row / 2 + i;
        const Index to_column = column / 2 + j;
        if (to_row >= conv.tiles.height / 2 || to_column >= conv.tiles.width / 2) {
          continue;
        }
        const Vec(&top)[kAcross] = sums[2 * i];
        const Vec(&bottom)[kAcross] = sums[2 * i + 1];
        Vec max;
        if (argmax == nullptr) {
          max = maximum(maximum(top[2 * j], top[2 * j + 1]),
                        maximum(bottom[2 * j], bottom[2 * j + 1]));
        } else {
          const Index pixel = to_row * (conv.tiles.width / 2) + to_column;
          VecMax running{top[2 * j]};
          running.update(top[2 * j + 1], 1);
          running.update(bottom[2 * j], 2);
          running.update(bottom[2 * j + 1], 3);
          store_argmax(argmax + pixel * packed_argmax_bytes(conv.out_channels), running.argmax);
          max = running.value;
        }
        store(y.data + to_row * y.row + to_column * conv.out_channels + channel, relu(max));
      }
    }
  }
};

// A vector of a block's channels, from the products to the result.
template <class Weight>
[[gnu::noinline]] void store_results(const float* products, const StoreTile<Weight>& to) {
  const WinogradConv<Weight>& conv = to.conv;
  const Vec bias = conv.bias != nullptr ? load(conv.bias + to.channel) : Vec{};
  for_each_tile(conv.tiles, [&]<class Down, class Across>(Tile<Down, Across> tile) {
    const float* const m = products + tile.number * kColumnBlock;
    Vec sums[Down::kResults][Across::kResults];
    transform<typename Down::Result, typename Across::Result>(
        [&](int i, int j) { return load(m + tile.position(i, j) * conv.product_position()); },
        [&](int i, int j, Vec value) { sums[i][j] = value + bias; });
    if (conv.epilogue == Epilogue::relu_pool) {
      to.maxima(sums, tile.row, tile.column);
    } else {
      to.results(sums, tile.row, tile.column);
    }
  });
}

// How transformed inputs are stored: whole numbers in steps of a fraction of the largest that a
// position can have, the sum of |Bᵀ|'s row and column times the image's largest.
template <class Weight>
struct InputSteps {
  explicit InputSteps(const WinogradInputs<Weight>& /*inputs*/) {}
  void store(Weight* to, Vec value, int /*position*/) const { INKLING_LEVEL::store(to, value); }
};
#ifdef INKLING_INT16
inline float input_step(const WinogradInputs<std::int16_t>& inputs, Index position) {
  constexpr float kBound[6] = {
      4.5F, 3 + 1.5F * kB, 3 + 1.5F * kB, 1.5F + 1.5F * kB, 1.5F + 1.5F * kB, 4.5F};
  return inputs.step * kBound[position / 6] * kBound[position % 6];
}
template <>
struct InputSteps<std::int16_t> {
  explicit InputSteps(const WinogradInputs<std::int16_t>& inputs) {
    for (Index position = 0; position < kWinogradPositions; ++position) {
      const float step = input_step(inputs, position);
      per_unit[position] = step > 0 ? 1 / step : 0.0F;
    }
  }
  void store(std::int16_t* to, Vec value, int position) const {
    INKLING_LEVEL::store(to, value * per_unit[position]);
  }

  float per_unit[kWinogradPositions];
};
#endif

template <class Weight>
[[gnu::noinline]] void transform_inputs(const WinogradConv<Weight>& conv,
                                        const ImageView<const float>& x, Index first, Index end,
                                        const WinogradInputs<Weight>& inputs) {
  const InputSteps<Weight> steps(inputs);
  for_each_tile(conv.tiles, [&]<class Down, class Across>(Tile<Down, Across> tile) {
    const float* const from = x.data + tile.row * x.row + tile.column * conv.in_channels;
    Weight* const to = inputs.values + tile.number * conv.in_channels;
    const auto transform_channels = [&](Index c, const auto& store_number) {
      transform<typename Down::Input, typename Across::Input>(
          [&](int i, int j) { return load(from + i * x.row + j * conv.in_channels + c); },
          [&](int i, int j, Vec value) {
            const int position = tile.position(i, j);
            store_number(to + position * conv.input_position() + c, value, position);
          });
    };
    Index c = first;
    if constexpr (std::is_same_v<Weight, bfloat16>) {  // half as many stores, of whole cache lines
      Vec low[kWinogradPositions];
      for (; c + 2 * kWidth <= end; c += 2 * kWidth) {
        transform_channels(c, [&](Weight*, Vec value, int position) { low[position] = value; });
        transform_channels(c + kWidth, [&](Weight* at, Vec value, int position) {
          store_line(at - kWidth, low[position], value);
        });
      }
    }
    for (; c < end; c += kWidth) {
      transform_channels(
          c, [&](Weight* at, Vec value, int position) { steps.store(at, value, position); });
    }
  });
}

// The products of a position with a block of channels.
template <class Weight>
inline void multiply_position(const WinogradConv<Weight>& conv,
                              const WinogradInputs<Weight>& inputs, Index block, Index position,
                              float* products) {
  const auto [first, end] = tiles_with(conv.tiles, position);
  const Weight* const a =
      inputs.values + position * conv.input_position() + first * conv.in_channels;
  const Weight* const b =
      conv.filters + (block * kWinogradPositions + position * kColumnBlock) * conv.in_channels;
  float* const c = products + position * conv.product_position() + first * kColumnBlock;
#ifdef INKLING_INT16
  if constexpr (std::is_same_v<Weight, std::int16_t>) {
    const float step = input_step(inputs, position);
    multiply_integers(IntegerProduct<Weight>{
        .rows = end - first,
        .n = kColumnBlock,
        .k = conv.in_channels,
        .a = a,
        .row_scales = &step,
        .row_scale_stride = 0,
        .b = b,
        .scales = conv.filter_scales + block * kWinogradPositions + position * kColumnBlock,
        .c = c,
        .c_stride = kColumnBlock});
  } else
#endif
  {
    multiply_rows(Product<Weight>{.rows = end - first,
                                  .n = kColumnBlock,
                                  .k = conv.in_channels,
                                  .a = a,
                                  .a_stride = conv.in_channels,
                                  .b = b,
                                  .c = c,
                                  .c_stride = kColumnBlock});
  }
}

// A block of channels from its products to its results, so that what is between never leaves the
// cache of the core.
template <class Weight>
inline void convolve_block(const WinogradConv<Weight>& conv, const WinogradInputs<Weight>& inputs,
                           Index block, const ImageView<float>& y, std::uint8_t* argmax,
                           float* products) {
  for (Index position = 0; position < kWinogradPositions; ++position) {
    multiply_position(conv, inputs, block, position, products);
  }
  for (Index c = 0; c < kColumnBlock && block + c < conv.out_channels; c += kWidth) {
    const Index channel = block + c;
    store_results(
        products + c,
        StoreTile<Weight>{conv, y, argmax != nullptr ? argmax + channel / 4 : nullptr, channel});
  }
}

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL

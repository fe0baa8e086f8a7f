// The steps of Winograd's minimal filtering, divided among threads so that every sum is made by one
// of them, in an order of its own.
#include "kernels/cpu/conv2d/winograd_conv.h"

#include <algorithm>

#include "kernels/cpu/conv2d/add_in_order.h"
#include "kernels/cpu/conv2d/image_sizes.h"
#include "kernels/cpu/conv2d/padded_image.h"
#include "kernels/cpu/scratch.h"
#include "kernels/cpu/simd/winograd.h"
#include "kernels/cpu/simd/winograd_gradient.h"
#include "kernels/cpu/widen.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {
namespace {

using simd::kColumnBlock;
using simd::kWinogradPositions;
using simd::WinogradGradient;

// Buffers of a call, which its threads share.
enum SharedSlot : int {
  kWeight,
  kTransposed,
  kFilters,
  kInputs,
  kResults,
  kResultsByRow,
  kInputGradients,
  kFilterGradients,
  kBias,
  kShared
};
// And a thread's own.
enum ThreadSlot : int { kPadded = kShared, kConvInputs, kProducts, kResult, kGradient };

// So many bytes of transformed inputs and results are multiplied together: enough for long sums,
// few enough for a shared cache.
constexpr Index kGroupBytes = Index{8} << 20;

simd::WinogradTiles tiles_of(const Conv2dShape& s) {
  return {.height = s.out_height(), .width = s.out_width()};
}

template <class Tiles>
PaddedImage padded_image(const Conv2dShape& shape, const Tiles& tiles) {
  return {shape, tiles, scratch<float, kPadded>(PaddedImage::size(shape, tiles))};
}

// The transformed filters of a weight [3, 3, in, out].
template <class Weight>
const Weight* transformed_filters(ThreadPool& pool, Index in, Index out, const float* weight) {
  const Index block = kWinogradPositions * in * kColumnBlock;
  auto* const filters = scratch<Weight, kFilters>(kWinogradPositions * in * out);
  parallel_for(pool, out, kColumnBlock, [&](Index begin, Index) {
    simd::winograd_filters(
        {.in_channels = in, .out_channels = kColumnBlock, .weight = weight + begin, .row = out},
        filters + begin / kColumnBlock * block);
  });
  return filters;
}

// [3, 3, in, out] → [3, 3, out, in].
const float* exchanged_channels(ThreadPool& pool, const Conv2dShape& s, const float* weight) {
  const Index in = s.in_channels;
  const Index out = s.out_channels;
  float* const result = scratch<float, kTransposed>(s.patch() * out);
  parallel_for(pool, s.patch(), kColumnBlock, [&](Index begin, Index end) {
    for (Index o = 0; o < out; ++o) {
      for (Index row = begin; row < end; ++row) {
        result[(row / in * out + o) * in + row % in] = weight[row * out + o];
      }
    }
  });
  return result;
}

// As few groups of images as kGroupBytes allows, of about as many images each.
template <class Weight>
Index images_of_group(const Conv2dShape& s) {
  const Index bytes = kWinogradPositions * tiles_of(s).count() * (s.in_channels + s.out_channels) *
                      Index{sizeof(Weight)};
  const Index most = std::max<Index>(1, kGroupBytes / bytes);
  const Index groups = (s.batch + most - 1) / most;
  return (s.batch + groups - 1) / groups;
}

// T: of the activations; Weight: what is multiplied.
template <class T, class Weight>
class Backward {
 public:
  Backward(ThreadPool& pool, const Conv2dBackward<T>& args)
      : pool_(pool),
        args_(args),
        sizes_(args.shape, args.epilogue),
        group_size_(images_of_group<Weight>(args.shape)) {
    const Conv2dShape& s = args.shape;
    gradient_ = {.tiles = tiles_of(s),
                 .images = group_size_,
                 .in_channels = s.in_channels,
                 .out_channels = s.out_channels,
                 .epilogue = args.epilogue};
    gradient_.inputs = scratch<Weight, kInputs>(gradient_.input_size());
    gradient_.results = scratch<Weight, kResults>(gradient_.result_size());
    if constexpr (std::is_same_v<Weight, float>) {
      gradient_.results_by_row = gradient_.results;
      gradient_.input_gradients = gradient_.inputs;
    } else {
      gradient_.results_by_row = scratch<Weight, kResultsByRow>(gradient_.result_size());
      gradient_.input_gradients = scratch<float, kInputGradients>(gradient_.input_size());
    }
    if (args.dx != nullptr) {
      const float* const weight = widened<kWeight>(args.weight, s.patch() * s.out_channels);
      gradient_.filters = transformed_filters<Weight>(pool, s.out_channels, s.in_channels,
                                                      exchanged_channels(pool, s, weight));
    }
    if (args.dweight != nullptr) {
      gradient_.filter_gradients = scratch<float, kFilterGradients>(gradient_.filter_size());
    }
    if (args.dbias != nullptr) {
      bias_partials_ = scratch<float, kBias>(s.batch * s.out_channels);
    }
  }

  void run() {
    const Conv2dShape& s = args_.shape;
    for (Index first = 0; first < s.batch; first += group_size_) {
      gradient_.images = std::min(group_size_, s.batch - first);
      transform(first);
      pool_.run(kWinogradPositions,
                [&](Index position) { simd::winograd_multiply(gradient_, position, first > 0); });
      if (args_.dx != nullptr) {
        store_input_gradients(first);
      }
    }
    if (args_.dweight != nullptr) {
      parallel_for(pool_, s.out_channels, kColumnBlock, [&](Index begin, Index) {
        const Index matrices = kWinogradPositions * s.in_channels;
        simd::winograd_filter_gradient(
            {.in_channels = s.in_channels,
             .transformed = gradient_.filter_gradients + begin * matrices,
             .dweight = args_.dweight + begin,
             .row = s.out_channels});
      });
    }
    if (args_.dbias != nullptr) {
      add_in_order(pool_, s.batch, s.out_channels, bias_partials_, args_.dbias);
    }
  }

 private:
  void transform(Index first) {
    pool_.run(gradient_.images, [&](Index i) {
      const Index image = first + i;
      if (args_.dweight != nullptr) {
        const PaddedImage x = padded_image(args_.shape, gradient_.tiles);
        x.copy_from(args_.x + image * sizes_.input);
        simd::winograd_transform_input(gradient_, i, x.const_view());
      }
      simd::winograd_transform_gradient(
          gradient_, i, result_gradient(image),
          args_.dbias != nullptr ? bias_partials_ + image * args_.shape.out_channels : nullptr);
    });
  }

  simd::ResultGradient result_gradient(Index image) const {
    simd::ResultGradient result;
    result.dy = widened<kGradient>(args_.dy + image * sizes_.pooled, sizes_.pooled);
    if (args_.epilogue != Epilogue::none) {
      result.y = widened<kResult>(args_.y + image * sizes_.pooled, sizes_.pooled);
    }
    if (args_.epilogue == Epilogue::relu_pool) {
      result.argmax = args_.argmax + image * sizes_.argmax;
    }
    return result;
  }

  void store_input_gradients(Index first) {
    pool_.run(gradient_.images, [&](Index i) {
      const PaddedImage dx = padded_image(args_.shape, gradient_.tiles);
      simd::winograd_input_gradient(gradient_, i, dx.view());
      dx.copy_to(args_.dx + (first + i) * sizes_.input);
    });
  }

  ThreadPool& pool_;
  const Conv2dBackward<T>& args_;
  ImageSizes sizes_;
  Index group_size_;
  WinogradGradient<Weight> gradient_;
  float* bias_partials_ = nullptr;
};

template <class T, class Weight>
void forward(ThreadPool& pool, const Conv2dForward<T>& args) {
  const Conv2dShape& s = args.shape;
  const ImageSizes sizes(s, args.epilogue);
  const float* const weight = widened<kWeight>(args.weight, s.patch() * s.out_channels);
  const simd::WinogradConv<Weight> conv{
      .tiles = {.height = s.out_height(), .width = s.out_width()},
      .in_channels = s.in_channels,
      .out_channels = s.out_channels,
      .epilogue = args.epilogue,
      .filters = transformed_filters<Weight>(pool, s.in_channels, s.out_channels, weight),
      .bias = args.bias};
  pool.run(s.batch, [&](Index image) {
    const PaddedImage x = padded_image(s, conv.tiles);
    x.copy_from(args.x + image * sizes.input);
    const Narrowed<kResult, T> y(args.y + image * sizes.pooled, sizes.pooled);
    simd::winograd(conv, x.const_view(), {y.data(), sizes.pooled_row},
                   args.argmax != nullptr ? args.argmax + image * sizes.argmax : nullptr,
                   {.values = scratch<Weight, kConvInputs>(conv.input_size())},
                   scratch<float, kProducts>(conv.product_size()));
    y.store();
  });
}

}  // namespace

bool supports_winograd(const Conv2dShape& s) {
  return s.kernel == 3 && s.stride == 1 && s.in_channels % kColumnBlock == 0 &&
         s.out_channels % kColumnBlock == 0 &&
         kWinogradPositions * tiles_of(s).count() < 9 * s.out_height() * s.out_width();
}

void winograd_forward(const Stream& stream, const Conv2dForward<float>& args) {
  forward<float, float>(*stream.pool, args);
}
void winograd_forward(const Stream& stream, const Conv2dForward<bfloat16>& args) {
  if (simd::has_bf16()) {
    forward<bfloat16, bfloat16>(*stream.pool, args);
  } else {
    forward<bfloat16, float>(*stream.pool, args);
  }
}

void winograd_backward(const Stream& stream, const Conv2dBackward<float>& args) {
  Backward<float, float>(*stream.pool, args).run();
}
void winograd_backward(const Stream& stream, const Conv2dBackward<bfloat16>& args) {
  if (simd::has_bf16()) {
    Backward<bfloat16, bfloat16>(*stream.pool, args).run();
  } else {
    Backward<bfloat16, float>(*stream.pool, args).run();
  }
}

}  // namespace inkling::cpu

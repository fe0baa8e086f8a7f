// The steps of Winograd's minimal filtering, divided among threads so that every sum is made by one
// of them, in an order of its own.
#include "kernels/cpu/conv2d/winograd_conv.h"

#include <algorithm>

#include "kernels/cpu/conv2d/add_in_order.h"
#include "kernels/cpu/scratch.h"
#include "kernels/cpu/simd/winograd.h"
#include "kernels/cpu/simd/winograd_gradient.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {
namespace {

using simd::ImageView;
using simd::kColumnBlock;
using simd::kWinogradPositions;
using simd::WinogradGradient;
using simd::WinogradTiles;

// Buffers of a call, which its threads share.
enum SharedSlot : int {
  kFilters,
  kTransposed,
  kInputs,
  kResults,
  kFilterGradients,
  kBias,
  kShared
};
// And a thread's own.
enum ThreadSlot : int { kPadded = kShared, kWorkspace };

// So many bytes of transformed inputs and results are multiplied together: enough for long sums,
// few enough for a shared cache.
constexpr Index kGroupBytes = Index{8} << 20;

WinogradTiles tiles_of(const Conv2dShape& s) {
  return {.height = s.out_height(), .width = s.out_width()};
}

// An image with its padding and the zeros that the last tiles reach.
class PaddedImage {
 public:
  explicit PaddedImage(const Conv2dShape& shape)
      : shape_(shape),
        row_(tiles_of(shape).padded_width() * shape.in_channels),
        size_(tiles_of(shape).padded_height() * row_),
        data_(scratch<float, kPadded>(size_)) {
    std::fill_n(data_, size_, 0.0F);
  }

  ImageView<float> view() const { return {data_, row_}; }
  ImageView<const float> const_view() const { return {data_, row_}; }

  void copy_from(const float* image) const {
    for (Index y = 0; y < shape_.in_height; ++y) {
      std::copy_n(image + y * image_row(), image_row(), first() + y * row_);
    }
  }
  void copy_to(float* image) const {
    for (Index y = 0; y < shape_.in_height; ++y) {
      std::copy_n(first() + y * row_, image_row(), image + y * image_row());
    }
  }

 private:
  Index image_row() const { return shape_.in_width * shape_.in_channels; }
  float* first() const { return data_ + shape_.padding * (row_ + shape_.in_channels); }

  const Conv2dShape& shape_;
  Index row_;
  Index size_;
  float* data_;
};

// Where an image's data are in the tensors of a convolution.
struct ImageSizes {
  ImageSizes(const Conv2dShape& s, Epilogue epilogue)
      : input(s.in_height * s.in_width * s.in_channels),
        row((epilogue == Epilogue::relu_pool ? s.out_width() / 2 : s.out_width()) * s.out_channels),
        result((epilogue == Epilogue::relu_pool ? s.out_height() / 2 : s.out_height()) * row),
        argmax(result / s.out_channels * packed_argmax_bytes(s.out_channels)) {}

  Index input;
  Index row;  // of the result as stored
  Index result;
  Index argmax;
};

// The transformed filters of a weight [3, 3, in, out].
const float* transformed_filters(ThreadPool& pool, Index in, Index out, const float* weight) {
  const Index block = kWinogradPositions * in * kColumnBlock;
  float* const filters = scratch<float, kFilters>(kWinogradPositions * in * out);
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
Index images_of_group(const Conv2dShape& s) {
  const Index bytes = kWinogradPositions * tiles_of(s).count() * (s.in_channels + s.out_channels) *
                      Index{sizeof(float)};
  const Index most = std::max<Index>(1, kGroupBytes / bytes);
  const Index groups = (s.batch + most - 1) / most;
  return (s.batch + groups - 1) / groups;
}

class Backward {
 public:
  Backward(ThreadPool& pool, const Conv2dBackward<float>& args)
      : pool_(pool),
        args_(args),
        sizes_(args.shape, args.epilogue),
        group_size_(images_of_group(args.shape)) {
    const Conv2dShape& s = args.shape;
    gradient_ = {.tiles = tiles_of(s),
                 .images = group_size_,
                 .in_channels = s.in_channels,
                 .out_channels = s.out_channels,
                 .epilogue = args.epilogue};
    gradient_.inputs = scratch<float, kInputs>(gradient_.input_size());
    gradient_.results = scratch<float, kResults>(gradient_.result_size());
    gradient_.results_by_row = gradient_.results;
    gradient_.input_gradients = gradient_.inputs;
    if (args.dx != nullptr) {
      gradient_.filters = transformed_filters(pool, s.out_channels, s.in_channels,
                                              exchanged_channels(pool, s, args.weight));
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
        const PaddedImage x(args_.shape);
        x.copy_from(args_.x + image * sizes_.input);
        simd::winograd_transform_input(gradient_, i, x.const_view());
      }
      const Index result = image * sizes_.result;
      simd::winograd_transform_gradient(
          gradient_, i,
          {.y = args_.y != nullptr ? args_.y + result : nullptr,
           .argmax = args_.argmax != nullptr ? args_.argmax + image * sizes_.argmax : nullptr,
           .dy = args_.dy + result},
          args_.dbias != nullptr ? bias_partials_ + image * args_.shape.out_channels : nullptr);
    });
  }

  void store_input_gradients(Index first) {
    pool_.run(gradient_.images, [&](Index i) {
      const PaddedImage dx(args_.shape);
      simd::winograd_input_gradient(gradient_, i, dx.view());
      dx.copy_to(args_.dx + (first + i) * sizes_.input);
    });
  }

  ThreadPool& pool_;
  const Conv2dBackward<float>& args_;
  ImageSizes sizes_;
  Index group_size_;
  WinogradGradient<float> gradient_;
  float* bias_partials_ = nullptr;
};

}  // namespace

bool supports_winograd(const Conv2dShape& s) {
  return s.kernel == 3 && s.stride == 1 && s.in_channels % kColumnBlock == 0 &&
         s.out_channels % kColumnBlock == 0 &&
         kWinogradPositions * tiles_of(s).count() < 9 * s.out_height() * s.out_width();
}

void winograd_forward(const Stream& stream, const Conv2dForward<float>& args) {
  const Conv2dShape& s = args.shape;
  const ImageSizes sizes(s, args.epilogue);
  const simd::WinogradConv<float> conv{
      .tiles = tiles_of(s),
      .in_channels = s.in_channels,
      .out_channels = s.out_channels,
      .epilogue = args.epilogue,
      .filters = transformed_filters(*stream.pool, s.in_channels, s.out_channels, args.weight),
      .bias = args.bias};
  stream.pool->run(s.batch, [&](Index image) {
    const PaddedImage x(s);
    x.copy_from(args.x + image * sizes.input);
    simd::winograd(conv, x.const_view(), {args.y + image * sizes.result, sizes.row},
                   args.argmax != nullptr ? args.argmax + image * sizes.argmax : nullptr,
                   scratch<float, kWorkspace>(conv.workspace()));
  });
}

void winograd_backward(const Stream& stream, const Conv2dBackward<float>& args) {
  Backward(*stream.pool, args).run();
}

}  // namespace inkling::cpu

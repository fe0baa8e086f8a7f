// Rows of a uint8 data set in device memory → a normalized batch, optionally augmented.
//
//   thread  a pixel of the batch, in a grid-stride loop
//
// Bound: memory, a byte read and a float32 written per pixel: 3.9 kB per image, under a microsecond
// for 512 of them on an H200.
//
// Test: script/test -R 'CudaKernels.(Gathers|Augments)'. Time: bench-kernels (script/gpu).
#include "kernels/affine.h"
#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/vec.h"

namespace inkling::cuda {
namespace {

template <class T>
__global__ void gather_kernel(GatherBatch<T> args, float scale, float shift) {
  const Index size = args.batch * args.pixels;
  for (Index i = first_element(); i < size; i += element_stride()) {
    const Index row = i / args.pixels;
    const Index source = args.indices[row];
    store(args.y[i],
          static_cast<float>(args.images[source * args.pixels + i % args.pixels]) * scale + shift);
    if (args.labels != nullptr && i % args.pixels == 0) {
      args.batch_labels[row] = args.labels[source];
    }
  }
}

// Each pixel draws its image's transform again: two Philox calls instead of a barrier.
template <class T>
__global__ void augment_kernel(AugmentBatch<T> args, float scale, float shift) {
  const GatherBatch<T>& gather = args.gather;
  const auto step = static_cast<std::uint32_t>(*args.step);
  for (Index i = first_element(); i < gather.batch * gather.pixels; i += element_stride()) {
    const Index row = i / gather.pixels;
    const Index pixel = i % gather.pixels;
    const Index source = gather.indices[row];
    const Affine affine =
        draw_affine(args.limits, args.seed, step, static_cast<std::uint32_t>(row));
    const float value = sample(affine, gather.images + source * gather.pixels, args.height,
                               args.width, pixel % args.width, pixel / args.width);
    store(gather.y[i], value * scale + shift);
    if (gather.labels != nullptr && pixel == 0) {
      gather.batch_labels[row] = gather.labels[source];
    }
  }
}

}  // namespace

template <class T>
void gather_batch(const Stream& stream, const GatherBatch<T>& args) {
  const Context& context = context_of(stream);
  launch(gather_kernel<T>, elementwise_grid(context, args.batch * args.pixels), context.stream,
         args, static_cast<float>(1 / (255 * args.std)), static_cast<float>(-args.mean / args.std));
}

template <class T>
void augment_batch(const Stream& stream, const AugmentBatch<T>& args) {
  const Context& context = context_of(stream);
  const GatherBatch<T>& gather = args.gather;
  launch(augment_kernel<T>, elementwise_grid(context, gather.batch * gather.pixels), context.stream,
         args, static_cast<float>(1 / (255 * gather.std)),
         static_cast<float>(-gather.mean / gather.std));
}

INKLING_INSTANTIATE_CUDA(gather_batch);
INKLING_INSTANTIATE_CUDA(augment_batch);

}  // namespace inkling::cuda

// Rows of a uint8 data set in device memory → a normalized batch, optionally augmented.
//
//   gather: thread  a pixel of the batch, in a grid-stride loop
//   augment: block  up to 1,024 pixels of one image, whose elastic offsets are in shared memory
//            thread pixels of it, kThreads apart
//
// Bound: memory, a byte read and a float32 written per pixel: 3.9 kB per image, under a microsecond
// for 512 of them on an H200.
//
// Test: script/test -R 'CudaKernels.(Gathers|Augments)'. Time: bench-kernels (script/gpu).
#include <limits>

#include "kernels/augmentation.h"
#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/vec.h"
#include "kernels/error.h"

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

constexpr Index kPixelsPerBlock = 4 * kThreads;

// Each thread draws its image's transform again: four Philox calls instead of a barrier.
template <class T>
__global__ void augment_kernel(AugmentBatch<T> args, Index blocks_per_image, float scale,
                               float shift) {
  const GatherBatch<T>& gather = args.gather;
  const Index row = static_cast<Index>(blockIdx.x) / blocks_per_image;
  const Index first = static_cast<Index>(blockIdx.x) % blocks_per_image * kPixelsPerBlock;
  const Index rest = gather.pixels - first;
  const Index end = first + (rest < kPixelsPerBlock ? rest : kPixelsPerBlock);
  const AugmentationKey key{args.seed, static_cast<std::uint32_t>(*args.step),
                            static_cast<std::uint32_t>(row)};
  const auto thread = static_cast<int>(threadIdx.x);

  float* elastic = nullptr;
  if (args.limits.elastic > 0) {
    elastic = reinterpret_cast<float*>(shared_memory());  // [2 * kElasticOffsets]
    for (int i = thread; i < 2 * kElasticOffsets; i += kThreads) {
      elastic[i] = elastic_offset(args.limits.elastic, key, i);
    }
    __syncthreads();
  }

  const Index source_row = gather.indices[row];
  const SourceImage source{gather.images + source_row * gather.pixels, args.height, args.width};
  const ImageAugmentation drawn = draw_augmentation(args.limits, key, args.height, args.width);
  for (Index i = first + thread; i < end; i += kThreads) {
    const float value =
        augmented_pixel(source, drawn, key, elastic, i % args.width, i / args.width);
    store(gather.y[row * gather.pixels + i], value * scale + shift);
  }
  if (gather.labels != nullptr && first + thread == 0) {
    gather.batch_labels[row] = gather.labels[source_row];
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
  const Index blocks_per_image = ceil_divide(gather.pixels, kPixelsPerBlock);
  const Index blocks = gather.batch * blocks_per_image;
  if (blocks > std::numeric_limits<std::int32_t>::max()) {
    throw TooLarge("augment_batch: expected fewer than 2^31 blocks of " +
                   std::to_string(kPixelsPerBlock) + " pixels, received " + std::to_string(blocks));
  }
  if (blocks > 0) {
    launch(augment_kernel<T>,
           {.blocks = dim3(static_cast<unsigned>(blocks)),
            .threads = dim3(kThreads),
            .shared_bytes = 2 * kElasticOffsets * sizeof(float)},
           context.stream, args, blocks_per_image, static_cast<float>(1 / (255 * gather.std)),
           static_cast<float>(-gather.mean / gather.std));
  }
}

INKLING_INSTANTIATE_CUDA(gather_batch);
INKLING_INSTANTIATE_CUDA(augment_batch);

}  // namespace inkling::cuda

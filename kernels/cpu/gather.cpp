// Rows of a byte data set → a normalized batch, with or without augmentation.
#include <algorithm>
#include <array>

#include "kernels/augmentation.h"
#include "kernels/cpu/widen.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {
namespace {

constexpr Index kPictures = 16;  // a chunk

template <class T>
void copy_label(const GatherBatch<T>& args, Index index) {
  if (args.labels != nullptr) {
    args.batch_labels[index] = args.labels[args.indices[index]];
  }
}

using ElasticOffsets = std::array<float, std::size_t{2} * kElasticOffsets>;

ElasticOffsets elastic_offsets(const Augmentation& limits, const AugmentationKey& key) {
  ElasticOffsets offsets{};
  if (limits.elastic > 0) {
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      offsets[i] = elastic_offset(limits.elastic, key, static_cast<int>(i));
    }
  }
  return offsets;
}

}  // namespace

template <class T>
void gather_batch(const Stream& stream, const GatherBatch<T>& args) {
  std::array<T, 256> normalized{};
  for (std::size_t byte = 0; byte < normalized.size(); ++byte) {
    const double value = (static_cast<double>(byte) / 255 - args.mean) / args.std;
    normalized[byte] = narrow<T>(static_cast<Accum<T>>(value));
  }
  parallel_for(*stream.pool, args.batch, kPictures, [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      const std::uint8_t* image = args.images + args.indices[row] * args.pixels;
      std::transform(image, image + args.pixels, args.y + row * args.pixels,
                     [&](std::uint8_t byte) { return normalized[byte]; });
      copy_label(args, row);
    }
  });
}

template <class T>
void augment_batch(const Stream& stream, const AugmentBatch<T>& args) {
  const GatherBatch<T>& gather = args.gather;
  parallel_for(*stream.pool, gather.batch, kPictures, [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      const SourceImage source{gather.images + gather.indices[row] * gather.pixels, args.height,
                               args.width};
      const AugmentationKey key{args.seed, static_cast<std::uint32_t>(*args.step),
                                static_cast<std::uint32_t>(row)};
      const ImageAugmentation drawn = draw_augmentation(args.limits, key, args.height, args.width);
      const ElasticOffsets offsets = elastic_offsets(args.limits, key);
      const float* elastic = args.limits.elastic > 0 ? offsets.data() : nullptr;
      T* y = gather.y + row * gather.pixels;
      for (Index i = 0; i < gather.pixels; ++i) {
        const double value =
            augmented_pixel(source, drawn, key, elastic, i % args.width, i / args.width);
        y[i] = narrow<T>(static_cast<Accum<T>>((value / 255 - gather.mean) / gather.std));
      }
      copy_label(gather, row);
    }
  });
}

INKLING_INSTANTIATE_CPU(gather_batch);
INKLING_INSTANTIATE_CPU(augment_batch);

}  // namespace inkling::cpu

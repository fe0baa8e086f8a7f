// Rows of a byte data set → a normalised batch.
#include <algorithm>
#include <array>

#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {

template <class T>
void gather_batch(const Stream& stream, const GatherBatch<T>& args) {
  std::array<T, 256> normalized{};
  for (std::size_t byte = 0; byte < normalized.size(); ++byte) {
    normalized[byte] =
        static_cast<T>((static_cast<double>(byte) / 255 - args.mean) / args.deviation);
  }
  parallel_for(*stream.pool, args.batch, 16, [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      const std::uint8_t* image = args.images + args.indices[row] * args.pixels;
      std::transform(image, image + args.pixels, args.y + row * args.pixels,
                     [&](std::uint8_t byte) { return normalized[byte]; });
      if (args.labels != nullptr) {
        args.batch_labels[row] = args.labels[args.indices[row]];
      }
    }
  });
}

template void gather_batch(const Stream&, const GatherBatch<float>&);
template void gather_batch(const Stream&, const GatherBatch<double>&);

}  // namespace inkling::cpu

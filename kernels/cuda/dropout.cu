// Inverted dropout. Bound: memory, one read and one write per element; a Philox call yields the
// random numbers of four elements, the same as on the CPU.
#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/vec.h"
#include "kernels/philox.h"

namespace inkling::cuda {
namespace {

template <class T>
__global__ void dropout_kernel(Index size, float p, float scale, DropoutKey key, const T* x, T* y) {
  const Index quads = (size + 3) / 4;
  const auto step = static_cast<std::uint32_t>(*key.step);
  for (Index quad = first_element(); quad < quads; quad += element_stride()) {
    const Philox4 random =
        random4(key.seed, RandomUse::dropout, key.layer, step, static_cast<std::uint32_t>(quad));
    for (int lane = 0; lane < 4 && 4 * quad + lane < size; ++lane) {
      const Index i = 4 * quad + lane;
      store(y[i], uniform01(random.word[lane]) >= p ? to_float(x[i]) * scale : 0.0F);
    }
  }
}

}  // namespace

template <class T>
void dropout(const Stream& stream, Index size, double p, DropoutKey key, const T* x, T* y) {
  const Context& context = context_of(stream);
  launch(dropout_kernel<T>, elementwise_grid(context, ceil_divide(size, 4)), context.stream, size,
         static_cast<float>(p), static_cast<float>(1.0 / (1.0 - p)), key, x, y);
}

template void dropout(const Stream&, Index, double, DropoutKey, const float*, float*);
template void dropout(const Stream&, Index, double, DropoutKey, const bfloat16*, bfloat16*);

}  // namespace inkling::cuda

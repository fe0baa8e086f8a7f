// Inverted dropout; a Philox call yields the random numbers of four elements, the same as on the
// CPU.
//
//   thread  four elements, in a grid-stride loop
//
// Bound: launch latency. LargerCNN's 512 features at batch 512 in bf16 are 0.5 MB read and as much
// written, 0.2 µs of an H200's 4.8 TB/s.
//
// Test: script/test -R CudaKernels.Dropout. Time: bench-kernels (script/gpu).
#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/vec.h"
#include "kernels/philox.h"

namespace inkling::cuda {
namespace {

template <class T>
__global__ void dropout_kernel(Dropout<T> args, float p, float scale) {
  const Index quads = (args.size + 3) / 4;
  const auto step = static_cast<std::uint32_t>(*args.key.step);
  for (Index quad = first_element(); quad < quads; quad += element_stride()) {
    const Philox4 random = random4(args.key.seed, RandomUse::dropout, args.key.layer, step,
                                   static_cast<std::uint32_t>(quad));
    for (int lane = 0; lane < 4 && 4 * quad + lane < args.size; ++lane) {
      const Index i = 4 * quad + lane;
      store(args.y[i], uniform01(random.word[lane]) >= p ? to_float(args.x[i]) * scale : 0.0F);
    }
  }
}

}  // namespace

template <class T>
void dropout(const Stream& stream, const Dropout<T>& args) {
  const Context& context = context_of(stream);
  launch(dropout_kernel<T>, elementwise_grid(context, ceil_divide(args.size, 4)), context.stream,
         args, static_cast<float>(args.p), static_cast<float>(1.0 / (1.0 - args.p)));
}

INKLING_INSTANTIATE_CUDA(dropout);

}  // namespace inkling::cuda

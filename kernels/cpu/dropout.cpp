// Inverted dropout (Srivastava et al. 2014). The mask is not stored: forward and gradient draw the
// same Philox numbers.
#include <algorithm>

#include "kernels/cpu/elementwise.h"
#include "kernels/cpu/widen.h"
#include "kernels/kernels.h"
#include "kernels/philox.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {

template <class T>
void dropout(const Stream& stream, const Dropout<T>& args) {
  const auto threshold = static_cast<float>(args.p);
  const auto step = static_cast<std::uint32_t>(*args.key.step);
  const auto scale = static_cast<Accum<T>>(1.0 / (1.0 - args.p));
  parallel_for(*stream.pool, args.size, kElementGrain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; i += 4) {
      const Philox4 random = random4(args.key.seed, RandomUse::dropout, args.key.layer, step,
                                     static_cast<std::uint32_t>(i / 4));
      for (Index lane = 0; lane < std::min<Index>(4, end - i); ++lane) {
        const bool keep = uniform01(random.word[lane]) >= threshold;
        args.y[i + lane] = keep ? narrow<T>(widen(args.x[i + lane]) * scale) : T{};
      }
    }
  });
}

INKLING_INSTANTIATE_CPU(dropout);

}  // namespace inkling::cpu

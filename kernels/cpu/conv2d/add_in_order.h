// Sums whose order does not depend on the number of threads.
#pragma once

#include <algorithm>

#include "kernels/thread_pool.h"
#include "kernels/types.h"

namespace inkling::cpu {

// sum[i] = partials[0][i] + partials[1][i] + …, in that order.
template <class T>
void add_in_order(ThreadPool& pool, Index chunks, Index size, const T* partials, T* sum) {
  parallel_for(pool, size, 16384, [&](Index begin, Index end) {
    std::copy(partials + begin, partials + end, sum + begin);
    for (Index chunk = 1; chunk < chunks; ++chunk) {
      const T* part = partials + chunk * size;
      for (Index i = begin; i < end; ++i) {
        sum[i] += part[i];
      }
    }
  });
}

}  // namespace inkling::cpu

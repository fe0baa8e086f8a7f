// Matrix multiplication on one core, through Eigen, compiled once for each level of the processor
// and chosen at run time.
#pragma once

#include "kernels/types.h"

namespace inkling::cpu {

// c = op(a) op(b), or c += when accumulate. All row-major and dense; op(a) is m×k, op(b) is k×n, c
// is m×n, with c's rows c_stride elements apart.
template <class T>
struct Gemm {
  Index m = 0;
  Index n = 0;
  Index k = 0;
  const T* a = nullptr;
  bool a_transposed = false;  // a is stored k×m
  Index a_stride = 0;         // elements between a's stored rows
  const T* b = nullptr;
  bool b_transposed = false;  // b is stored n×k
  Index b_stride = 0;
  T* c = nullptr;
  Index c_stride = 0;
  bool accumulate = false;
};

void gemm(const Gemm<float>& args);
void gemm(const Gemm<double>& args);

}  // namespace inkling::cpu

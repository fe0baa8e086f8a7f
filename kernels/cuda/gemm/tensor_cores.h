// The tensor cores' product as a policy of gemm_split_k() (split_k.h): by wgmma on Hopper, by
// mma.sync on the other cards from sm_80 on.
#pragma once

#include "kernels/cuda/gemm/tensor_op_gemm.h"
#include "kernels/cuda/gemm/wgmma_gemm.h"

namespace inkling::cuda {

struct TensorOpGemm {
  static constexpr Index kMinSplitK = 128;

  static Index tiles(const Stream& stream, const GemmSize& size) {
    if (wgmma::supports(stream)) {
      return wgmma::is_narrow(size) ? wgmma::tiles<wgmma::NarrowTile>(size)
                                    : wgmma::tiles<wgmma::SquareTile>(size);
    }
    return tensor_op::is_narrow(size) ? tensor_op::tiles<tensor_op::NarrowTile>(size)
                                      : tensor_op::tiles<tensor_op::SquareTile>(size);
  }

  template <class A, class B, class EpilogueOp>
  static void run(const Stream& stream, const A& a, const B& b, const EpilogueOp& epilogue,
                  const GemmSize& size, int splits) {
    if (wgmma::supports(stream)) {
      if (wgmma::is_narrow(size)) {
        wgmma::run<wgmma::NarrowTile>(stream, a, b, epilogue, size, splits);
      } else {
        wgmma::run<wgmma::SquareTile>(stream, a, b, epilogue, size, splits);
      }
    } else if (tensor_op::is_narrow(size)) {
      tensor_op::run<tensor_op::NarrowTile>(stream, a, b, epilogue, size, splits);
    } else {
      tensor_op::run<tensor_op::SquareTile>(stream, a, b, epilogue, size, splits);
    }
  }
};

}  // namespace inkling::cuda

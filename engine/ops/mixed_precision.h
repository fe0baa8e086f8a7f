// Mixed precision (Micikevicius et al. 2018): parameters and their gradients have the accumulation
// dtype of the activations (float32 beside bfloat16, else the same); a parameter is rounded to the
// activations' dtype where it is multiplied.
#pragma once

#include "engine/ops/checks.h"
#include "kernels/kernels.h"

namespace inkling {

// A parameter must be on the activations' device and of their accumulation dtype.
inline void check_parameter(const char* op, const Tensor& activations, const Tensor& parameter) {
  if (parameter.dtype() != accum_dtype(activations.dtype())) {
    fail(op,
         std::string(to_string(accum_dtype(activations.dtype()))) + " parameters beside " +
             to_string(activations.dtype()),
         to_string(parameter.dtype()));
  }
  if (!(activations.device() == parameter.device())) {
    fail(op, "tensors of one device", "two");
  }
}

// The parameter as it is multiplied with activations of this dtype.
inline Tensor rounded_to(Dtype dtype, const Tensor& parameter) {
  if (dtype == parameter.dtype()) {
    return parameter;
  }
  const Device& device = parameter.device();
  Tensor rounded(parameter.shape(), dtype, device);
  pick(device.type(), cpu::cast_to_bfloat16, cuda::cast_to_bfloat16)(
      device.stream(),
      {.size = parameter.size(), .x = parameter.data<float>(), .y = rounded.data<bfloat16>()});
  return rounded;
}

}  // namespace inkling

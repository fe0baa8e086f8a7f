// Parameters beside activations of another precision: they are kept in the wide dtype (float32
// beside bfloat16, else the same) and rounded where they are multiplied; their gradients come out
// wide (Micikevicius et al. 2018, "Mixed Precision Training").
#pragma once

#include "engine/ops/checks.h"
#include "kernels/kernels.h"

namespace inkling {

// A parameter beside activations: on their device, in their wide dtype.
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

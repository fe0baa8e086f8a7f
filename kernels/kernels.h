// The kernels: arithmetic on raw pointers and sizes, the same functions in namespace cpu and in
// namespace cuda. Pointers are to memory of the stream's device; images are NHWC (channels
// innermost). Kernels trust their arguments: engine/ops checks shapes. Results do not depend on the
// number of threads. On CUDA they are asynchronous.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "kernels/kernel_list.h"
#include "kernels/stream.h"

#define INKLING_DECLARE_TEMPLATE(name, Args) \
  template <class T>                         \
  void name(const Stream& stream, const Args<T>& args);
#define INKLING_DECLARE_FUNCTION(name, Args) void name(const Stream& stream, const Args& args);

namespace inkling::cpu {
#include "kernels/device_list.h"
INKLING_KERNEL_TEMPLATES(INKLING_DECLARE_TEMPLATE)
INKLING_KERNEL_FUNCTIONS(INKLING_DECLARE_FUNCTION)
}  // namespace inkling::cpu

namespace inkling::cuda {
#include "kernels/device_list.h"  // NOLINT(readability-duplicate-include): see its head
INKLING_KERNEL_TEMPLATES(INKLING_DECLARE_TEMPLATE)
INKLING_KERNEL_FUNCTIONS(INKLING_DECLARE_FUNCTION)
}  // namespace inkling::cuda

#undef INKLING_DECLARE_TEMPLATE
#undef INKLING_DECLARE_FUNCTION

namespace inkling {

// The argument type of a kernel by its name: KernelArgs::relu_forward<float> is ReluForward<float>.
// NOLINTBEGIN(bugprone-macro-parentheses): names and templates, not expressions
#define INKLING_NAME_ARGS(name, Args) \
  template <class T>                  \
  using name = Args<T>;
// NOLINTEND(bugprone-macro-parentheses)
struct KernelArgs {
  INKLING_KERNEL_TEMPLATES(INKLING_NAME_ARGS)
};
#undef INKLING_NAME_ARGS

// The kernel for a device, of the two that do the same: pick(device, cpu::f<T>, cuda::f<T>)(stream,
// args).
template <class Function>
Function* pick(DeviceType device, Function* on_cpu, Function* on_cuda) {
  return device == DeviceType::cpu ? on_cpu : on_cuda;
}

}  // namespace inkling

// Instantiates a kernel's template for a device's element types, at the end of the file that
// defines it.
#define INKLING_INSTANTIATE(name, T) template void name(const Stream&, const KernelArgs::name<T>&)
#define INKLING_INSTANTIATE_CPU(name) \
  INKLING_INSTANTIATE(name, float);   \
  INKLING_INSTANTIATE(name, double);  \
  INKLING_INSTANTIATE(name, bfloat16)
#define INKLING_INSTANTIATE_CUDA(name) \
  INKLING_INSTANTIATE(name, float);    \
  INKLING_INSTANTIATE(name, bfloat16)

// The arithmetic of Inkling on raw pointers and sizes, for two kinds of device with one list of
// signatures.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "kernels/arguments.h"
#include "kernels/stream.h"

namespace inkling::cpu {
#include "kernels/kernel_list.h"
}

namespace inkling::cuda {
#include "kernels/kernel_list.h"  // NOLINT(readability-duplicate-include): on purpose, see its head
}

namespace inkling {

// The kernel for a device, of the two that do the same: pick(device, cpu::f<T>, cuda::f<T>)(stream,
// …). Signatures that differ do not compile.
template <class Function>
Function* pick(DeviceType device, Function* on_cpu, Function* on_cuda) {
  return device == DeviceType::cpu ? on_cpu : on_cuda;
}

}  // namespace inkling

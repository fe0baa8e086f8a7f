// float64 on CUDA, which only the CPU has; in a build without CUDA (INKLING_CUDA), all of it.
#include "kernels/error.h"
#include "kernels/stub.h"

namespace inkling::cuda {
namespace {

[[noreturn]] void unavailable() {
#ifdef INKLING_CUDA
  throw UnsupportedDtype(DeviceType::cuda, "float32 or bfloat16", "float64");
#else
  throw NoDevice("this build has no CUDA");
#endif
}

}  // namespace

INKLING_KERNEL_TEMPLATES(INKLING_STUB_TEMPLATE)
INKLING_KERNEL_TEMPLATES(INKLING_INSTANTIATE_DOUBLE)

#ifndef INKLING_CUDA
INKLING_KERNEL_TEMPLATES(INKLING_INSTANTIATE_FLOAT)
INKLING_KERNEL_TEMPLATES(INKLING_INSTANTIATE_BFLOAT16)
INKLING_KERNEL_FUNCTIONS(INKLING_STUB_FUNCTION)

int device_count() { return 0; }
std::shared_ptr<const Stream> open_stream(int) { unavailable(); }
DeviceDescription describe(const Stream&) { unavailable(); }
void* allocate(const Stream&, std::size_t) { unavailable(); }
void deallocate(const Stream&, void*) noexcept {}
void copy_from_host(const Stream&, const void*, void*, std::size_t) { unavailable(); }
void copy_to_host(const Stream&, const void*, void*, std::size_t) { unavailable(); }
void copy(const Stream&, const void*, void*, std::size_t) { unavailable(); }
void fill_zero(const Stream&, void*, std::size_t) { unavailable(); }
std::shared_ptr<const void> capture_graph(const Stream&, const std::function<void()>&) {
  unavailable();
}
void launch_graph(const Stream&, const void*) { unavailable(); }
#endif

}  // namespace inkling::cuda

// What there is not: without CUDA everything in namespace cuda, with it (INKLING_CUDA) what is
// float64, which exists on the CPU alone, for gradient checks. Each call says so.
#include <stdexcept>
#include <tuple>

#include "kernels/kernels.h"

namespace inkling::cuda {
namespace {

[[noreturn]] void unavailable() {
#ifdef INKLING_CUDA
  throw std::runtime_error(
      "CUDA: expected float32 or bfloat16, received float64: use --device cpu");
#else
  throw std::runtime_error("this build has no CUDA: use --device cpu");
#endif
}

}  // namespace

#include "kernels/unavailable_list.h"

template struct Instantiate<double>;

#ifndef INKLING_CUDA
template struct Instantiate<float>;
template struct Instantiate<bfloat16>;

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
void load_step_inputs(const Stream&, const LoadStepInputs&) { unavailable(); }
void accumulate_metrics(const Stream&, const AccumulateMetrics&) { unavailable(); }
void cast_to_bfloat16(const Stream&, Index, const float*, bfloat16*) { unavailable(); }
#endif

}  // namespace inkling::cuda

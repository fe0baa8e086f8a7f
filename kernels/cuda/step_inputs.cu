// A training step's inputs, read from tables on the device, and its metrics, added to the epoch's.
//
//   block   one: every thread has read the counters before thread 0 advances them
//   thread  rows of the batch, 256 apart
//
// Bound: launch latency.
//
// Test: script/test -R 'CudaKernels.(LoadStepInputs|AccumulateMetrics)'
#include "kernels/cuda/runtime/context.h"

namespace inkling::cuda {
namespace {

__global__ void load_step_inputs_kernel(LoadStepInputs args) {
  const std::int32_t step = args.counters[0];
  const std::int32_t step_of_epoch = args.counters[1];
  const std::int32_t first = args.counters[2];
  __syncthreads();
  for (Index i = threadIdx.x; i < args.batch; i += blockDim.x) {
    args.rows[i] = args.order[first + i];
  }
  if (threadIdx.x == 0) {
    *args.step_coefficients = args.coefficients[step_of_epoch];
    *args.step = step;
    args.counters[0] = step + 1;
    args.counters[1] = step_of_epoch + 1;
    args.counters[2] = first + static_cast<std::int32_t>(args.batch);
  }
}

__global__ void accumulate_metrics_kernel(AccumulateMetrics args) {
  args.sums[0] += static_cast<double>(*args.loss) * static_cast<double>(args.batch);
  args.sums[1] += *args.correct;
}

}  // namespace

void load_step_inputs(const Stream& stream, const LoadStepInputs& args) {
  launch(load_step_inputs_kernel, {dim3(1), dim3(kThreads)}, context_of(stream).stream, args);
}

void accumulate_metrics(const Stream& stream, const AccumulateMetrics& args) {
  launch(accumulate_metrics_kernel, {dim3(1), dim3(1)}, context_of(stream).stream, args);
}

}  // namespace inkling::cuda

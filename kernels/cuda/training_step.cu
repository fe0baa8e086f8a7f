// What a training step begins and ends with: its rows and coefficients out of tables, its results
// into sums; and the weights rounded for it. All are a launch's time but the rounding, 6 bytes a
// weight: LargerCNN's 6.9 million are 42 MB, 9 µs of an H200's 4.8 TB/s.
#include "kernels/cuda/context.h"

namespace inkling::cuda {
namespace {

// One block, so that all have read the counters before one thread moves them on.
__global__ void load_step_inputs_kernel(LoadStepInputs args) {
  const std::int32_t step = args.counters[0];
  const std::int32_t step_of_epoch = args.counters[1];
  const std::int32_t first = args.counters[2];
  __syncthreads();
  for (Index i = threadIdx.x; i < args.batch; i += blockDim.x) {
    args.rows[i] = args.order[first + i];
  }
  if (threadIdx.x < 3) {
    args.step_coefficients[threadIdx.x] = args.coefficients[Index{3} * step_of_epoch + threadIdx.x];
  }
  if (threadIdx.x == 0) {
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

// Eight reads under way a thread: one would leave memory idle.
__global__ void round_kernel(Index size, const float* __restrict__ x, bfloat16* __restrict__ y) {
#pragma unroll 8
  for (Index i = first_element(); i < size; i += element_stride()) {
    y[i] = to_bfloat16(x[i]);
  }
}

}  // namespace

void load_step_inputs(const Stream& stream, const LoadStepInputs& args) {
  launch(load_step_inputs_kernel, {dim3(1), dim3(kThreads)}, context_of(stream).stream, args);
}

void accumulate_metrics(const Stream& stream, const AccumulateMetrics& args) {
  launch(accumulate_metrics_kernel, {dim3(1), dim3(1)}, context_of(stream).stream, args);
}

void round_to_bfloat16(const Stream& stream, Index size, const float* x, bfloat16* y) {
  const Context& context = context_of(stream);
  launch(round_kernel, elementwise_grid(context, size), context.stream, size, x, y);
}

}  // namespace inkling::cuda

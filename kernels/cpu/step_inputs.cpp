// A training step's inputs, read from tables, and its metrics, added to the epoch's.
#include <algorithm>

#include "kernels/kernels.h"

namespace inkling::cpu {

void load_step_inputs(const Stream&, const LoadStepInputs& args) {
  const std::int32_t step = args.counters[0];
  *args.step = step;
  *args.step_coefficients = args.coefficients[args.counters[1]];
  std::copy_n(args.order + args.counters[2], args.batch, args.rows);
  ++args.counters[0];
  ++args.counters[1];
  args.counters[2] += static_cast<std::int32_t>(args.batch);
}

void accumulate_metrics(const Stream&, const AccumulateMetrics& args) {
  args.sums[0] += static_cast<double>(*args.loss) * static_cast<double>(args.batch);
  args.sums[1] += *args.correct;
}

}  // namespace inkling::cpu

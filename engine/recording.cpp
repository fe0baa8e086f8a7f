#include "engine/recording.h"

#include "kernels/kernels.h"

namespace inkling {

void Recording::run() {
  const DeviceType type = device_.type();
  if (!warm_) {
    // Not recorded: what a GPU prepares for a kernel's first launch cannot be.
    work_();
    warm_ = true;
    return;
  }
  if (!recorded_) {
    recorded_ = pick(type, cpu::record, cuda::record)(device_.stream(), work_);
  }
  pick(type, cpu::replay, cuda::replay)(device_.stream(), recorded_.get());
}

}  // namespace inkling

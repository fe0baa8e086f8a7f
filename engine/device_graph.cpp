#include "engine/device_graph.h"

#include "kernels/kernels.h"

namespace inkling {

void DeviceGraph::run() {
  const DeviceType type = device_.type();
  if (!warmed_up_) {
    work_();
    warmed_up_ = true;
    return;
  }
  if (graph_ == nullptr) {
    graph_ = pick(type, cpu::capture_graph, cuda::capture_graph)(device_.stream(), work_);
  }
  pick(type, cpu::launch_graph, cuda::launch_graph)(device_.stream(), graph_.get());
}

}  // namespace inkling

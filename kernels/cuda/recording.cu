// Calls recorded as a CUDA graph: a training step of some forty launches costs the host one. (CUDA C++ Programming
// Guide, "CUDA Graphs", stream capture; memory that the calls take and give back becomes part of the graph.)
#include "kernels/cuda/context.h"

namespace inkling::cuda {
namespace {

class Recording {
 public:
  Recording(const Context& context, const std::function<void()>& calls) {
    check(cudaStreamBeginCapture(context.stream, cudaStreamCaptureModeThreadLocal),
          "beginning to record");
    cudaGraph_t graph = nullptr;
    try {
      calls();
    } catch (...) {
      static_cast<void>(cudaStreamEndCapture(context.stream, &graph));
      if (graph != nullptr) {
        static_cast<void>(cudaGraphDestroy(graph));
      }
      throw;
    }
    check(cudaStreamEndCapture(context.stream, &graph), "recording");
    const cudaError_t status = cudaGraphInstantiate(&executable_, graph, 0);
    static_cast<void>(cudaGraphDestroy(graph));
    check(status, "making a graph of what was recorded");
  }
  ~Recording() { static_cast<void>(cudaGraphExecDestroy(executable_)); }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  cudaGraphExec_t executable() const { return executable_; }

 private:
  cudaGraphExec_t executable_ = nullptr;
};

}  // namespace

std::shared_ptr<const void> record(const Stream& stream, const std::function<void()>& calls) {
  return std::make_shared<const Recording>(context_of(stream), calls);
}

void replay(const Stream& stream, const void* recording) {
  check(cudaGraphLaunch(static_cast<const Recording*>(recording)->executable(),
                        context_of(stream).stream),
        "replaying what was recorded");
}

}  // namespace inkling::cuda

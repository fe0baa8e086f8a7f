// Calls recorded as a CUDA graph: a training step of some forty launches costs the host one. (CUDA
// C++ Programming Guide, "CUDA Graphs", stream capture; memory that the calls take and give back
// becomes part of the graph.)
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
      static_cast<void>(cudaGetLastError());  // what failed is told by the exception
      throw;
    }
    check(cudaStreamEndCapture(context.stream, &graph), "recording");
    const cudaError_t status = cudaGraphInstantiate(&executable_, graph, 0);
    static_cast<void>(cudaGraphDestroy(graph));
    check_memory(status, 0, "making a graph of what was recorded");
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
  trim_pool(context_of(stream));
  return std::make_shared<const Recording>(context_of(stream), calls);
}

void replay(const Stream& stream, const void* recording) {
  check_memory(cudaGraphLaunch(static_cast<const Recording*>(recording)->executable(),
                               context_of(stream).stream),
               0, "replaying what was recorded");
}

}  // namespace inkling::cuda

// CUDA graphs: the some forty launches of a training step cost the host one. (CUDA C++ Programming
// Guide, "CUDA Graphs", stream capture; allocations and frees of the captured calls become nodes of
// the graph.)
#include "kernels/cuda/runtime/context.h"

namespace inkling::cuda {
namespace {

class Graph {
 public:
  Graph(const Context& context, const std::function<void()>& calls) {
    check(cudaStreamBeginCapture(context.stream, cudaStreamCaptureModeThreadLocal),
          "beginning a stream capture");
    cudaGraph_t graph = nullptr;
    try {
      calls();
    } catch (...) {
      static_cast<void>(cudaStreamEndCapture(context.stream, &graph));
      if (graph != nullptr) {
        static_cast<void>(cudaGraphDestroy(graph));
      }
      static_cast<void>(cudaGetLastError());  // the exception reports what failed
      throw;
    }
    check(cudaStreamEndCapture(context.stream, &graph), "capturing a graph");
    const cudaError_t status = cudaGraphInstantiate(&executable_, graph, 0);
    static_cast<void>(cudaGraphDestroy(graph));
    check_memory(status, 0, "instantiating a graph");
  }
  ~Graph() { static_cast<void>(cudaGraphExecDestroy(executable_)); }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  cudaGraphExec_t executable() const { return executable_; }

 private:
  cudaGraphExec_t executable_ = nullptr;
};

}  // namespace

std::shared_ptr<const void> capture_graph(const Stream& stream,
                                          const std::function<void()>& calls) {
  trim_pool(context_of(stream));
  return std::make_shared<const Graph>(context_of(stream), calls);
}

void launch_graph(const Stream& stream, const void* graph) {
  check_memory(
      cudaGraphLaunch(static_cast<const Graph*>(graph)->executable(), context_of(stream).stream), 0,
      "launching a graph");
}

}  // namespace inkling::cuda

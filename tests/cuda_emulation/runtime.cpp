#include "tests/cuda_emulation/runtime.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "tests/cuda_emulation/device_memory.h"
#include "tests/cuda_emulation/emulation.h"
#include "tests/cuda_emulation/poison.h"

namespace inkling::emulation {

using Work = std::function<void()>;

struct Region {
  void* start;
  std::size_t bytes;
  bool freed = false;
};

// A graph and what it was instantiated as are one thing here, shared by two owners.
struct Graph {
  std::vector<Work> work;
  std::vector<Region> memory;  // taken while it was captured: its own for as long as it lives
  int owners = 1;
  int launches = 0;

  Graph() = default;
  ~Graph() {
    for (const Region& region : memory) {
      give_memory_back(region.start);
    }
  }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
};

struct Stream {
  std::unique_ptr<Graph> capturing;
  bool capture_broken = false;
};

namespace {

void submit(Stream* stream, Work work) {
  if (stream->capturing) {
    stream->capturing->work.push_back(std::move(work));
  } else {
    work();
  }
}

cudaError_t not_while_capturing(Stream* stream) {
  stream->capture_broken = true;
  return cudaErrorStreamCaptureUnsupported;
}

cudaError_t give_up(Graph* graph) {
  if (--graph->owners == 0) {
    delete graph;
  }
  return cudaSuccess;
}

// What cudaGetLastError() will tell: the last failure that nobody has asked for.
cudaError_t last_error = cudaSuccess;

cudaError_t told(cudaError_t status) {
  if (status != cudaSuccess) {
    last_error = status;
  }
  return status;
}

cudaError_t take_last_error() { return std::exchange(last_error, cudaSuccess); }

}  // namespace

void launch(cudaStream_t stream, dim3 blocks, dim3 threads, std::size_t shared_bytes,
            std::function<void()> body) {
  submit(stream, [=, body = std::move(body)] { run_grid(blocks, threads, shared_bytes, body); });
}

std::size_t bytes_in_use() { return memory_in_use(); }

}  // namespace inkling::emulation

using inkling::emulation::device_settings;
using inkling::emulation::DeviceAtWork;
using inkling::emulation::DeviceSettings;
using inkling::emulation::give_memory_back;
using inkling::emulation::give_up;
using inkling::emulation::Graph;
using inkling::emulation::is_device_memory;
using inkling::emulation::memory_in_use;
using inkling::emulation::not_while_capturing;
using inkling::emulation::poison;
using inkling::emulation::Region;
using inkling::emulation::Stream;
using inkling::emulation::submit;
using inkling::emulation::take_last_error;
using inkling::emulation::take_memory;
using inkling::emulation::told;
using inkling::emulation::touches_device_memory;
using inkling::emulation::Work;

// NOLINTBEGIN(readability-identifier-naming): CUDA's own names.

const char* cudaGetErrorString(cudaError_t status) {
  switch (status) {
    case cudaSuccess:
      return "no error";
    case cudaErrorInvalidValue:
      return "invalid argument";
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorInvalidConfiguration:
      return "invalid configuration argument";
    case cudaErrorNoDevice:
      return "no CUDA-capable device is detected";
    case cudaErrorInvalidDevice:
      return "invalid device ordinal";
    case cudaErrorStreamCaptureUnsupported:
      return "operation not permitted when stream is capturing";
  }
  return "unknown error";
}

cudaError_t cudaGetLastError() { return take_last_error(); }

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
  return told(device == 0 ? cudaSuccess : cudaErrorInvalidDevice);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  const DeviceSettings& settings = device_settings();
  *properties = {.name = "emulated device",
                 .major = settings.capability / 10,
                 .minor = settings.capability % 10,
                 .multiProcessorCount = settings.multiprocessors,
                 .totalGlobalMem = settings.memory_bytes};
  return told(device == 0 ? cudaSuccess : cudaErrorInvalidDevice);
}

// 1 GHz, 1 GHz, 64 bits, 1 MB: round numbers.
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  *value = attribute == cudaDevAttrGlobalMemoryBusWidth ? 64 : 1'000'000;
  return told(device == 0 ? cudaSuccess : cudaErrorInvalidDevice);
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned /*flags*/) {
  *stream = new Stream;
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  return stream->capturing ? told(not_while_capturing(stream)) : cudaSuccess;
}

// How long a pool keeps what was freed makes no difference here.
cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int device) {
  *pool = nullptr;
  return told(device == 0 ? cudaSuccess : cudaErrorInvalidDevice);
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t /*pool*/, cudaMemPoolAttr /*attribute*/,
                                    void* /*value*/) {
  return cudaSuccess;
}
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t /*pool*/, std::size_t /*keep*/) { return cudaSuccess; }

cudaError_t cudaMallocAsync(void** memory, std::size_t bytes, cudaStream_t stream) {
  *memory = take_memory(bytes);
  if (*memory == nullptr) {
    return told(cudaErrorMemoryAllocation);
  }
  if (stream->capturing) {
    stream->capturing->memory.push_back({*memory, bytes});
  }
  return cudaSuccess;
}

cudaError_t cudaFreeAsync(void* memory, cudaStream_t stream) {
  if (!stream->capturing) {
    return told(give_memory_back(memory) ? cudaSuccess : cudaErrorInvalidValue);
  }
  std::vector<Region>& own = stream->capturing->memory;
  const auto found = std::find_if(
      own.begin(), own.end(), [memory](const Region& region) { return region.start == memory; });
  if (found == own.end()) {
    return told(not_while_capturing(stream));
  }
  found->freed = true;
  // The graph keeps its memory, but what is in it is gone from here on.
  submit(stream, [region = *found] {
    const DeviceAtWork at_work;
    poison(region.start, region.bytes);
  });
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  const bool from_device = kind != cudaMemcpyHostToDevice;
  const bool to_device = kind != cudaMemcpyDeviceToHost;
  const auto fits = [bytes](const void* memory, bool device) {
    return device ? is_device_memory(memory, bytes) : !touches_device_memory(memory, bytes);
  };
  if (!fits(from, from_device) || !fits(to, to_device)) {
    return told(cudaErrorInvalidValue);
  }
  if (stream->capturing && kind != cudaMemcpyDeviceToDevice) {
    // A graph would read or write the host's memory at each launch.
    return told(not_while_capturing(stream));
  }
  submit(stream, [=] {
    const DeviceAtWork at_work;
    std::memcpy(to, from, bytes);
  });
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream) {
  if (!is_device_memory(memory, bytes)) {
    return told(cudaErrorInvalidValue);
  }
  submit(stream, [=] {
    const DeviceAtWork at_work;
    std::memset(memory, value, bytes);
  });
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *total = device_settings().memory_bytes;
  *free = *total - std::min(*total, memory_in_use());
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode /*mode*/) {
  if (stream->capturing) {
    return told(cudaErrorInvalidValue);
  }
  stream->capturing = std::make_unique<Graph>();
  stream->capture_broken = false;
  return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  *graph = nullptr;
  if (!stream->capturing || stream->capture_broken) {
    stream->capturing.reset();
    return told(cudaErrorStreamCaptureUnsupported);
  }
  *graph = stream->capturing.release();
  return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph,
                                 unsigned long long /*flags*/) {
  ++graph->owners;
  *executable = graph;
  return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  if (stream->capturing) {
    return told(not_while_capturing(stream));
  }
  // What a graph allocates and does not free must be freed before it is launched again (CUDA C++
  // Programming Guide, "Graph Memory Nodes"); nobody here does so.
  if (executable->launches++ > 0 &&
      std::any_of(executable->memory.begin(), executable->memory.end(),
                  [](const Region& region) { return !region.freed; })) {
    return told(cudaErrorInvalidValue);
  }
  for (const Work& work : executable->work) {
    work();
  }
  return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) { return give_up(graph); }
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) { return give_up(executable); }
// NOLINTEND(readability-identifier-naming)

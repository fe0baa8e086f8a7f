// The emulated device and its launches.
#include <algorithm>
#include <numeric>
#include <vector>

#include "tests/cuda_emulation/block.h"
#include "tests/cuda_emulation/device_memory.h"

// NOLINTBEGIN(readability-identifier-naming): CUDA's own names.
extern dim3 blockDim;
extern dim3 gridDim;
// NOLINTEND(readability-identifier-naming)

namespace inkling::emulation {
namespace {

// CUDA C++ Programming Guide, "Technical Specifications per Compute Capability".
constexpr unsigned kMaxThreadsPerBlock = 1024;
constexpr unsigned kMaxGridYZ = 65535;  // y and z
constexpr unsigned kMaxGridX = 0x7FFFFFFF;

std::size_t max_shared_bytes() {
  switch (device_settings().capability) {
    case 75:
      return std::size_t{64} << 10;
    case 86:
    case 89:
      return std::size_t{99} << 10;
    case 80:
      return std::size_t{163} << 10;
    default:
      return std::size_t{227} << 10;
  }
}

ThreadOrder& order_in_force() {
  static ThreadOrder order;
  return order;
}
DeviceSettings& settings_in_force() {
  static DeviceSettings settings;
  return settings;
}

void check_launch(dim3 blocks, dim3 threads, std::size_t shared_bytes) {
  const std::uint64_t threads_per_block = std::uint64_t{threads.x} * threads.y * threads.z;
  if (threads_per_block < 1 || threads_per_block > kMaxThreadsPerBlock) {
    throw Error("expected a launch of 1 to 1024 threads a block, received " +
                std::to_string(threads_per_block));
  }
  if (blocks.x < 1 || blocks.x > kMaxGridX || blocks.y < 1 || blocks.y > kMaxGridYZ ||
      blocks.z < 1 || blocks.z > kMaxGridYZ) {
    throw Error("expected a launch of 1 to 2^31 - 1 × 65535 × 65535 blocks, received " +
                std::to_string(blocks.x) + " × " + std::to_string(blocks.y) + " × " +
                std::to_string(blocks.z));
  }
  if (shared_bytes > max_shared_bytes()) {
    throw Error("expected a launch of at most " + std::to_string(max_shared_bytes()) +
                " bytes of shared memory, received " + std::to_string(shared_bytes));
  }
}

// The linear numbers of the blocks, in the order in which they run.
std::vector<std::uint64_t> order_of_blocks(std::uint64_t count) {
  std::vector<std::uint64_t> order(count);
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  if (thread_order().kind == ThreadOrder::Kind::reverse) {
    std::reverse(order.begin(), order.end());
  } else if (thread_order().kind == ThreadOrder::Kind::shuffled) {
    std::uint64_t random = thread_order().seed;
    for (std::uint64_t i = count; i > 1; --i) {  // Fisher and Yates
      random = random * 6364136223846793005U + 1442695040888963407U;
      std::swap(order[i - 1], order[(random >> 33) % i]);
    }
  }
  return order;
}

}  // namespace

ScopedThreadOrder::ScopedThreadOrder(ThreadOrder order) : before_(order_in_force()) {
  order_in_force() = order;
}
ScopedThreadOrder::~ScopedThreadOrder() { order_in_force() = before_; }
ScopedDevice::ScopedDevice(DeviceSettings settings) : before_(settings_in_force()) {
  settings_in_force() = settings;
}
ScopedDevice::~ScopedDevice() { settings_in_force() = before_; }

const ThreadOrder& thread_order() { return order_in_force(); }
const DeviceSettings& device_settings() { return settings_in_force(); }

void run_grid(dim3 blocks, dim3 threads, std::size_t shared_bytes,
              const std::function<void()>& body) {
  check_launch(blocks, threads, shared_bytes);
  const DeviceAtWork at_work;
  gridDim = blocks;
  blockDim = threads;
  Block block(threads, shared_bytes, body);
  for (const std::uint64_t i : order_of_blocks(std::uint64_t{blocks.x} * blocks.y * blocks.z)) {
    const uint3 index{static_cast<unsigned>(i % blocks.x),
                      static_cast<unsigned>(i / blocks.x % blocks.y),
                      static_cast<unsigned>(i / blocks.x / blocks.y)};
    block.run(index, thread_order().seed + i);
  }
}

unsigned char* shared_memory() { return Block::current().shared(); }

}  // namespace inkling::emulation

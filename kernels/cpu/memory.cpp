// The CPU as a device: its stream and its memory.
#include <cstring>
#include <new>

#include "kernels/error.h"
#include "kernels/kernels.h"
#include "kernels/processors.h"
#include "kernels/thread_pool.h"

namespace inkling::cpu {
namespace {

constexpr std::align_val_t kAlignment{64};  // a cache line, and an AVX-512 register

}  // namespace

int device_count() { return 1; }

std::shared_ptr<const Stream> open_stream(int index) {
  const int threads = index > 0 ? index : available_processors();
  return std::make_shared<const Stream>(Stream{
      .device = DeviceType::cpu, .pool = std::make_shared<ThreadPool>(threads), .cuda = nullptr});
}

DeviceDescription describe(const Stream& stream) {
  return {.name = "CPU, " + std::to_string(stream.pool->threads()) + " threads"};
}

void* allocate(const Stream&, std::size_t bytes) {
  void* memory = ::operator new(bytes, kAlignment, std::nothrow);
  if (memory == nullptr) {
    throw OutOfMemory("CPU", bytes, 0, 0);
  }
  return memory;
}
void deallocate(const Stream&, void* memory) noexcept { ::operator delete(memory, kAlignment); }

void copy_from_host(const Stream& stream, const void* host, void* device, std::size_t bytes) {
  copy(stream, host, device, bytes);
}
void copy_to_host(const Stream& stream, const void* device, void* host, std::size_t bytes) {
  copy(stream, device, host, bytes);
}
void copy(const Stream&, const void* from, void* to, std::size_t bytes) {
  if (bytes > 0) {  // an empty vector's pointer may be null, which memcpy must not be given
    std::memcpy(to, from, bytes);
  }
}
void fill_zero(const Stream&, void* memory, std::size_t bytes) { std::memset(memory, 0, bytes); }

std::shared_ptr<const void> capture_graph(const Stream&, const std::function<void()>& calls) {
  return std::make_shared<const std::function<void()>>(calls);
}
void launch_graph(const Stream&, const void* graph) {
  (*static_cast<const std::function<void()>*>(graph))();
}

}  // namespace inkling::cpu

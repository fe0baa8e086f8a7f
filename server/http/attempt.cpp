#include "server/http/attempt.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

namespace inkling {
namespace {

// Each helps one allocation, which is smaller: of an event loop, a list of the sockets that are
// ready.
constexpr std::size_t kBlocks = 16;
constexpr std::size_t kBlockBytes = std::size_t{32} << 10U;
std::array<std::atomic<void*>, kBlocks> blocks;

// The process's new-handler: returns where the allocation may be tried again.
void use_reserve() {
  if (!Guarded::is_this_thread()) {
    for (auto& block : blocks) {
      if (void* const memory = block.exchange(nullptr)) {
        std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc): operator new would call back
        return;
      }
    }
  }
  throw std::bad_alloc();
}

}  // namespace

void reserve_memory() {
  refill_reserve();
  std::set_new_handler(use_reserve);
}

void refill_reserve() noexcept {
  for (auto& block : blocks) {
    if (block.load() != nullptr) {
      continue;
    }
    void* const memory = std::malloc(kBlockBytes);  // NOLINT(cppcoreguidelines-no-malloc): as above
    void* none = nullptr;
    if (memory != nullptr && !block.compare_exchange_strong(none, memory)) {
      std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc): as above
    }
  }
}

}  // namespace inkling

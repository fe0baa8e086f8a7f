// Apart from who allocates: where GCC sees both it inlines the one and warns of the other.
#include "tests/server/failing_allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace inkling {
namespace {

thread_local bool is_exempt = false;
std::atomic<long> successes_left = -1;  // negative: it has failed, or none is to

bool fails_now() {
  return !is_exempt && successes_left.load() >= 0 && successes_left.fetch_sub(1) == 0;
}

}  // namespace

void exempt_this_thread() { is_exempt = true; }

void fail_after(long successes) { successes_left = successes; }

bool stop_failing() { return successes_left.exchange(-1) < 0; }

}  // namespace inkling

// NOLINTBEGIN(cppcoreguidelines-no-malloc): what they are made of
void* operator new(std::size_t size) {
  while (true) {
    void* const memory = inkling::fails_now() ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (memory != nullptr) {
      return memory;
    }
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) {
      throw std::bad_alloc();
    }
    handler();
  }
}
// The library's own calls the one above; AddressSanitizer's does not.
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return inkling::fails_now() ? nullptr : std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t& /*tag*/) noexcept { std::free(memory); }
// NOLINTEND(cppcoreguidelines-no-malloc)

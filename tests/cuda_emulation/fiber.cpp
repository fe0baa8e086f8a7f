#include "tests/cuda_emulation/fiber.h"

#include <cerrno>
#include <system_error>

#include <sys/mman.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace inkling::emulation {
namespace {

constexpr std::size_t kStackBytes = std::size_t{64} << 10;

[[maybe_unused]] Fiber* left = nullptr;  // the fiber that was left last; for AddressSanitizer

}  // namespace

Fiber::Fiber(void (*entry)()) : stack_bytes_(kStackBytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* memory = mmap(nullptr, page + stack_bytes_, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) != 0) {
    throw std::system_error(errno, std::generic_category(), "stack of an emulated thread");
  }
  memory_ = static_cast<std::byte*>(memory);
  stack_ = memory_ + page;
  getcontext(&context_);
  context_.uc_stack.ss_sp = memory_ + page;
  context_.uc_stack.ss_size = stack_bytes_;
  context_.uc_link = nullptr;
  makecontext(&context_, entry, 0);
}

Fiber::~Fiber() {
  if (memory_ == nullptr) {
    return;
  }
#ifdef __SANITIZE_ADDRESS__
  __asan_unpoison_memory_region(stack_, stack_bytes_);  // what was abandoned on it is gone
#endif
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  munmap(memory_, page + stack_bytes_);
}

void Fiber::switch_to(Fiber& other) {
  left = this;
#ifdef __SANITIZE_ADDRESS__
  void* fake_stack = nullptr;
  __sanitizer_start_switch_fiber(&fake_stack, other.stack_, other.stack_bytes_);
#endif
  swapcontext(&context_, &other.context_);
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(fake_stack, &left->stack_, &left->stack_bytes_);
#endif
}

void Fiber::arrived() {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(nullptr, &left->stack_, &left->stack_bytes_);
#endif
}

}  // namespace inkling::emulation

// A stack of its own to run on, left and entered again at will. Sanitizers are told of every
// change.
#pragma once

#include <cstddef>

#include <ucontext.h>

namespace inkling::emulation {

class Fiber {
 public:
  // The stack that the program runs on already.
  Fiber() = default;
  // A new stack, on which `entry` begins when the fiber is first entered; it never returns. Below
  // the stack is a page that nothing may touch.
  explicit Fiber(void (*entry)());
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Leaves this fiber, which is the one that runs, for another; returns when someone enters this
  // one again.
  void switch_to(Fiber& other);

  // To be called first of all by an entry.
  static void arrived();

 private:
  ucontext_t context_{};
  std::byte* memory_ = nullptr;  // the guard page, then the stack
  const void* stack_ = nullptr;
  std::size_t stack_bytes_ = 0;
};

}  // namespace inkling::emulation

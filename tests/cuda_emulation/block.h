// The threads of a running block, and who of them goes on.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/cuda_emulation/async_copies.h"
#include "tests/cuda_emulation/async_products.h"
#include "tests/cuda_emulation/block_calls.h"
#include "tests/cuda_emulation/emulation.h"
#include "tests/cuda_emulation/fiber.h"

namespace inkling::emulation {

// One after the other runs the blocks of a grid.
class Block {
 public:
  Block(dim3 size, std::size_t shared_bytes, const std::function<void()>& body);
  ~Block();
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  // Runs all threads to their ends. Throws what one of them throws; the others are then abandoned
  // where they are.
  void run(uint3 index, std::uint64_t random_state);

  // The running one. Throws Error when no kernel runs.
  static Block& current();

  void barrier(const Where& where);
  void warp_call(const char* name, unsigned mask, void* operand,
                 const std::function<void(const Operands&)>& combine, const Where& where);
  int lane() const { return static_cast<int>(running_ % kLanes); }
  AsyncCopies& copies() { return threads_[running_].copies; }
  AsyncProducts& products() { return threads_[running_].products; }
  void wait_for_products(std::size_t pending);
  // Throws Error when a thread's copies have landed without its fence_proxy_async().
  void check_fenced(const char* call) const;
  unsigned char* shared() { return shared_.get(); }
  bool is_shared(const void* memory, std::size_t bytes) const;

  // "thread (3, 0, 0) of block (0, 1, 0)".
  std::string name_of_running() const { return name_of(running_); }

 private:
  enum class State : std::uint8_t { ready, at_barrier, in_warp_call, ended };
  struct Thread {
    State state = State::ready;
    Fiber* fiber = nullptr;  // from its beginning to its end
    AsyncCopies copies;
    AsyncProducts products;
    const char* call = "";  // that it waits in
    Where where;
    unsigned mask = 0;
    void* operand = nullptr;
  };

  static void work();
  void run_thread();
  void enter(std::size_t thread);
  void suspend(State state, const char* call, const Where& where);
  std::size_t choose();
  void release_barrier();
  void set_ready(std::size_t thread);
  bool waits_in_the_same_call(std::size_t thread, const Thread& other) const;
  [[noreturn]] void fail_stuck() const;
  std::string name_of(std::size_t thread) const;
  std::string place_of(std::size_t thread) const;

  dim3 size_;
  uint3 index_;
  const std::function<void()>& body_;
  std::size_t shared_bytes_;
  std::unique_ptr<unsigned char, void (*)(void*)> shared_;
  std::vector<Thread> threads_;
  std::vector<std::uint64_t> ready_;  // a bit for each thread
  std::vector<int> calling_;          // of each warp, how many threads are in a warp's call
  std::size_t running_ = 0;
  std::size_t ended_ = 0;
  std::size_t at_barrier_ = 0;
  std::uint64_t random_ = 0;
  Fiber host_;
  std::exception_ptr failure_;
};

}  // namespace inkling::emulation

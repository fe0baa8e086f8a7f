#include "tests/cuda_emulation/block.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "tests/cuda_emulation/poison.h"

// NOLINTBEGIN(readability-identifier-naming): CUDA's own names.
uint3 threadIdx;
uint3 blockIdx;
dim3 blockDim;
dim3 gridDim;
// NOLINTEND(readability-identifier-naming)

namespace inkling::emulation {
namespace {

Block* current_block = nullptr;

// Fibers between two threads, kept from launch to launch.
std::vector<std::unique_ptr<Fiber>>& idle_fibers() {
  static std::vector<std::unique_ptr<Fiber>> fibers;
  return fibers;
}

std::string in_parentheses(const uint3& index) {
  std::string text = "(";
  text += std::to_string(index.x) + ", " + std::to_string(index.y) + ", " + std::to_string(index.z);
  return text + ")";
}

uint3 index_in(const dim3& size, std::size_t linear) {
  return {static_cast<unsigned>(linear % size.x), static_cast<unsigned>(linear / size.x % size.y),
          static_cast<unsigned>(linear / size.x / size.y)};
}

bool same_text(const char* a, const char* b) { return a == b || std::strcmp(a, b) == 0; }

bool same_place(const Where& a, const Where& b) {
  return a.line == b.line && same_text(a.file, b.file);
}

// The first set bit from `start` on, round and round; `bits` has one.
std::size_t next_set_bit(const std::vector<std::uint64_t>& bits, std::size_t start) {
  std::size_t word = start / 64;
  std::uint64_t rest = bits[word] & (~std::uint64_t{0} << start % 64);
  while (rest == 0) {
    word = (word + 1) % bits.size();
    rest = bits[word];
  }
  return 64 * word + static_cast<std::size_t>(std::countr_zero(rest));
}

std::size_t last_set_bit(const std::vector<std::uint64_t>& bits) {
  std::size_t word = bits.size() - 1;
  while (bits[word] == 0) {
    --word;
  }
  return 64 * word + 63 - static_cast<std::size_t>(std::countl_zero(bits[word]));
}

}  // namespace

Block::Block(dim3 size, std::size_t shared_bytes, const std::function<void()>& body)
    : size_(size),
      body_(body),
      shared_bytes_(shared_bytes),
      shared_(nullptr, std::free),
      threads_(std::size_t{size.x} * size.y * size.z),
      ready_((threads_.size() + 63) / 64),
      calling_((threads_.size() + kLanes - 1) / kLanes) {
  // An allocation of the exact size, so that AddressSanitizer guards both its ends.
  void* memory = nullptr;
  if (shared_bytes > 0 && posix_memalign(&memory, 1024, shared_bytes) != 0) {
    throw std::bad_alloc();
  }
  shared_.reset(static_cast<unsigned char*>(memory));
}

Block::~Block() {
  for (const Thread& thread : threads_) {
    delete thread.fiber;  // of a thread that was abandoned
  }
}

Block& Block::current() {
  if (current_block == nullptr) {
    throw Error("a call that belongs inside of a kernel was made outside of one");
  }
  return *current_block;
}

bool Block::is_shared(const void* memory, std::size_t bytes) const {
  const auto* const first = static_cast<const unsigned char*>(memory);
  return first >= shared_.get() && first + bytes <= shared_.get() + shared_bytes_;
}

void Block::wait_for_products(std::size_t pending) {
  products().wait(pending, shared_.get(), shared_bytes_, running_);
}

void Block::check_fenced(const char* call) const {
  for (std::size_t thread = 0; thread < threads_.size(); ++thread) {
    if (!threads_[thread].copies.fenced()) {
      throw Error(name_of_running() + " calls " + call + ", but " + name_of(thread) +
                  " did not call fence_proxy_async() after its copies arrived");
    }
  }
}

void Block::run(uint3 index, std::uint64_t random_state) {
  index_ = index;
  blockIdx = index;
  random_ = random_state;
  ended_ = 0;
  std::fill(calling_.begin(), calling_.end(), 0);
  if (shared_bytes_ > 0) {
    poison(shared_.get(), shared_bytes_);
  }
  for (std::size_t thread = 0; thread < threads_.size(); ++thread) {
    set_ready(thread);
  }
  current_block = this;
  enter(choose());
  host_.switch_to(*threads_[running_].fiber);
  current_block = nullptr;
  if (failure_) {
    std::rethrow_exception(failure_);
  }
}

// What every fiber does, for ever: it runs the thread that it was entered for.
void Block::work() {
  Fiber::arrived();
  for (;;) {
    current_block->run_thread();
  }
}

// Runs a thread to its end and goes on with another: here if that has not begun, else where it was
// left.
void Block::run_thread() {
  Fiber* const here = threads_[running_].fiber;
  Fiber* next = &host_;
  try {
    body_();
    Thread& thread = threads_[running_];
    if (!thread.copies.idle()) {
      throw Error(name_of_running() + " ends while copies that it began (cp.async) are under way");
    }
    if (!thread.products.idle()) {
      throw Error(name_of_running() + " ends while products that it began (wgmma) are under way");
    }
    thread.state = State::ended;
    ++ended_;
    std::exchange(thread.fiber, nullptr);
    if (ended_ < threads_.size()) {
      const std::size_t chosen = choose();
      if (threads_[chosen].fiber == nullptr) {
        threads_[chosen].fiber = here;
      }
      enter(chosen);
      next = threads_[chosen].fiber;
    }
  } catch (...) {
    failure_ = std::current_exception();
    threads_[running_].fiber = nullptr;
  }
  if (next != here) {
    idle_fibers().emplace_back(here);
    here->switch_to(*next);
  }
}

// Makes a thread the running one, with a fiber to run on.
void Block::enter(std::size_t thread) {
  running_ = thread;
  threadIdx = index_in(size_, thread);
  Fiber*& fiber = threads_[thread].fiber;
  if (fiber == nullptr && idle_fibers().empty()) {
    fiber = new Fiber(work);
  } else if (fiber == nullptr) {
    fiber = idle_fibers().back().release();
    idle_fibers().pop_back();
  }
}

// Leaves the running thread until it is ready and chosen again.
void Block::suspend(State state, const char* call, const Where& where) {
  const std::size_t me = running_;
  Thread& thread = threads_[me];
  thread.state = state;
  thread.call = call;
  thread.where = where;
  const std::size_t chosen = choose();
  if (chosen != me) {
    enter(chosen);
    thread.fiber->switch_to(*threads_[chosen].fiber);
  }
}

void Block::set_ready(std::size_t thread) {
  threads_[thread].state = State::ready;
  ready_[thread / 64] |= std::uint64_t{1} << thread % 64;
}

// The thread that goes on, by the order in force; it is no longer in `ready_`.
std::size_t Block::choose() {
  if (std::all_of(ready_.begin(), ready_.end(), [](std::uint64_t word) { return word == 0; })) {
    release_barrier();
  }
  const bool reverse = thread_order().kind == ThreadOrder::Kind::reverse;
  std::size_t start = 0;
  if (thread_order().kind == ThreadOrder::Kind::shuffled) {
    random_ = random_ * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
    start = (random_ >> 33) % threads_.size();
  }
  const std::size_t chosen = reverse ? last_set_bit(ready_) : next_set_bit(ready_, start);
  ready_[chosen / 64] &= ~(std::uint64_t{1} << chosen % 64);
  return chosen;
}

void Block::barrier(const Where& where) {
  ++at_barrier_;
  suspend(State::at_barrier, "__syncthreads", where);
}

// Nobody can go on: then all must stand at one barrier.
void Block::release_barrier() {
  if (at_barrier_ < threads_.size()) {
    fail_stuck();
  }
  for (std::size_t thread = 1; thread < threads_.size(); ++thread) {
    if (!same_place(threads_[thread].where, threads_[0].where)) {
      throw Error("divergent barrier: " + place_of(0) + ", " + place_of(thread));
    }
  }
  at_barrier_ = 0;
  for (std::size_t thread = 0; thread < threads_.size(); ++thread) {
    set_ready(thread);
  }
}

bool Block::waits_in_the_same_call(std::size_t thread, const Thread& other) const {
  const Thread& candidate = threads_[thread];
  return candidate.state == State::in_warp_call && candidate.mask == other.mask &&
         same_text(candidate.call, other.call) && same_place(candidate.where, other.where);
}

void Block::warp_call(const char* name, unsigned mask, void* operand,
                      const std::function<void(const Operands&)>& combine, const Where& where) {
  if ((mask >> lane() & 1U) == 0) {
    throw Error(name_of_running() + " calls " + name + " with a mask that leaves itself out");
  }
  Thread& me = threads_[running_];
  me.state = State::in_warp_call;
  me.call = name;
  me.where = where;
  me.mask = mask;
  me.operand = operand;
  const std::size_t warp = running_ / kLanes;
  const std::size_t first = warp * kLanes;
  const auto lanes = static_cast<int>(std::min<std::size_t>(kLanes, threads_.size() - first));
  const int expected = std::popcount(mask & kWholeWarp >> (kLanes - lanes));
  if (++calling_[warp] < expected) {
    suspend(State::in_warp_call, name, where);
    return;  // the last one to come has combined
  }
  Operands operands{};
  for (std::size_t l = 0; l < kLanes && first + l < threads_.size(); ++l) {
    if ((mask >> l & 1U) != 0) {
      if (!waits_in_the_same_call(first + l, me)) {
        suspend(State::in_warp_call, name, where);
        return;
      }
      operands[l] = threads_[first + l].operand;
    }
  }
  combine(operands);
  calling_[warp] -= expected;
  for (std::size_t l = 0; l < kLanes; ++l) {
    if (operands[l] != nullptr && first + l != running_) {
      set_ready(first + l);
    }
  }
}

void Block::fail_stuck() const {
  // A warp's call that some lane does not come to?
  for (std::size_t thread = 0; thread < threads_.size(); ++thread) {
    if (threads_[thread].state != State::in_warp_call) {
      continue;
    }
    const std::size_t first = thread / kLanes * kLanes;
    for (std::size_t l = 0; l < kLanes && first + l < threads_.size(); ++l) {
      if ((threads_[thread].mask >> l & 1U) != 0 &&
          !waits_in_the_same_call(first + l, threads_[thread])) {
        throw Error("divergent call of a warp: " + place_of(thread) + ", " + place_of(first + l));
      }
    }
  }
  // Else a barrier that some thread has passed by.
  std::size_t waiting = 0;
  std::size_t ended = 0;
  for (std::size_t thread = 0; thread < threads_.size(); ++thread) {
    (threads_[thread].state == State::at_barrier ? waiting : ended) = thread;
  }
  throw Error("divergent barrier: " + place_of(waiting) + ", " + place_of(ended));
}

std::string Block::name_of(std::size_t thread) const {
  return "thread " + in_parentheses(index_in(size_, thread)) + " of block " +
         in_parentheses(index_);
}

std::string Block::place_of(std::size_t thread) const {
  const Thread& t = threads_[thread];
  if (t.state == State::ended) {
    return name_of(thread) + " has ended";
  }
  return name_of(thread) + " waits in " + t.call + " at " + t.where.file + ":" +
         std::to_string(t.where.line);
}

}  // namespace inkling::emulation

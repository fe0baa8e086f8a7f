// Work whose failure must not end the thread that does it; and for what a library does around it,
// which catches nothing, a reserve of memory.
#pragma once

#include <exception>

#include <spdlog/spdlog.h>

namespace inkling {

inline void log_quietly(const char* what, const char* error) noexcept {
  try {
    spdlog::error("{}: {}", what, error);
  } catch (...) {  // no memory for the line either
  }
}

// Marks what the thread does until its end as work whose exceptions are caught.
class Guarded {
 public:
  Guarded() { ++depth; }
  ~Guarded() { --depth; }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  static bool is_this_thread() { return depth > 0; }

 private:
  static inline thread_local int depth = 0;
};

// False: it threw, and the log says so.
template <class Work>
bool attempt(const char* what, Work work) noexcept {
  try {
    const Guarded guarded;
    work();
    return true;
  } catch (const std::exception& error) {
    log_quietly(what, error.what());
  } catch (...) {
    log_quietly(what, "an unknown exception");
  }
  return false;
}

// From now on an allocation that fails outside attempt() is tried again after a block of the
// reserve was given back to the heap: so an event loop goes on, whose allocations are small. Within
// attempt() it throws std::bad_alloc as ever. Thread-safe.
void reserve_memory();
void refill_reserve() noexcept;  // where there is memory again

}  // namespace inkling

#pragma once

#include <chrono>

namespace inkling {

// Seconds of a clock that is never set back, from a beginning of its own.
inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace inkling

// Work whose failure must not end the thread that does it.
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

// False: it threw, and the log says so.
template <class Work>
bool attempt(const char* what, Work work) noexcept {
  try {
    work();
    return true;
  } catch (const std::exception& error) {
    log_quietly(what, error.what());
  } catch (...) {
    log_quietly(what, "an unknown exception");
  }
  return false;
}

}  // namespace inkling

// Errors of devices. They carry no advice: the programs add it (engine/program/advice.h).
#pragma once

#include <cstddef>
#include <new>
#include <stdexcept>
#include <string>

#include "kernels/stream.h"

namespace inkling {

// Thrown by allocations, and by what needs memory of the device beside them.
class OutOfMemory : public std::bad_alloc {
 public:
  // In bytes; 0 where unknown. `where` begins the message: "CUDA, launching a graph".
  OutOfMemory(const std::string& where, std::size_t asked, std::size_t free, std::size_t total)
      : message_(where + ": out of memory"), asked_(asked), free_(free), total_(total) {
    if (asked > 0) {
      message_ += ": asked for " + mebibytes(asked);
    }
    if (total > 0) {
      message_ += ", free were " + mebibytes(free) + " of " + mebibytes(total);
    }
  }
  const char* what() const noexcept override { return message_.c_str(); }

  std::size_t asked() const { return asked_; }
  std::size_t free() const { return free_; }
  std::size_t total() const { return total_; }

 private:
  static std::string mebibytes(std::size_t bytes) {
    return std::to_string((bytes + (std::size_t{1} << 20) - 1) >> 20) + " MiB";  // rounded up
  }

  std::string message_;
  std::size_t asked_;
  std::size_t free_;
  std::size_t total_;
};

// There is no such device, or this build has none.
class NoDevice : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A device has no kernels for an element type.
class UnsupportedDtype : public std::runtime_error {
 public:
  UnsupportedDtype(DeviceType on, const std::string& expected, const std::string& received)
      : std::runtime_error(std::string(on == DeviceType::cpu ? "CPU" : "CUDA") + ": expected " +
                           expected + ", received " + received),
        device_(on) {}

  DeviceType device() const { return device_; }

 private:
  DeviceType device_;
};

// More elements than a kernel's indices hold.
class TooLarge : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

}  // namespace inkling

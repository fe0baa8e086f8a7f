// Tests that run once for each level of the processor, forced by INKLING_ISA.
#pragma once

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>

#include "kernels/cpu/instruction_level.h"

namespace inkling {

// Why the forced level cannot be tested here, or nothing when it can. A level that nobody knows is
// no reason to skip: that error comes through.
inline std::optional<std::string> level_missing_here() {
  try {
    cpu::instruction_level();
  } catch (const std::runtime_error& error) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): tests never set it
    const char* forced = std::getenv("INKLING_ISA");
    std::string message = error.what();
    if (forced == nullptr ||
        message.find(std::string(forced) + " (not on this processor)") == std::string::npos) {
      throw;
    }
    return message;
  }
  return std::nullopt;
}

}  // namespace inkling

// Flags that several commands share, and what a flag's value may be. CLI11's own range and number
// checks let "nan" and, for unsigned numbers, "-1" through.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "engine/tensor.h"

namespace inkling {

// A flag's value must be a number from smallest to largest; "nan" is none.
CLI::Validator number_in(double smallest, double largest);
// A whole number from 0, in digits alone: "-1" does not wrap around to 2^64 - 1.
CLI::Validator whole_number();

// Where to compute.
struct DeviceFlags {
  std::string device = "auto";
  int threads = 0;

  void add_to(CLI::App& command);
  Device open() const;  // throws std::runtime_error for a device that is not there
};

}  // namespace inkling

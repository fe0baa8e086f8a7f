// Flags that several commands share, and what a flag's value may be. CLI11's own range, number and
// set checks let "nan" and, for unsigned numbers, "-1" through, and each words its refusal in its
// own way; these say "expected …, received …".
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "engine/choices.h"
#include "engine/tensor.h"

namespace inkling {

// A flag's value must be a number from min to max; "nan" is none.
CLI::Validator number_in(double min, double max);
// A whole number from min to max, in digits alone: "-1" does not wrap around to 2^64 - 1.
CLI::Validator whole_number_in(std::uint64_t min,
                               std::uint64_t max = std::numeric_limits<std::uint64_t>::max());
// One of the names, as they are written.
CLI::Validator one_of(const std::vector<std::string>& names);
// A flag that takes the name of one of the choices.
template <class E, std::size_t N>
CLI::Option* add_choice(CLI::App& command, const std::string& flag, E& value,
                        const Choice<E> (&choices)[N], const std::string& help) {
  const auto set = [&value, &choices](const std::string& name) {
    value = parse_choice(choices, name);
  };
  return command.add_option_function<std::string>(flag, set, help)
      ->check(one_of(names_of(choices)))
      ->default_str(name_of(choices, value));
}
// Any text but none at all; `kind` says in an error what is expected: "a folder".
CLI::Validator not_empty(const std::string& kind);
// A TCP port from 1 to 65535, or 0.
CLI::Validator port_number();

// Where to compute.
struct DeviceFlags {
  std::string device = "auto";
  int threads = 0;

  void add_to(CLI::App& command);  // in the group "Device"
  Device open() const;             // throws std::runtime_error for a device that is not there
};

// CPU threads, 0 for every core: in the group "Device".
void add_threads_flag(CLI::App& command, int& threads);

}  // namespace inkling

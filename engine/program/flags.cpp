#include "engine/program/flags.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

namespace inkling {
namespace {

constexpr int kMaxThreads = 1024;

template <class T>
std::optional<T> parsed(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

std::string verdict(bool accepted, const std::string& expected, const std::string& received) {
  return accepted
             ? ""
             : "expected " + expected + ", received " + (received.empty() ? "nothing" : received);
}

}  // namespace

CLI::Validator number_in(double min, double max) {
  std::ostringstream range;
  range << min << " to " << max;
  const std::string expected = "a number from " + range.str();
  return {[=](std::string& text) {
            const auto value = parsed<double>(text);
            return verdict(value && *value >= min && *value <= max, expected, text);  // NaN fails
          },
          range.str()};
}

CLI::Validator whole_number_in(std::uint64_t min, std::uint64_t max) {
  const bool bounded = max != std::numeric_limits<std::uint64_t>::max();
  const std::string range =
      bounded ? std::to_string(min) + " to " + std::to_string(max) : "from " + std::to_string(min);
  const std::string expected = "a whole number " + std::string(bounded ? "from " : "") + range;
  return {[=](std::string& text) {
            const auto value = parsed<std::uint64_t>(text);
            return verdict(value && *value >= min && *value <= max, expected, text);
          },
          range};
}

CLI::Validator one_of(const std::vector<std::string>& names) {
  const std::string list = alternatives(names);
  return {[=](std::string& text) {
            return verdict(std::find(names.begin(), names.end(), text) != names.end(), list, text);
          },
          list};
}

CLI::Validator not_empty(const std::string& kind) {
  return {[=](std::string& text) { return verdict(!text.empty(), kind, text); }, ""};
}

CLI::Validator port_number() {
  return {[](std::string& text) {
            const auto value = parsed<std::uint32_t>(text);
            return verdict(value && *value <= 65535, "a port (1 to 65535, or 0 for any free one)",
                           text);
          },
          "0 to 65535"};
}

void DeviceFlags::add_to(CLI::App& command) {
  command
      .add_option("--device", device,
                  "where to compute: cpu, cuda, or auto, which takes a GPU if there is one")
      ->check(one_of({"auto", "cpu", "cuda"}))
      ->group("Device")
      ->capture_default_str();
  add_threads_flag(command, threads);
}

void add_threads_flag(CLI::App& command, int& threads) {
  command
      .add_option("--threads", threads,
                  "CPU threads; 0 takes every core (the results are the same)")
      ->check(whole_number_in(0, kMaxThreads))
      ->group("Device")
      ->capture_default_str();
}

Device DeviceFlags::open() const {
  if (device == "auto") {
    return Device::automatic(threads);
  }
  return device == "cuda" ? Device::cuda() : Device::cpu(threads);
}

}  // namespace inkling

#include "train/flags.h"

#include <charconv>
#include <cstdint>
#include <sstream>

namespace inkling {

CLI::Validator number_in(double smallest, double largest) {
  std::ostringstream range;
  range << smallest << " to " << largest;
  const std::string expected = "a number from " + range.str();
  return {[=](std::string& text) {
            double value = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), value);
            // Written so that NaN, which no comparison holds for, is refused.
            const bool fits = error == std::errc() && end == text.data() + text.size() &&
                              value >= smallest && value <= largest;
            return fits ? std::string() : "expected " + expected + ", received " + text;
          },
          range.str()};
}

CLI::Validator whole_number() {
  return {[](std::string& text) {
            std::uint64_t value = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), value);
            const bool fits = error == std::errc() && end == text.data() + text.size();
            return fits ? std::string() : "expected a whole number from 0, received " + text;
          },
          "0, 1, 2, …"};
}

void DeviceFlags::add_to(CLI::App& command) {
  command
      .add_option("--device", device,
                  "where to compute: cpu, cuda, or auto, which takes a GPU if there is one")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
      ->capture_default_str();
  command
      .add_option("--threads", threads,
                  "CPU threads; 0 takes every core (the results are the same)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
}

Device DeviceFlags::open() const {
  if (device == "auto") {
    return Device::automatic(threads);
  }
  return device == "cuda" ? Device::cuda() : Device::cpu(threads);
}

}  // namespace inkling

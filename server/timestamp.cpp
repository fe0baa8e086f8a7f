#include "server/timestamp.h"

#include <array>
#include <chrono>
#include <ctime>

namespace inkling {

std::string now_as_text() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &utc);
  return std::string(text.data(), size) + std::to_string(1000 + milliseconds).substr(1) + "Z";
}

}  // namespace inkling

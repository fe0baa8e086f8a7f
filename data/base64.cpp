#include "data/base64.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace inkling {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Of each byte the number that it stands for, 64 where it stands for none.
constexpr std::array<std::uint8_t, 256> kNumbers = [] {
  std::array<std::uint8_t, 256> numbers{};
  numbers.fill(64);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    numbers[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return numbers;
}();

}  // namespace

std::string base64(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;  // 24 bits, from the top
    for (std::size_t k = 0; k < count; ++k) {
      group |= std::uint32_t{bytes[i + k]} << (16 - 8 * k);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= count ? kAlphabet[(group >> (18 - 6 * k)) & 63U] : '=';
    }
  }
  return text;
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t group = 0;
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == '\r' || c == '\n') {
      continue;
    }
    const std::uint8_t number = kNumbers[static_cast<unsigned char>(c)];
    if (c == '=' ? ++padding > 2 : number == 64 || padding > 0) {
      return std::nullopt;
    }
    if (c == '=') {
      continue;
    }
    group = group << 6U | number;
    if (++digits % 4 == 0) {
      bytes.push_back(static_cast<std::uint8_t>(group >> 16U));
      bytes.push_back(static_cast<std::uint8_t>(group >> 8U));
      bytes.push_back(static_cast<std::uint8_t>(group));
    }
  }
  const std::size_t rest = digits % 4;  // digits of a last group of one or two bytes
  if (rest == 1 || (padding > 0 && rest + padding != 4)) {
    return std::nullopt;
  }
  group <<= 6 * (4 - rest);
  if (rest >= 2) {
    bytes.push_back(static_cast<std::uint8_t>(group >> 16U));
  }
  if (rest == 3) {
    bytes.push_back(static_cast<std::uint8_t>(group >> 8U));
  }
  return bytes;
}

}  // namespace inkling

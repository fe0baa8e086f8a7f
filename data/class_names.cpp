#include "data/class_names.h"

#include <algorithm>
#include <cstddef>
#include <sstream>

#include "data/idx.h"

namespace inkling {
namespace {

constexpr std::size_t kMaxName = 64;  // bytes

// How many bytes a character that begins with this one has; 0 for one that begins none.
std::size_t utf8_length(unsigned char first) {
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xC2 && first < 0xE0) {
    return 2;
  }
  if (first >= 0xE0 && first < 0xF0) {
    return 3;
  }
  return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

// UTF-8 without control characters. Surrogates and overlong forms, which JSON would refuse, count
// as none.
bool is_text(std::string_view name) {
  for (std::size_t i = 0; i < name.size();) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(name[at]); };
    const std::size_t length = utf8_length(byte(i));
    if (length == 0 || i + length > name.size() || byte(i) < 0x20 || byte(i) == 0x7F) {
      return false;
    }
    for (std::size_t next = i + 1; next < i + length; ++next) {
      if ((byte(next) & 0xC0U) != 0x80) {
        return false;
      }
    }
    const bool overlong =
        (byte(i) == 0xE0 && byte(i + 1) < 0xA0) || (byte(i) == 0xF0 && byte(i + 1) < 0x90);
    const bool surrogate = byte(i) == 0xED && byte(i + 1) >= 0xA0;
    const bool beyond = byte(i) == 0xF4 && byte(i + 1) >= 0x90;
    if (overlong || surrogate || beyond) {
      return false;
    }
    i += length;
  }
  return true;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.back() == '\r') {
      line.pop_back();
    }
    lines.push_back(line);
  }
  while (!lines.empty() && lines.back().empty()) {
    lines.pop_back();
  }
  return lines;
}

[[noreturn]] void fail(const std::string& file, std::size_t line, const std::string& expected,
                       const std::string& received) {
  throw IdxError(file + ":" + std::to_string(line + 1) + ": expected " + expected + ", received " +
                 received);
}

void check_count(std::size_t count, const std::string& file) {
  if (count < 1 || count > kMaxClasses) {
    throw IdxError(file + ": expected 1 to " + std::to_string(kMaxClasses) +
                   " classes, one a line, received " + std::to_string(count));
  }
}

}  // namespace

std::vector<std::string> parse_class_names(std::string_view text, const std::string& file) {
  std::vector<std::string> names = lines_of(text);
  check_count(names.size(), file);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty() || names[i].size() > kMaxName) {
      fail(file, i, "a name of 1 to " + std::to_string(kMaxName) + " bytes",
           std::to_string(names[i].size()));
    }
    if (!is_text(names[i])) {
      fail(file, i, "a name in UTF-8 without control characters", "other bytes");
    }
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i)) {
      fail(file, i, "a name for each class", names[i] + " once more");
    }
  }
  return names;
}

LabelMapping parse_emnist_mapping(std::string_view text, const std::string& file) {
  const std::vector<std::string> lines = lines_of(text);
  check_count(lines.size(), file);
  LabelMapping mapping;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::istringstream line(lines[i]);
    int label = -1;
    int code = -1;
    line >> label >> code;
    constexpr int kSpace = 32;
    constexpr int kDelete = 127;
    if (!line || label < 0 || label > 255 || code <= kSpace || code >= kDelete) {
      fail(file, i, "a label of 0 to 255 and the ASCII code of a letter or digit", lines[i]);
    }
    const auto value = static_cast<std::uint8_t>(label);
    if (std::find(mapping.labels.begin(), mapping.labels.end(), value) != mapping.labels.end()) {
      fail(file, i, "each label once", lines[i]);
    }
    mapping.labels.push_back(value);
    mapping.names.emplace_back(1, static_cast<char>(code));
  }
  return mapping;
}

}  // namespace inkling

#include "train/cli/terminal_line.h"

#include <algorithm>
#include <cmath>

#include <sys/ioctl.h>
#include <unistd.h>

namespace inkling {
namespace {

constexpr const char* kEraseLine = "\r\x1b[2K";

bool begins_character(char byte) { return (byte & 0xC0) != 0x80; }

}  // namespace

TerminalLine::TerminalLine(std::FILE* out) : out_(out), terminal_(::isatty(::fileno(out)) != 0) {}

int TerminalLine::columns() const {
  winsize size{};
  const bool known = ::ioctl(::fileno(out_), TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return known ? size.ws_col - 1 : 79;
}

void TerminalLine::show(std::string_view text) {
  if (!terminal_) {
    return;
  }
  std::size_t end = 0;
  for (int width = 0; end < text.size(); ++end) {
    width += begins_character(text[end]) ? 1 : 0;
    if (width > columns()) {
      break;
    }
  }
  const std::string line = kEraseLine + std::string(text.substr(0, end));
  std::fwrite(line.data(), 1, line.size(), out_);  // at once: stderr keeps nothing back
  std::fflush(out_);
}

void TerminalLine::clear() {
  if (terminal_) {
    std::fputs(kEraseLine, out_);
    std::fflush(out_);
  }
}

int text_width(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string bar(int columns, double share) {
  const auto filled = static_cast<int>(columns * std::clamp(share, 0.0, 1.0));
  std::string text;
  for (int i = 0; i < columns; ++i) {
    text += i < filled ? "█" : "░";
  }
  return text;
}

std::string format_duration(double seconds) {
  const auto whole = static_cast<long>(std::llround(seconds));
  char text[48];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
  } else if (whole >= 60) {
    std::snprintf(text, sizeof text, "%ld min %02ld s", whole / 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld s", whole);
  }
  return text;
}

}  // namespace inkling

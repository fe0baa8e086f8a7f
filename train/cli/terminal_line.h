// A line of a terminal that is written again and again.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace inkling {

class TerminalLine {
 public:
  explicit TerminalLine(std::FILE* out);

  bool is_terminal() const { return terminal_; }
  // Columns that a line may take without wrapping: one fewer than the terminal has now, since some
  // wrap at the last one. 79 where it does not say.
  int columns() const;
  // Overwrites the line; text longer than columns() is truncated. Only on a terminal.
  void show(std::string_view text);
  void clear();

 private:
  std::FILE* out_;
  bool terminal_;
};

// UTF-8: code points, each of which is one column wide in what we print.
int text_width(std::string_view text);

// A bar of so many columns, a share from 0 to 1 of it filled.
std::string bar(int columns, double share);

// "1 h 02 min", "3 min 20 s", "12 s".
std::string format_duration(double seconds);

}  // namespace inkling

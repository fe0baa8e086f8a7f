// A program run by a test.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace inkling {

// Standard error is read here; standard output goes to the test's. Ends with the object.
class Process {
 public:
  // Throws std::runtime_error when it cannot be started.
  explicit Process(const std::vector<std::string>& arguments);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Everything on standard error until a line contains `text`, that line with it; until the end
  // when none does. Throws std::runtime_error when nothing comes for a minute.
  std::string read_until(const std::string& text);
  std::string read_all() { return read_until(""); }

  // Nobody reads standard error any more.
  void close_standard_error();
  // Standard error takes no more, and nobody reads.
  void fill_standard_error() const;

  void signal(int number) const;

  // Its exit code; 128 plus the signal's number when it was killed.
  int wait();

 private:
  pid_t pid_ = -1;
  int stderr_ = -1;
  std::string buffer_;
};

}  // namespace inkling

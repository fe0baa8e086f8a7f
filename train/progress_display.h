// What a person sees while a training runs, on standard error.
#pragma once

#include <cstdio>

#include "train/trainer.h"

namespace inkling {

// On a terminal a bar with images/s and the time left that rewrites itself; elsewhere a plain line
// now and then. One line an epoch in both.
class ProgressDisplay {
 public:
  explicit ProgressDisplay(std::FILE* out);

  void after_step(const Trainer& trainer);
  void after_epoch(const Trainer& trainer);

 private:
  void clear_bar();

  std::FILE* out_;
  bool terminal_;
  double last_shown_;
};

// "1 h 02 min", "3 min 20 s", "12 s".
std::string format_duration(double seconds);

}  // namespace inkling

// What a person sees while a training or an evaluation runs, on standard error.
#pragma once

#include <cstdio>
#include <string>

#include "train/cli/terminal_line.h"
#include "train/trainer.h"

namespace inkling {

// How far a pass over a data set is.
struct PassProgress {
  std::string name;  // "epoch 3/10"
  Index done = 0;    // images
  Index total = 0;   // images, at least 1
  std::string loss;  // "loss 0.1234", or empty
  double rate = 0;   // images a second
  double seconds_left = 0;
};

// On one line of at most `columns` columns: name, bar, count, loss, rate and time left. Where there
// is no room for all, the count becomes a percentage, and the rate, the bar and the loss go, in
// this order.
std::string progress_line(const PassProgress& progress, int columns);

// On a terminal a bar with images/s and the time left that rewrites itself; elsewhere a plain line
// now and then. One line an epoch in both.
class ProgressDisplay {
 public:
  explicit ProgressDisplay(std::FILE* out);

  void after_step(const Trainer& trainer);
  void after_epoch(const Trainer& trainer);

 private:
  std::FILE* out_;
  TerminalLine line_;
  double last_shown_;
};

// The same for an evaluation: on a terminal a bar, which is gone at the end; elsewhere nothing.
class EvaluationDisplay {
 public:
  EvaluationDisplay(std::FILE* out, std::string name);
  ~EvaluationDisplay() { line_.clear(); }
  EvaluationDisplay(const EvaluationDisplay&) = delete;
  EvaluationDisplay& operator=(const EvaluationDisplay&) = delete;

  void show(Index done, Index total);

 private:
  TerminalLine line_;
  std::string name_;
  double begun_;
  double last_shown_;
};

}  // namespace inkling

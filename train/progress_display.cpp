#include "train/progress_display.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <unistd.h>

namespace inkling {
namespace {

constexpr double kBarInterval = 0.1;  // seconds
constexpr double kLineInterval = 30;
constexpr int kBarWidth = 24;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Images that the trainer has seen in this epoch.
Index images_done(const Trainer& trainer) {
  return std::min(trainer.progress().step_in_epoch * trainer.options().batch_size,
                  trainer.images_per_epoch());
}

}  // namespace

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

ProgressDisplay::ProgressDisplay(std::FILE* out)
    : out_(out), terminal_(::isatty(::fileno(out)) != 0), last_shown_(seconds_now()) {}

void ProgressDisplay::after_step(const Trainer& trainer) {
  const double now = seconds_now();
  if (now - last_shown_ < (terminal_ ? kBarInterval : kLineInterval)) {
    return;
  }
  last_shown_ = now;
  const TrainProgress& progress = trainer.progress();
  const Index done = images_done(trainer);
  const Index total = trainer.images_per_epoch();
  const double rate = static_cast<double>(done) / progress.seconds;
  const Index left = (trainer.options().epochs - progress.epoch) * total - done;
  std::string bar;
  if (terminal_) {
    const auto filled = static_cast<int>(kBarWidth * done / total);
    for (int i = 0; i < kBarWidth; ++i) {
      bar += i < filled ? "█" : "░";
    }
    bar += " ";
  }
  std::fprintf(out_, "%sepoch %ld/%ld %s%ld/%ld images  loss %.4f  %.0f images/s  %s left%s",
               terminal_ ? "\r\x1b[2K" : "", static_cast<long>(progress.epoch + 1),
               static_cast<long>(trainer.options().epochs), bar.c_str(), static_cast<long>(done),
               static_cast<long>(total),
               progress.loss_sum / static_cast<double>(std::max<Index>(1, progress.images_summed)),
               rate, format_duration(static_cast<double>(left) / rate).c_str(),
               terminal_ ? "" : "\n");
  std::fflush(out_);
}

void ProgressDisplay::clear_bar() {
  if (terminal_) {
    std::fputs("\r\x1b[2K", out_);
  }
}

void ProgressDisplay::after_epoch(const Trainer& trainer) {
  const EpochRecord& record = trainer.progress().history.back();
  clear_bar();
  std::fprintf(out_, "epoch %ld/%ld  loss %.4f  accuracy %.2f %%", static_cast<long>(record.epoch),
               static_cast<long>(trainer.options().epochs), record.train_loss,
               100 * record.train_accuracy);
  if (record.validation_loss) {
    std::fprintf(out_, "  validation loss %.4f  accuracy %.2f %%", *record.validation_loss,
                 100 * *record.validation_accuracy);
  }
  std::fprintf(out_, "  %.0f images/s  %s\n", record.images_per_second,
               format_duration(record.seconds).c_str());
  std::fflush(out_);
  last_shown_ = seconds_now();
}

}  // namespace inkling

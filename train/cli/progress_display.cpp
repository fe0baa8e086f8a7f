#include "train/cli/progress_display.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "train/clock.h"

namespace inkling {
namespace {

constexpr double kBarInterval = 0.1;  // seconds
constexpr double kLineInterval = 30;
constexpr int kBarWidth = 24;

std::string formatted(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string count_text(const PassProgress& progress) {
  return std::to_string(progress.done) + "/" + std::to_string(progress.total) + " images";
}

double share(const PassProgress& progress) {
  return static_cast<double>(progress.done) / static_cast<double>(progress.total);
}

std::string rate_text(const PassProgress& progress) {
  return formatted("%.0f images/s", progress.rate);
}

std::string left_text(const PassProgress& progress) {
  return format_duration(progress.seconds_left) + " left";
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    text += (text.empty() || part.empty() ? "" : "  ") + part;
  }
  return text;
}

// Images of this epoch that are done.
Index images_done(const Trainer& trainer) {
  return std::min(trainer.progress().step_in_epoch * trainer.options().batch_size,
                  trainer.images_per_epoch());
}

PassProgress progress_of(const Trainer& trainer) {
  const TrainProgress& progress = trainer.progress();
  const Index done = images_done(trainer);
  const Index total = trainer.images_per_epoch();
  const Index epochs = trainer.options().epochs;
  const double rate = static_cast<double>(done) / progress.seconds;
  const double loss =
      progress.loss_sum / static_cast<double>(std::max<Index>(1, progress.images_summed));
  return {.name = "epoch " + std::to_string(progress.epoch + 1) + "/" + std::to_string(epochs),
          .done = done,
          .total = total,
          .loss = formatted("loss %.4f", loss),
          .rate = rate,
          .seconds_left = static_cast<double>((epochs - progress.epoch) * total - done) / rate};
}

}  // namespace

std::string progress_line(const PassProgress& progress, int columns) {
  const std::string percent = formatted("%.0f %%", std::floor(100 * share(progress)));
  const std::string rate = rate_text(progress);
  const std::string left = left_text(progress);
  struct Layout {
    std::vector<std::string> after_bar;
    int min_bar;
  };
  const std::array layouts{
      Layout{{count_text(progress), progress.loss, rate, left}, 10},
      Layout{{percent, progress.loss, rate, left}, 10},
      Layout{{percent, progress.loss, left}, 6},
      Layout{{percent, progress.loss, left}, 0},
      Layout{{percent, left}, 0},
      Layout{{percent}, 0},
  };
  for (const Layout& layout : layouts) {
    const std::string text = joined(layout.after_bar);
    const int room = columns - text_width(progress.name) - text_width(text) - 2;
    if (layout.min_bar == 0 && room >= 0) {
      return joined({progress.name, text});
    }
    if (layout.min_bar > 0 && room - 1 >= layout.min_bar) {
      return progress.name + " " + bar(std::min(kBarWidth, room - 1), share(progress)) + "  " +
             text;
    }
  }
  return progress.name;
}

ProgressDisplay::ProgressDisplay(std::FILE* out)
    : out_(out), line_(out), last_shown_(seconds_now()) {}

void ProgressDisplay::after_step(const Trainer& trainer) {
  const double now = seconds_now();
  if (now - last_shown_ < (line_.is_terminal() ? kBarInterval : kLineInterval)) {
    return;
  }
  last_shown_ = now;
  const PassProgress progress = progress_of(trainer);
  if (line_.is_terminal()) {
    line_.show(progress_line(progress, line_.columns()));
  } else {
    std::fprintf(out_, "%s\n",
                 joined({progress.name, count_text(progress), progress.loss, rate_text(progress),
                         left_text(progress)})
                     .c_str());
    std::fflush(out_);
  }
}

void ProgressDisplay::after_epoch(const Trainer& trainer) {
  const EpochRecord& record = trainer.progress().history.back();
  line_.clear();
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

EvaluationDisplay::EvaluationDisplay(std::FILE* out, std::string name)
    : line_(out), name_(std::move(name)), begun_(seconds_now()), last_shown_(begun_) {}

void EvaluationDisplay::show(Index done, Index total) {
  const double now = seconds_now();
  if (!line_.is_terminal() || now - last_shown_ < kBarInterval) {
    return;
  }
  last_shown_ = now;
  const double rate = static_cast<double>(done) / (now - begun_);
  line_.show(progress_line({.name = name_,
                            .done = done,
                            .total = total,
                            .loss = "",
                            .rate = rate,
                            .seconds_left = static_cast<double>(total - done) / rate},
                           line_.columns()));
}

}  // namespace inkling

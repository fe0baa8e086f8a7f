#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "engine/io/atomic_file.h"
#include "train/charts/canvas.h"
#include "train/charts/charts.h"

namespace inkling {
namespace {

constexpr int kWidth = 960;
constexpr int kHeight = 600;
constexpr double kLeft = 86;
constexpr double kRight = kWidth - 28;
constexpr double kTop = 84;
constexpr double kBottom = kHeight - 62;

// From a palette that the color-blind can tell apart (Okabe & Ito 2008).
constexpr Rgb kTrainColor = {0.0, 0.447, 0.698};
constexpr Rgb kValidationColor = {0.835, 0.369, 0.0};
constexpr Rgb kGridColor = {0.88, 0.88, 0.88};
constexpr Rgb kAxisColor = {0.35, 0.35, 0.35};

struct Point {
  int epoch;
  double loss;
};

struct Series {
  const char* name;
  Rgb color;
  std::vector<Point> points;
};

Series series_of(const char* name, const Rgb& color, std::span<const EpochPoint> points,
                 double EpochPoint::*loss) {
  Series series{name, color, {}};
  for (const EpochPoint& point : points) {
    const double value = point.*loss;
    if (std::isfinite(value) && value > 0) {
      series.points.push_back({point.epoch, value});
    }
  }
  return series;
}

// 1, 2 and 5 times the powers of ten (over a wide range the powers alone), from the last one at or
// below `low` to the first one at or above `high`.
std::vector<double> loss_ticks(double low, double high) {
  constexpr double kWide = 1e4;
  const std::vector<double> steps =
      high / low > kWide ? std::vector<double>{1.0} : std::vector<double>{1.0, 2.0, 5.0};
  std::vector<double> ticks;
  for (int power = static_cast<int>(std::floor(std::log10(low)));; ++power) {
    for (const double step : steps) {
      const double tick = step * std::pow(10, power);
      if (tick <= low) {
        ticks.clear();
      }
      ticks.push_back(tick);
      if (tick >= high && ticks.size() > 1) {
        return ticks;
      }
    }
  }
}

// Whole epochs, 1, 2 or 5 times a power of ten apart, at most a dozen.
std::vector<int> epoch_ticks(int first, int last) {
  constexpr int kMax = 12;
  int step = 1;
  for (int i = 0; (last - first) / step >= kMax; ++i) {
    step = static_cast<int>(std::array{1, 2, 5}[static_cast<std::size_t>(i % 3)] *
                            std::pow(10, i / 3));
  }
  std::vector<int> ticks;
  for (int epoch = (first + step - 1) / step * step; epoch <= last; epoch += step) {
    ticks.push_back(epoch);
  }
  return ticks;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

class Axes {
 public:
  Axes(int first_epoch, int last_epoch, double least_loss, double greatest_loss)
      : first_(first_epoch), last_(last_epoch), ticks_(loss_ticks(least_loss, greatest_loss)) {}

  Position position(const Point& point) const { return {x_of(point.epoch), y_of(point.loss)}; }

  void draw(Canvas& canvas) const {
    for (const double tick : ticks_) {
      // On a row of pixels, so that the line is sharp.
      const double y = std::floor(y_of(tick)) + 0.5;
      canvas.line(std::array{Position{kLeft, y}, Position{kRight, y}}, 1, kGridColor);
      canvas.text({kLeft - 10, y + 4.5}, number(tick),
                  {.color = kAxisColor, .align = Align::right});
    }
    for (const int tick : epoch_ticks(first_, last_)) {
      const double x = std::floor(x_of(tick)) + 0.5;
      canvas.line(std::array{Position{x, kBottom}, Position{x, kBottom + 6}}, 1, kAxisColor);
      canvas.text({x, kBottom + 22}, std::to_string(tick),
                  {.color = kAxisColor, .align = Align::center});
    }
    const double y = kBottom + 0.5;
    canvas.line(std::array{Position{kLeft, y}, Position{kRight, y}}, 1, kAxisColor);
    canvas.text({(kLeft + kRight) / 2, kHeight - 14}, "epoch", {.align = Align::center});
    canvas.text({kLeft - 10, kTop - 18}, "loss (log scale)", {.align = Align::center});
  }

 private:
  double x_of(int epoch) const {
    constexpr double kMargin = 18;  // first and last points stand clear of the edges
    if (first_ == last_) {
      return (kLeft + kRight) / 2;
    }
    return kLeft + kMargin + (kRight - kLeft - 2 * kMargin) * (epoch - first_) / (last_ - first_);
  }
  double y_of(double loss) const {
    return kBottom - (kBottom - kTop) * std::log(loss / ticks_.front()) /
                         std::log(ticks_.back() / ticks_.front());
  }

  int first_;
  int last_;
  std::vector<double> ticks_;
};

bool less_loss(const Point& a, const Point& b) { return a.loss < b.loss; }

void draw_series(Canvas& canvas, const Axes& axes, const Series& series) {
  std::vector<Position> positions;
  for (const Point& point : series.points) {
    positions.push_back(axes.position(point));
  }
  canvas.line(positions, 2.5, series.color);
  constexpr std::size_t kFewEnoughForDots = 60;
  if (positions.size() <= kFewEnoughForDots) {
    for (const Position& position : positions) {
      canvas.disc(position, 3.5, series.color);
    }
  }
}

void draw_legend(Canvas& canvas, const Series& series, double y) {
  constexpr double kLegendX = kRight - 330;
  canvas.line(std::array{Position{kLegendX, y - 4.5}, Position{kLegendX + 26, y - 4.5}}, 2.5,
              series.color);
  canvas.disc({kLegendX + 13, y - 4.5}, 3.5, series.color);
  const Point& least = *std::min_element(series.points.begin(), series.points.end(), less_loss);
  canvas.text({kLegendX + 36, y},
              std::string(series.name) + ": " + number(series.points.back().loss) + ", least " +
                  number(least.loss) + " in epoch " + std::to_string(least.epoch),
              {});
}

}  // namespace

void write_loss_chart(const std::filesystem::path& path, std::span<const EpochPoint> points) {
  std::vector<Series> all;
  std::vector<Point> every_point;
  for (Series series :
       {series_of("train", kTrainColor, points, &EpochPoint::train_loss),
        series_of("validation", kValidationColor, points, &EpochPoint::validation_loss)}) {
    every_point.insert(every_point.end(), series.points.begin(), series.points.end());
    if (!series.points.empty()) {
      all.push_back(std::move(series));
    }
  }
  if (every_point.empty()) {
    throw std::invalid_argument(
        "write_loss_chart: expected at least one finite loss above 0, received " +
        std::to_string(points.size()) + " epochs without one");
  }
  const auto [least, greatest] =
      std::minmax_element(every_point.begin(), every_point.end(), less_loss);
  const auto [first, last] =
      std::minmax_element(every_point.begin(), every_point.end(),
                          [](const Point& a, const Point& b) { return a.epoch < b.epoch; });

  Canvas canvas(kWidth, kHeight);
  canvas.text({kLeft, 36}, "Loss against epoch", {.size = 20, .bold = true});
  const Axes axes(first->epoch, last->epoch, least->loss, greatest->loss);
  axes.draw(canvas);
  double legend_y = 32;
  for (const Series& series : all) {
    draw_series(canvas, axes, series);
    draw_legend(canvas, series, legend_y);
    legend_y += 22;
  }
  write_file_atomically(path, canvas.png());
}

}  // namespace inkling

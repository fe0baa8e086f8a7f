#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <stdexcept>
#include <string>
#include <tuple>

#include "engine/io/atomic_file.h"
#include "train/charts/canvas.h"
#include "train/charts/charts.h"

namespace inkling {
namespace {

constexpr std::size_t kColumns = 10;
constexpr std::size_t kMaxPictures = 100;
constexpr double kMargin = 20;
constexpr double kHeader = 64;
constexpr double kPictureSide = 84;  // three times MNIST's 28: each pixel three wide
constexpr double kCellWidth = 98;
constexpr double kCellHeight = 116;

constexpr Rgb kRight = {0.35, 0.35, 0.35};
constexpr Rgb kWrong = {0.8, 0.05, 0.1};
constexpr Rgb kFrame = {0.8, 0.8, 0.8};

std::string percent(double share, int decimals) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f %%", decimals, 100 * share);
  return text;
}

struct Caption {
  int prediction;
  int truth;
  float confidence;
};

void draw_cell(Canvas& canvas, Position at, std::span<const std::uint8_t> ink, int height,
               int width, const Caption& caption) {
  const bool wrong = caption.prediction != caption.truth;
  constexpr double kBorder = 2;
  canvas.picture({at.x + kBorder, at.y + kBorder}, kPictureSide, ink, height, width);
  canvas.frame(at, kPictureSide + 2 * kBorder, kPictureSide + 2 * kBorder, wrong ? kBorder : 1,
               wrong ? kWrong : kFrame);
  const TextStyle style{.size = 12, .color = wrong ? kWrong : kRight, .bold = wrong};
  const double baseline = at.y + kPictureSide + 2 * kBorder + 14;
  canvas.text({at.x + 1, baseline},
              std::to_string(caption.prediction) + " / " + std::to_string(caption.truth), style);
  canvas.text({at.x + kPictureSide + 2 * kBorder - 1, baseline}, percent(caption.confidence, 0),
              {.size = 11, .color = style.color, .align = Align::right});
}

void check_counts(std::size_t images, int height, int width, std::size_t labels,
                  std::size_t predictions, std::size_t confidences) {
  const bool sound =
      height > 0 && width > 0 && labels > 0 && predictions == labels && confidences == labels &&
      images == labels * static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  if (!sound) {
    throw std::invalid_argument(
        "write_prediction_sheet: expected one label, prediction, confidence and picture each, at "
        "least one, received " +
        std::to_string(labels) + ", " + std::to_string(predictions) + ", " +
        std::to_string(confidences) + " and " + std::to_string(images) + " bytes of " +
        std::to_string(height) + " x " + std::to_string(width));
  }
}

}  // namespace

std::vector<std::size_t> sheet_order(std::span<const std::uint8_t> labels,
                                     std::span<const std::uint8_t> predictions,
                                     std::span<const float> confidences, std::size_t limit) {
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Ascending: mistakes (false) before right ones, then as stated, then the row itself, so that the
  // order is one only.
  const auto key = [&](std::size_t row) {
    const bool right = predictions[row] == labels[row];
    return std::tuple(right, right ? confidences[row] : -confidences[row], row);
  };
  const std::size_t shown = std::min(limit, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
                    [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  order.resize(shown);
  return order;
}

void write_prediction_sheet(const std::filesystem::path& path, std::span<const std::uint8_t> images,
                            int height, int width, std::span<const std::uint8_t> labels,
                            std::span<const std::uint8_t> predictions,
                            std::span<const float> confidences) {
  check_counts(images.size(), height, width, labels.size(), predictions.size(), confidences.size());
  const auto order = sheet_order(labels, predictions, confidences, kMaxPictures);
  const std::size_t rows = (order.size() + kColumns - 1) / kColumns;
  Canvas canvas(static_cast<int>(2 * kMargin + kColumns * kCellWidth),
                static_cast<int>(kHeader + static_cast<double>(rows) * kCellHeight + kMargin / 2));

  std::size_t right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    right += predictions[i] == labels[i] ? 1 : 0;
  }
  canvas.text({kMargin, 30},
              std::to_string(labels.size() - right) + " of " + std::to_string(labels.size()) +
                  " wrong, accuracy " +
                  percent(static_cast<double>(right) / static_cast<double>(labels.size()), 2),
              {.size = 18, .bold = true});
  canvas.text(
      {kMargin, 50},
      "prediction / truth, confidence. Mistakes first, in red; then the right ones with the "
      "least confidence.",
      {.size = 12});

  const std::size_t pixels = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  for (std::size_t cell = 0; cell < order.size(); ++cell) {
    const std::size_t row = order[cell];
    const std::size_t column = cell % kColumns;
    const std::size_t line = cell / kColumns;
    const Position at = {kMargin + static_cast<double>(column) * kCellWidth + 5,
                         kHeader + static_cast<double>(line) * kCellHeight};
    draw_cell(canvas, at, images.subspan(row * pixels, pixels), height, width,
              {predictions[row], labels[row], confidences[row]});
  }
  write_file_atomically(path, canvas.png());
}

}  // namespace inkling

#include "data/ink.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace inkling {
namespace {

// What stands out by less than a tenth of the range is paper, not ink: scanners and codecs make
// more noise than that rarely, and pens less contrast than that (yellow on white has 29).
constexpr float kMinContrast = 24;
// Noise is taken as this many median absolute deviations: four standard deviations of a normal
// distribution (which has 1.48 deviations to the median one), three times the amplitude of a
// uniform one.
constexpr float kNoiseSpread = 6;

float median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<float> border(const GrayImage& image) {
  std::vector<float> values;
  for (int x = 0; x < image.width; ++x) {
    values.push_back(image.at(x, 0));
    values.push_back(image.at(x, image.height - 1));
  }
  for (int y = 1; y + 1 < image.height; ++y) {
    values.push_back(image.at(0, y));
    values.push_back(image.at(image.width - 1, y));
  }
  return values;
}

struct Paper {
  float level;
  float noise;  // differences up to this one are the paper's own
};

// Medians, so that ink which touches less than half of the border does not count.
Paper measure_paper(const GrayImage& gray) {
  std::vector<float> values = border(gray);
  const float level = median(values);
  for (float& value : values) {
    value = std::abs(value - level);
  }
  return {level, kNoiseSpread * median(std::move(values))};
}

// Whether the drawing is darker than the paper: the side with the greater sum of squares, which
// weighs strong strokes above wide but weak shades.
bool is_ink_darker(const GrayImage& gray, const Paper& paper) {
  double darker = 0;
  double lighter = 0;
  for (const float value : gray.values) {
    const float difference = paper.level - value;
    (difference > 0 ? darker : lighter) += static_cast<double>(difference) * difference;
  }
  return darker >= lighter;
}

// Ink in an alpha channel is a drawing on a transparent canvas, and not an opaque picture with
// see-through corners.
bool is_drawn_on_transparency(const GrayImage& alpha) {
  constexpr float kHalf = 128;
  const auto opaque = std::count_if(alpha.values.begin(), alpha.values.end(),
                                    [](float value) { return value >= kHalf; });
  return median(border(alpha)) < kHalf && 2 * opaque < std::ssize(alpha.values);
}

}  // namespace

GrayImage luminance_on_white(const Picture& picture) {
  GrayImage gray(picture.width, picture.height);
  for (std::size_t i = 0; i < gray.values.size(); ++i) {
    const std::uint8_t* pixel = &picture.rgba[4 * i];
    // In integers, thousandths, so that a gray pixel's weights add up to exactly its value.
    const int luminance = 299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2];
    const int alpha = pixel[3];
    gray.values[i] =
        static_cast<float>(luminance * alpha + 255 * 1000 * (255 - alpha)) / (255 * 1000);
  }
  return gray;
}

GrayImage alpha_channel(const Picture& picture) {
  GrayImage alpha(picture.width, picture.height);
  for (std::size_t i = 0; i < alpha.values.size(); ++i) {
    alpha.values[i] = picture.rgba[4 * i + 3];
  }
  return alpha;
}

std::optional<GrayImage> ink_on_paper(const GrayImage& gray) {
  const Paper paper = measure_paper(gray);
  const float side = is_ink_darker(gray, paper) ? -1.0F : 1.0F;
  GrayImage ink(gray.width, gray.height);
  float strongest = 0;
  for (std::size_t i = 0; i < ink.values.size(); ++i) {
    const float difference = side * (gray.values[i] - paper.level);
    ink.values[i] = difference > paper.noise ? difference : 0;
    strongest = std::max(strongest, ink.values[i]);
  }
  if (strongest < kMinContrast) {
    return std::nullopt;
  }
  return ink;
}

std::optional<GrayImage> extract_ink(const Picture& picture) {
  if (auto ink = ink_on_paper(luminance_on_white(picture))) {
    return ink;
  }
  const GrayImage alpha = alpha_channel(picture);
  return is_drawn_on_transparency(alpha) ? ink_on_paper(alpha) : std::nullopt;
}

}  // namespace inkling

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

std::vector<float> border(const Plane& plane) {
  std::vector<float> values;
  for (int x = 0; x < plane.width; ++x) {
    values.push_back(plane.at(x, 0));
    values.push_back(plane.at(x, plane.height - 1));
  }
  for (int y = 1; y + 1 < plane.height; ++y) {
    values.push_back(plane.at(0, y));
    values.push_back(plane.at(plane.width - 1, y));
  }
  return values;
}

struct Paper {
  float level;
  float noise;  // differences up to this one are the paper's own
};

// Medians, so that ink which touches less than half of the border does not count.
Paper measure_paper(const Plane& grey) {
  std::vector<float> values = border(grey);
  const float level = median(values);
  for (float& value : values) {
    value = std::abs(value - level);
  }
  return {level, kNoiseSpread * median(std::move(values))};
}

// Whether the drawing is darker than the paper: the side with the greater sum of squares, which
// weighs strong strokes above wide but weak shades.
bool is_ink_darker(const Plane& grey, const Paper& paper) {
  double darker = 0;
  double lighter = 0;
  for (const float value : grey.values) {
    const float difference = paper.level - value;
    (difference > 0 ? darker : lighter) += static_cast<double>(difference) * difference;
  }
  return darker >= lighter;
}

// Ink in an alpha channel is a drawing on a transparent canvas, and not an opaque picture with
// see-through corners.
bool is_drawn_on_transparency(const Plane& alpha) {
  constexpr float kHalf = 128;
  const auto opaque = std::count_if(alpha.values.begin(), alpha.values.end(),
                                    [](float value) { return value >= kHalf; });
  return median(border(alpha)) < kHalf && 2 * opaque < std::ssize(alpha.values);
}

}  // namespace

Plane luminance_on_white(const Picture& picture) {
  Plane grey(picture.width, picture.height);
  for (std::size_t i = 0; i < grey.values.size(); ++i) {
    const std::uint8_t* pixel = &picture.rgba[4 * i];
    // In integers, thousandths, so that a grey pixel's weights add up to exactly its value.
    const int luminance = 299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2];
    const int alpha = pixel[3];
    grey.values[i] =
        static_cast<float>(luminance * alpha + 255 * 1000 * (255 - alpha)) / (255 * 1000);
  }
  return grey;
}

Plane alpha_channel(const Picture& picture) {
  Plane alpha(picture.width, picture.height);
  for (std::size_t i = 0; i < alpha.values.size(); ++i) {
    alpha.values[i] = picture.rgba[4 * i + 3];
  }
  return alpha;
}

std::optional<Plane> ink_on_paper(const Plane& grey) {
  const Paper paper = measure_paper(grey);
  const float side = is_ink_darker(grey, paper) ? -1.0F : 1.0F;
  Plane ink(grey.width, grey.height);
  float strongest = 0;
  for (std::size_t i = 0; i < ink.values.size(); ++i) {
    const float difference = side * (grey.values[i] - paper.level);
    ink.values[i] = difference > paper.noise ? difference : 0;
    strongest = std::max(strongest, ink.values[i]);
  }
  if (strongest < kMinContrast) {
    return std::nullopt;
  }
  return ink;
}

std::optional<Plane> extract_ink(const Picture& picture) {
  if (auto ink = ink_on_paper(luminance_on_white(picture))) {
    return ink;
  }
  const Plane alpha = alpha_channel(picture);
  return is_drawn_on_transparency(alpha) ? ink_on_paper(alpha) : std::nullopt;
}

}  // namespace inkling

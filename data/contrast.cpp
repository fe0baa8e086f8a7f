#include "data/contrast.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "data/digit_geometry.h"
#include "data/image_filter.h"
#include "data/paper.h"
#include "data/scan.h"

namespace inkling {
namespace {

// What stands out by less than this is paper: codecs and scanners make as much of nothing. In a
// small picture, whose noise cannot be told from its drawing, noise has to be below this, too.
constexpr float kMinContrast = 10;
constexpr float kMinSmallContrast = 24;
// So many standard deviations of the paper's noise: of a million pixels none is likely to reach the
// first by chance; the second is enough beside what did.
constexpr float kVisible = 6;
constexpr float kAboveNoise = 3;
// Noise is averaged out until the ink stands out by this factor, over squares of up to
// 2 · kMaxBlur + 1 pixels.
constexpr float kClear = 16;
constexpr int kMaxBlur = 3;
// Shares of the strongest ink: a part of the drawing reaches the first and is connected by the
// second. Its soft edges go down to the third.
constexpr float kStrong = 0.6F;
constexpr float kMiddle = 0.4F;
constexpr float kFaint = 1.0F / 16;
// Where shadows and tables are cut off: share of the picture's sides.
constexpr double kShadyEdge = 0.15;

// What stands out from the paper, to either side: sums of squares, which weigh strong strokes above
// wide but weak shades. What is paper weighs nothing, however much of it there is.
struct StandingOut {
  double darker = 0;
  double lighter = 0;
  float most = 0;
};

StandingOut standing_out(const GrayImage& difference, const Box& box, float noise) {
  const float paper = std::max(kMinContrast, kAboveNoise * noise);
  const auto is_visible = [&](float value) { return std::abs(value) > paper; };
  const int end = box.x + box.width;
  StandingOut result;
  for (int y = box.y; y < box.y + box.height; ++y) {
    const float* row = difference.row(y);
    for (int x = find_in_row(row, box.x, end, is_visible); x < end;
         x = find_in_row(row, x + 1, end, is_visible)) {
      const float visible = std::abs(row[x]) - paper;
      (row[x] < 0 ? result.darker : result.lighter) += static_cast<double>(visible) * visible;
      result.most = std::max(result.most, std::abs(row[x]));
    }
  }
  return result;
}

// Whether the drawing is darker than the paper, which is told by what is away from the picture's
// edge, where shadows and tables are cut off, unless nothing is seen there.
bool is_ink_darker(const GrayImage& difference, float noise) {
  if (is_photograph(difference)) {
    const StandingOut middle = standing_out(difference, within_edge(difference, kShadyEdge), noise);
    if (middle.most >= std::max(kMinContrast, kVisible * noise)) {
      return middle.darker >= middle.lighter;
    }
  }
  const StandingOut all =
      standing_out(difference, {0, 0, difference.width, difference.height}, noise);
  return all.darker >= all.lighter;
}

Contrast contrast_of(const GrayImage& gray, const Paper& paper, int blur) {
  GrayImage difference = paper.difference_from(blur == 0 ? gray : box_blur(gray, blur));
  const float noise = is_photograph(gray) ? noise_std(difference, 2 * blur + 1) : 0;
  const float side = is_ink_darker(difference, noise) ? -1.0F : 1.0F;
  for (float& value : difference.values) {
    value = std::max(0.0F, side * value);
  }
  const float strongest = greatest(difference.values.data(), difference.values.size());
  return {std::move(difference), strongest, noise};
}

}  // namespace

Contrast clearest_contrast(const GrayImage& gray) {
  const Paper paper(gray);
  Contrast best = contrast_of(gray, paper, 0);
  for (int blur = 1; blur <= kMaxBlur && best.strongest < kClear * best.noise; ++blur) {
    Contrast blurred = contrast_of(gray, paper, blur);
    if (blurred.strongest * best.noise > best.strongest * blurred.noise) {
      best = std::move(blurred);
    }
  }
  return best;
}

bool is_visible(const Contrast& contrast) {
  const float min_contrast = is_photograph(contrast.ink) ? kMinContrast : kMinSmallContrast;
  return contrast.strongest >= std::max(min_contrast, kVisible * contrast.noise);
}

// Noise makes the strongest pixel stronger than a full stroke.
float full_ink(const Contrast& contrast) {
  return std::max(contrast.strongest / 2, contrast.strongest - 4 * contrast.noise);
}

Components parts_of(const Contrast& contrast) {
  const float full = full_ink(contrast);
  return connected_components(contrast.ink,
                              std::max(kMiddle * full, (kAboveNoise + 1) * contrast.noise),
                              std::max(kStrong * full, kVisible * contrast.noise));
}

float above_noise(const Contrast& contrast) { return kAboveNoise * contrast.noise; }

float faint_ink(const Contrast& contrast) {
  return std::max(kFaint * full_ink(contrast), above_noise(contrast));
}

Components whole_parts_of(const Contrast& contrast) {
  return connected_components(contrast.ink, faint_ink(contrast), kStrong * full_ink(contrast));
}

}  // namespace inkling

#include "data/paper.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "data/digit_geometry.h"
#include "data/image_filter.h"
#include "data/mask.h"

namespace inkling {
namespace {

// The paper is estimated on a smaller picture with a longer side of so many pixels, as medians over
// squares of 41 pixels: a drawing covers less than half of such a square, and the edge of a shadow
// stays an edge.
constexpr int kThumbnailSide = 96;
constexpr int kMedianRadius = 20;
constexpr int kThinRadius = 2;
// With a shorter side a picture is no photograph: its paper has one brightness.
constexpr int kMinPhotographSide = 64;
// A darker shadow than this share of the light counts as this one.
constexpr float kMinLight = 0.25F;
// Printed lines change what is measured of dark paper by several of its few levels, and are not to
// be taken for light and shadow: so many levels are added to black paper before they are compared,
// fewer to lighter paper, none to paper of kDark and more.
constexpr float kAddedLevels = 20;
constexpr float kDark = 64;
constexpr int kSoftEdge = 3;  // of ink in the thumbnail, pixels
// A region of two-toned pictures whose thickness is more than this share of the longer side is no
// ink but a shadow, or a table.
constexpr double kMaxStrokeShare = 0.26;
// Paper that varies by more than this share of the ink's contrast is unevenly lit.
constexpr float kMaxUnevenness = 0.25F;

// The threshold between two classes with the greatest variance between them (Otsu 1979).
float otsu_threshold(const GrayImage& image) {
  std::array<std::int32_t, 256> counts{};
  std::int64_t sum = 0;
  for (const float value : image.values) {
    // As std::lround(value), of which a call takes longer.
    const int rounded = static_cast<int>(2 * static_cast<double>(value) + 1) / 2;
    const int level = std::clamp(rounded, 0, 255);
    ++counts[static_cast<std::size_t>(level)];
    sum += level;
  }
  const auto total = static_cast<double>(sum);
  const auto all = static_cast<double>(image.values.size());
  double below = 0;
  double below_total = 0;
  double best = -1;
  double first = 0;
  double last = 0;
  for (std::size_t level = 0; level + 1 < counts.size(); ++level) {
    below += counts[level];
    below_total += static_cast<double>(level) * counts[level];
    if (below == 0 || below == all) {
      continue;
    }
    const double difference = below_total / below - (total - below_total) / (all - below);
    const double variance = below * (all - below) * difference * difference;
    if (variance > best) {
      best = variance;
      first = static_cast<double>(level);
    }
    last = variance == best ? static_cast<double>(level) : last;
  }
  // Between two peaks every threshold is as good: the middle one.
  return static_cast<float>((first + std::max(first, last)) / 2 + 0.5);
}

struct TwoTones {
  float threshold;
  bool paper_is_above;

  bool is_paper(float value) const { return (value > threshold) == paper_is_above; }
};

// The class that has more of the picture and of its border is paper. A tight crop has a good deal
// of ink on its border, but still less than paper.
TwoTones two_tones(const GrayImage& gray) {
  const float threshold = otsu_threshold(gray);
  const auto share_above = [&](const std::vector<float>& values) {
    std::int64_t above = 0;
    for (const float value : values) {
      above += value > threshold ? 1 : 0;
    }
    return static_cast<double>(above) / static_cast<double>(values.size());
  };
  return {threshold, share_above(gray.values) + share_above(border_values(gray)) >= 1};
}

// Twice the largest distance of a drawn pixel from the paper, in pixels.
int max_thickness(const GrayImage& gray, const TwoTones& tones) {
  const std::vector<int> distances =
      distance_to(mask_of(gray, [&](float value) { return tones.is_paper(value); }));
  return 2 * *std::max_element(distances.begin(), distances.end());
}

// The paper's values alone.
std::vector<float> paper_values(const GrayImage& gray, const TwoTones& tones) {
  std::vector<float> paper;
  std::copy_if(gray.values.begin(), gray.values.end(), std::back_inserter(paper),
               [&](float value) { return tones.is_paper(value); });
  return paper;
}

// The paper's values that are not next to ink, whose soft edges are no paper.
std::vector<float> plain_paper_values(const GrayImage& gray, const TwoTones& tones) {
  const Mask near_ink =
      dilated(mask_of(gray, [&](float value) { return !tones.is_paper(value); }), kSoftEdge);
  std::vector<float> paper;
  for (std::size_t i = 0; i < gray.values.size(); ++i) {
    if (near_ink.values[i] == 0) {
      paper.push_back(gray.values[i]);
    }
  }
  return paper;
}

bool is_evenly_lit(const GrayImage& thumbnail, const TwoTones& tones) {
  const std::vector<float> paper = plain_paper_values(thumbnail, tones);
  if (paper.empty()) {
    return false;
  }
  const std::vector<float> levels = quantiles(paper, {0.05, 0.5, 0.95});
  const float contrast = 2 * std::abs(levels[1] - tones.threshold);
  return levels[2] - levels[0] <= kMaxUnevenness * contrast &&
         max_thickness(thumbnail, tones) <=
             kMaxStrokeShare * std::max(thumbnail.width, thumbnail.height);
}

}  // namespace

bool is_photograph(const GrayImage& gray) {
  return std::min(gray.width, gray.height) >= kMinPhotographSide;
}

Paper::Paper(const GrayImage& gray) : low_(1, 1), high_(1, 1), brightest_(0) {
  const GrayImage thumbnail =
      is_photograph(gray) && std::max(gray.width, gray.height) > kThumbnailSide
          ? scale_longer_side(gray, kThumbnailSide)
          : gray;
  const TwoTones tones = two_tones(thumbnail);
  if (!is_photograph(gray) || is_evenly_lit(thumbnail, tones)) {
    low_.values = quantiles(paper_values(thumbnail, tones), {0.5});
    high_ = low_;
    return;
  }
  // Thin lines first: one along the picture's edge would go on beyond it.
  const GrayImage thick = median_filter(thumbnail, kThinRadius, Beyond::mirrored);
  // A slope is followed up to the picture's edge by the one, a shadow's edge by the other.
  const GrayImage sloping = median_filter(thick, kMedianRadius, Beyond::sloping);
  const GrayImage mirrored = median_filter(thick, kMedianRadius, Beyond::mirrored);
  low_ = high_ = sloping;
  for (std::size_t i = 0; i < sloping.values.size(); ++i) {
    low_.values[i] = std::min(sloping.values[i], mirrored.values[i]);
    high_.values[i] = std::max(sloping.values[i], mirrored.values[i]);
  }
  low_ = min_filter(low_, 1);
  high_ = max_filter(high_, 1);
  brightest_ = quantiles(mirrored.values, {0.98}).front();
}

GrayImage Paper::difference_from(GrayImage gray) const {
  if (low_.values.size() == 1) {  // one brightness
    const float brightness = low_.values[0];
    for (float& value : gray.values) {
      value -= brightness;
    }
    return gray;
  }
  Enlarged low(low_, gray.width, gray.height);
  Enlarged high(high_, gray.width, gray.height);
  const float added = kAddedLevels * std::max(0.0F, 1 - brightest_ / kDark);
  for (int y = 0; y < gray.height; ++y) {
    const float* low_row = low.row(y);
    const float* high_row = high.row(y);
    float* row = gray.row(y);
    for (int x = 0; x < gray.width; ++x) {
      const float value = row[x];
      const float paper = std::clamp(value, low_row[x], high_row[x]);
      const float difference = value - paper;
      // The less light falls on the paper, the less its ink differs from it. But nothing is lighter
      // than white in that light: what would be is no ink, but a lighter thing beside a dark one.
      const float light = std::max(kMinLight, (paper + added) / (brightest_ + added));
      row[x] = std::min(difference / light, std::max(difference, 255 - brightest_));
    }
  }
  return gray;
}

}  // namespace inkling

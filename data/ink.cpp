#include "data/ink.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "data/contrast.h"
#include "data/digit_geometry.h"
#include "data/edge_residue.h"
#include "data/frame.h"
#include "data/image_filter.h"
#include "data/paper.h"
#include "data/printed_lines.h"

namespace inkling {
namespace {

// How far soft edges may be from what is connected: share of the drawing's longer side.
constexpr double kSoftEdge = 0.06;
constexpr int kMaxFrames = 2;  // around each other
constexpr std::int64_t kMaxWorkingPixels = 1'100'000;

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

// The picture with at most kMaxWorkingPixels.
GrayImage limited(const GrayImage& gray) {
  const auto pixels = static_cast<double>(gray.values.size());
  const double scale = std::sqrt(kMaxWorkingPixels / pixels);
  const int longer_side = std::max(gray.width, gray.height);
  return scale >= 1 ? gray : scale_longer_side(gray, static_cast<int>(longer_side * scale));
}

// 0 for all that is not near a pixel of the drawing or fainter than its soft edges.
void keep_drawing(const Components& components, float faint, GrayImage& ink) {
  const std::vector<bool> parts = is_photograph(ink)
                                      ? parts_of_drawing(components, ink.width, ink.height)
                                      : std::vector<bool>(components.all.size(), true);
  std::vector<bool> drawn(ink.values.size());
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    const std::int32_t label = components.labels[i];
    if (label != 0 && parts[static_cast<std::size_t>(label - 1)]) {
      drawn[i] = true;
    }
  }
  const int reach = 1 + static_cast<int>(kSoftEdge * longer_side(box_of(components, parts)));
  const std::vector<int> distance = distance_to(ink, drawn);
  for (std::size_t i = 0; i < ink.values.size(); ++i) {
    if (distance[i] > reach || ink.values[i] < faint) {
      ink.values[i] = 0;
    }
  }
}

// frames: so many around it are looked into.
std::optional<GrayImage> ink_within(const GrayImage& gray, int frames) {
  Contrast contrast = clearest_contrast(gray);
  if (!is_visible(contrast)) {
    return std::nullopt;
  }
  const bool photograph = is_photograph(gray);
  if (photograph) {
    remove_printed_lines(contrast.ink, full_ink(contrast), above_noise(contrast));
  }
  Components components = parts_of(contrast);
  if (photograph && frames > 0) {
    if (const auto inside = inside_of_frame(components, gray.width, gray.height)) {
      if (auto ink = ink_within(crop(gray, *inside), frames - 1)) {
        return ink;
      }
    }
  }
  if (photograph) {
    look_beside_residue(components, contrast);
  }
  const float full = full_ink(contrast);
  keep_drawing(components, faint_ink(contrast), contrast.ink);
  if (max_value(contrast.ink) == 0) {
    return std::nullopt;
  }
  for (float& value : contrast.ink.values) {
    value = std::min(value, full);
  }
  return std::move(contrast.ink);
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
  return ink_within(limited(gray), kMaxFrames);
}

std::optional<GrayImage> extract_ink(const Picture& picture) {
  if (auto ink = ink_on_paper(luminance_on_white(picture))) {
    return ink;
  }
  const GrayImage alpha = alpha_channel(picture);
  return is_drawn_on_transparency(alpha) ? ink_on_paper(alpha) : std::nullopt;
}

}  // namespace inkling

#include "data/ink.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "data/contrast.h"
#include "data/digit_geometry.h"
#include "data/edge_residue.h"
#include "data/frame.h"
#include "data/image_filter.h"
#include "data/mask.h"
#include "data/paper.h"
#include "data/printed_lines.h"
#include "data/scan.h"

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

// The components' pixels within a box.
Mask pixels_of(const Components& components, const std::vector<bool>& parts, const Box& box,
               int width) {
  std::vector<std::uint8_t> is_part{0};  // by label
  is_part.insert(is_part.end(), parts.begin(), parts.end());
  Mask mask(box.width, box.height);
  for (int y = 0; y < box.height; ++y) {
    const std::int32_t* labels =
        components.labels.data() + static_cast<std::ptrdiff_t>(box.y + y) * width + box.x;
    const auto is_labeled = [](std::int32_t label) { return label != 0; };
    for (int x = find_in_row(labels, 0, box.width, is_labeled); x < box.width;
         x = find_in_row(labels, x + 1, box.width, is_labeled)) {
      mask.row(y)[x] = is_part[static_cast<std::size_t>(labels[x])];
    }
  }
  return mask;
}

// 0 for all that is not near a pixel of the drawing or fainter than its soft edges, and at most
// `full` for the rest. Returns whether there is any.
bool keep_drawing(const Components& components, float faint, float full, GrayImage& ink) {
  const std::vector<bool> parts = is_photograph(ink)
                                      ? parts_of_drawing(components, ink.width, ink.height)
                                      : std::vector<bool>(components.all.size(), true);
  const Box drawing = box_of(components, parts);
  const int reach = 1 + static_cast<int>(kSoftEdge * longer_side(drawing));
  const Box all = within(
      {drawing.x - reach, drawing.y - reach, drawing.width + 2 * reach, drawing.height + 2 * reach},
      ink);
  const Mask near = dilated(pixels_of(components, parts, all, ink.width), reach);
  float most = 0;
  for (int y = 0; y < ink.height; ++y) {
    float* row = ink.row(y);
    if (y < all.y || y >= all.y + all.height) {
      std::fill(row, row + ink.width, 0.0F);
      continue;
    }
    std::fill(row, row + all.x, 0.0F);
    std::fill(row + all.x + all.width, row + ink.width, 0.0F);
    const std::uint8_t* is_near = near.row(y - all.y);
    for (int x = 0; x < all.width; ++x) {
      const float value = row[all.x + x];
      row[all.x + x] = is_near[x] == 0 || value < faint ? 0 : std::min(value, full);
    }
    most = std::max(most, greatest(row + all.x, static_cast<std::size_t>(all.width)));
  }
  return most > 0;
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
  if (!keep_drawing(components, faint_ink(contrast), full_ink(contrast), contrast.ink)) {
    return std::nullopt;
  }
  return std::move(contrast.ink);
}

constexpr std::size_t kSame = 16;  // pixels that are compared at once

float luminance_of(const std::uint8_t* rgba) {
  // In integers, thousandths, so that a gray pixel's weights add up to exactly its value.
  const int luminance = 299 * rgba[0] + 587 * rgba[1] + 114 * rgba[2];
  const int alpha = rgba[3];
  return static_cast<float>(luminance * alpha + 255 * 1000 * (255 - alpha)) / (255 * 1000);
}

// Ink in an alpha channel is a drawing on a transparent canvas, and not an opaque picture with
// see-through corners.
bool is_drawn_on_transparency(const GrayImage& alpha) {
  constexpr float kHalf = 128;
  const auto opaque = std::count_if(alpha.values.begin(), alpha.values.end(),
                                    [](float value) { return value >= kHalf; });
  return median(border_values(alpha)) < kHalf && 2 * opaque < std::ssize(alpha.values);
}

}  // namespace

GrayImage luminance_on_white(const Picture& picture) {
  GrayImage gray(picture.width, picture.height);
  const std::uint8_t* pixel = picture.rgba.data();
  float* to = gray.values.data();
  std::size_t left = gray.values.size();
  while (left >= kSame) {
    // Most of a drawing's pixels are as the ones before.
    const float value = luminance_of(pixel);
    if (std::memcmp(pixel, pixel + 4, 4 * (kSame - 1)) == 0) {
      std::fill(to, to + kSame, value);
    } else {
      for (std::size_t i = 0; i < kSame; ++i) {
        to[i] = luminance_of(pixel + 4 * i);
      }
    }
    pixel += 4 * kSame;
    to += kSame;
    left -= kSame;
  }
  for (; left > 0; --left, pixel += 4) {
    *to++ = luminance_of(pixel);
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
  const double scale = std::sqrt(kMaxWorkingPixels / static_cast<double>(gray.values.size()));
  if (scale >= 1) {
    return ink_within(gray, kMaxFrames);
  }
  const int longer_side = std::max(gray.width, gray.height);
  return ink_within(scale_longer_side(gray, static_cast<int>(longer_side * scale)), kMaxFrames);
}

std::optional<GrayImage> extract_ink(const Picture& picture) {
  if (auto ink = ink_on_paper(luminance_on_white(picture))) {
    return ink;
  }
  const GrayImage alpha = alpha_channel(picture);
  return is_drawn_on_transparency(alpha) ? ink_on_paper(alpha) : std::nullopt;
}

}  // namespace inkling

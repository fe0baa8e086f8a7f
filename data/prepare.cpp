#include "data/prepare.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include "data/digit_geometry.h"
#include "data/ink.h"

namespace inkling {
namespace {

constexpr float kFull = 255;
// What is weaker than this share of the strongest ink does not count for the ink box: soft edges
// and artifacts of saving, which the eye does not see, would stretch it.
constexpr float kFaint = 1.0F / 16;

// MNIST's frame, in pixels, for pictures of a side.
struct Frame {
  explicit Frame(int of_side)
      : side(of_side),
        ink((of_side * 20 + kDigitSize / 2) / kDigitSize),
        min_stroke(1.3F * static_cast<float>(of_side) / kDigitSize) {}

  int side;
  int ink;  // the longer side of the ink box: 20 of MNIST's 28
  // As stroke_width() measures it in the ink box: one in twenty of MNIST's digits has a pen thinner
  // than 1.3, half of them one of 2 and more. Area averaging leaves of a thinner line only a
  // fainter one; it is redrawn with this one.
  float min_stroke;
};

// Thin lines are thickened at this many times the final resolution, where even the thinnest survive
// as a line, and where the work does not depend on the picture's size.
constexpr int kFineness = 8;

// A larger ink box is brought to this longer side first. All that follows costs no more for a large
// picture then; for a line as long as a picture may be, it would else take gigabytes.
constexpr int kMaxWorkingSide = 2048;

void check(const Picture& picture) {
  const bool sound = picture.width > 0 && picture.height > 0 &&
                     picture.rgba.size() == std::size_t{4} *
                                                static_cast<std::size_t>(picture.width) *
                                                static_cast<std::size_t>(picture.height);
  if (!sound) {
    throw std::invalid_argument("prepare: expected width * height * 4 bytes, received " +
                                std::to_string(picture.width) + " x " +
                                std::to_string(picture.height) + " with " +
                                std::to_string(picture.rgba.size()) + " bytes");
  }
}

std::vector<std::uint8_t> to_bytes(const GrayImage& ink) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(ink.values.size());
  for (const float value : ink.values) {
    bytes.push_back(static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0F, kFull))));
  }
  return bytes;
}

// MNIST's form: a 28×28 whose ink box has a longer side of 20 (a few of its own have 19) and whose
// center of mass is within a pixel of the middle.
bool has_mnist_form(const GrayImage& ink, const Frame& frame) {
  const std::optional<Box> box = ink_box(ink, max_value(ink) * kFaint);
  if (!box) {
    return false;
  }
  const int longer = longer_side(*box);
  const Point center = center_of_mass(ink);
  return (longer == frame.ink || longer == frame.ink - 1) &&
         std::abs(center.x - frame.side / 2.0) <= 1 && std::abs(center.y - frame.side / 2.0) <= 1;
}

// A picture in MNIST's form, as ink on white, on black or on transparency: it comes through as it
// is. nullopt for any other.
std::optional<std::vector<std::uint8_t>> already_prepared(const Picture& picture,
                                                          const Frame& frame) {
  if (picture.width != frame.side || picture.height != frame.side) {
    return std::nullopt;
  }
  GrayImage light = luminance_on_white(picture);
  GrayImage dark = light;
  for (float& value : dark.values) {
    value = kFull - value;
  }
  for (const GrayImage& ink : {light, dark, alpha_channel(picture)}) {
    if (has_mnist_form(ink, frame)) {
      return to_bytes(ink);
    }
  }
  return std::nullopt;
}

// A box that comes out at least one pixel wide in the frame. Else a lone straight line would be
// widened to that, and look thicker than it is.
Box widened_to_one_pixel(const Box& box, const Frame& frame) {
  const int min_side = (longer_side(box) + frame.ink - 1) / frame.ink;
  const int more_width = std::max(0, min_side - box.width);
  const int more_height = std::max(0, min_side - box.height);
  return {box.x - more_width / 2, box.y - more_height / 2, box.width + more_width,
          box.height + more_height};
}

// What is in the box, at most kMaxWorkingSide pixels long.
GrayImage cut_out(const GrayImage& ink, const Box& box, const Frame& frame) {
  if (longer_side(box) <= kMaxWorkingSide) {
    return crop(ink, widened_to_one_pixel(box, frame));
  }
  const GrayImage smaller = scale_longer_side(crop(ink, box), kMaxWorkingSide);
  return crop(smaller, widened_to_one_pixel({0, 0, smaller.width, smaller.height}, frame));
}

// The same lines with the frame's thinnest pen. width: of the present one, in pixels of the frame.
GrayImage redraw_thicker(const GrayImage& ink, float width, const Frame& frame) {
  GrayImage fine = scale_longer_side(ink, kFineness * frame.ink);
  // A line thinner than a fine pixel left only its share of ink there.
  const float share = std::min(1.0F, width * kFineness);
  for (float& value : fine.values) {
    value = std::min(kFull, value / share);
  }
  return thicken(fine, (frame.min_stroke - width) * kFineness / 2);
}

GrayImage scale_to_frame(const GrayImage& ink, const Frame& frame) {
  GrayImage scaled = scale_longer_side(ink, frame.ink);
  const float width = stroke_width(scaled);
  if (width < frame.min_stroke) {
    scaled = scale_longer_side(redraw_thicker(ink, width, frame), frame.ink);
  }
  stretch_to_full(scaled);
  return scaled;
}

}  // namespace

void check_preparable(int height, int width, const std::string& weights) {
  if (height != width || height < kMinPreparedSize || height > kMaxPreparedSize) {
    throw std::invalid_argument(
        weights + ": expected a network for square pictures of " +
        std::to_string(kMinPreparedSize) + " to " + std::to_string(kMaxPreparedSize) +
        " pixels a side, received one for " + std::to_string(height) + "×" + std::to_string(width));
  }
}

std::optional<std::vector<std::uint8_t>> prepare(const Picture& picture, int side) {
  check(picture);
  check_preparable(side, side, "prepare");
  const Frame frame(side);
  if (auto digit = already_prepared(picture, frame)) {
    return digit;
  }
  const std::optional<GrayImage> ink = extract_ink(picture);
  if (!ink) {
    return std::nullopt;
  }
  const std::optional<Box> box = ink_box(*ink, max_value(*ink) * kFaint);
  if (!box) {
    return std::nullopt;  // never: there is ink, so there is a box
  }
  GrayImage drawn = cut_out(*ink, *box, frame);
  stretch_to_full(drawn);
  return to_bytes(center_by_mass(scale_to_frame(drawn, frame), side));
}

std::optional<DigitPixels> prepare(const Picture& picture) {
  const auto bytes = prepare(picture, kDigitSize);
  if (!bytes) {
    return std::nullopt;
  }
  DigitPixels digit{};
  std::copy(bytes->begin(), bytes->end(), digit.begin());
  return digit;
}

}  // namespace inkling

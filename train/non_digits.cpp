#include "train/non_digits.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <stdexcept>
#include <string>

#include "data/digit_geometry.h"
#include "kernels/args/loss.h"
#include "train/strokes.h"

namespace inkling {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;

// Of a picture's side: what MNIST's 20 of 28 pixels are, and its pens.
constexpr float kFrame = 20.0F / 28;
constexpr float kThinPen = 1.6F / 28;
constexpr float kThickPen = 4.0F / 28;
constexpr float kMarker = 8.0F / 28;
// Drawings that are narrower than this share of their height are left to the ones.
constexpr float kNarrow = 0.4F;

PenPoint place_of_grid(PictureRandom& random) {
  constexpr float kMiss = 0.08F;  // how far a hand misses a place
  return {0.5F * static_cast<float>(random.below(3)) + random.uniform(-kMiss, kMiss),
          0.5F * static_cast<float>(random.below(3)) + random.uniform(-kMiss, kMiss)};
}

// From a to b, its middle `bulge` of its length off the straight line.
PenLine arc(PenPoint a, PenPoint b, float bulge) {
  const PenPoint control{(a.x + b.x) / 2 - 2 * bulge * (b.y - a.y),
                         (a.y + b.y) / 2 + 2 * bulge * (b.x - a.x)};
  constexpr int kSteps = 8;
  PenLine line;
  for (int i = 0; i <= kSteps; ++i) {
    const float t = static_cast<float>(i) / kSteps;
    const auto between = [t](float from, float over, float to) {
      return (1 - t) * (1 - t) * from + 2 * t * (1 - t) * over + t * t * to;
    };
    line.push_back({between(a.x, control.x, b.x), between(a.y, control.y, b.y)});
  }
  return line;
}

Drawing figure(PictureRandom& random) {
  Drawing lines;
  const int count = 2 + random.below(5);
  while (std::ssize(lines) < count) {
    PenPoint from = place_of_grid(random);
    if (!lines.empty() && random.chance(0.7F)) {  // at an end, or the middle, of one that is there
      const PenLine& other =
          lines[static_cast<std::size_t>(random.below(static_cast<int>(lines.size())))];
      const std::size_t places[] = {0, other.size() / 2, other.size() - 1};
      from = other[places[random.below(3)]];
    }
    const PenPoint to = place_of_grid(random);
    if (std::hypot(to.x - from.x, to.y - from.y) > 0.3F) {
      lines.push_back(arc(from, to, random.chance(0.3F) ? random.uniform(-0.4F, 0.4F) : 0));
    }
  }
  return lines;
}

Drawing scribble(PictureRandom& random) {
  constexpr float kStep = 0.05F;
  PenPoint at{random.uniform(), random.uniform()};
  float direction = random.uniform(0, 2 * kPi);
  float turn = 0;  // a step, radians
  PenLine line{at};
  const int steps = 40 + random.below(100);
  for (int i = 0; i < steps; ++i) {
    turn = 0.9F * turn + random.uniform(-0.15F, 0.15F);
    direction += turn;
    at = {at.x + kStep * std::cos(direction), at.y + kStep * std::sin(direction)};
    if (at.x < 0 || at.x > 1 || at.y < 0 || at.y > 1) {  // back to the middle
      direction = std::atan2(0.5F - at.y, 0.5F - at.x) + random.uniform(-1, 1);
      turn = 0;
    }
    line.push_back(at);
  }
  return {line};
}

// Corners on an ellipse around the middle, joined to each `step`-th one.
PenLine polygon(PenPoint middle, float width, float height, int corners, int step, float turned) {
  PenLine line;
  for (int i = 0; i <= corners; ++i) {
    const float angle =
        turned + 2 * kPi * static_cast<float>(i * step % corners) / static_cast<float>(corners);
    line.push_back({middle.x + width * std::cos(angle), middle.y + height * std::sin(angle)});
  }
  return line;
}

Drawing shape(PictureRandom& random) {
  constexpr int kRing = 24;  // corners
  const int corners = random.chance(0.3F) ? kRing : 3 + random.below(5);
  const int step = (corners == 5 || corners == 7) && random.chance(0.5F) ? 2 : 1;
  const PenPoint middle{0.5F, 0.5F};
  Drawing lines{polygon(middle, 0.5F, 0.5F * random.uniform(0.7F, 1.4F), corners, step,
                        random.uniform(0, 2 * kPi))};
  // Without marks, what is nearly round is a zero; with a single one it may be a slashed zero.
  const int marks = corners > 5 && step == 1 ? 2 + random.below(3) : random.below(4);
  for (int i = 0; i < marks; ++i) {
    const PenPoint at{random.uniform(0.25F, 0.75F), random.uniform(0.25F, 0.75F)};
    const float angle = random.uniform(0, 2 * kPi);
    const float length = random.uniform(0.03F, 0.3F);
    const PenPoint end{at.x + length * std::cos(angle), at.y + length * std::sin(angle)};
    lines.push_back(random.chance(0.3F) ? polygon(at, 0.1F, 0.1F, 12, 1, 0)
                                        : arc(at, end, random.uniform(-0.4F, 0.4F)));
  }
  return lines;
}

float random_pen(PictureRandom& random) {
  return random.chance(0.05F) ? random.uniform(kThickPen, kMarker)
                              : random.uniform(kThinPen, kThickPen);
}

void draw_strokes(PictureRandom& random, Drawing (*make)(PictureRandom&), int side,
                  std::uint8_t* pixels) {
  Drawing drawing = make(random);
  while (size_of(drawing).width < kNarrow * size_of(drawing).height) {
    drawing = make(random);
  }
  const float pen = random_pen(random) * static_cast<float>(side);
  fit(drawing, kFrame * static_cast<float>(side), pen, side);
  draw(drawing, pen, side, pixels);
}

// A random picture's ink alone. Nothing for a blank one.
std::optional<GrayImage> random_digit(PictureRandom& random, const Dataset& digits,
                                      std::span<const std::int32_t> rows) {
  const std::int64_t row =
      rows[static_cast<std::size_t>(random.below(static_cast<int>(rows.size())))];
  GrayImage image(digits.width, digits.height);
  std::copy_n(digits.images.begin() + row * digits.pixels(), digits.pixels(), image.values.begin());
  const std::optional<Box> box = ink_box(image, 40);
  return box ? std::optional(crop(image, *box)) : std::nullopt;
}

void draw_pair(PictureRandom& random, const Dataset& digits, std::span<const std::int32_t> rows,
               std::uint8_t* pixels) {
  const auto left = random_digit(random, digits, rows);
  const auto right = random_digit(random, digits, rows);
  if (!left || !right) {
    return;
  }
  const int gap = 1 + random.below(1 + digits.width / 6);
  GrayImage both(left->width + gap + right->width, std::max(left->height, right->height));
  const auto put = [&both](const GrayImage& image, int x0, int y0) {
    for (int y = 0; y < image.height; ++y) {
      for (int x = 0; x < image.width; ++x) {
        both.at(x0 + x, y0 + y) = image.at(x, y);
      }
    }
  };
  put(*left, 0, (both.height - left->height) / 2);
  put(*right, left->width + gap, (both.height - right->height) / 2);
  const float radius = random.uniform(0, 1);
  const int frame = static_cast<int>(kFrame * static_cast<float>(digits.width));
  GrayImage scaled = thicken(scale_longer_side(both, frame), radius);
  stretch_to_full(scaled);
  const GrayImage centered = center_by_mass(scaled, digits.width);
  std::transform(centered.values.begin(), centered.values.end(), pixels,
                 [](float ink) { return static_cast<std::uint8_t>(std::lround(ink)); });
}

void check(const Dataset& digits, std::span<const std::int32_t> rows) {
  const bool fits = digits.height == digits.width && digits.width >= 8 && digits.width <= 256;
  if (!fits || rows.empty()) {
    throw std::invalid_argument(
        "expected square pictures of 8 to 256 pixels a side to make non-digits beside them, "
        "received " +
        std::to_string(rows.size()) + " of " + std::to_string(digits.height) + "×" +
        std::to_string(digits.width));
  }
}

}  // namespace

Dataset make_non_digits(const Dataset& digits, std::span<const std::int32_t> rows,
                        std::int64_t first, std::int64_t count, std::uint64_t seed) {
  check(digits, rows);
  Dataset made{.height = digits.height, .width = digits.width, .images = {}, .labels = {}};
  made.images.resize(static_cast<std::size_t>(count * made.pixels()));
  made.labels.assign(static_cast<std::size_t>(count), kNoClass);
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint8_t* pixels = made.images.data() + i * made.pixels();
    PictureRandom random(seed, static_cast<std::uint32_t>(first + i));
    switch (random.below(4)) {
      case 0:
        draw_strokes(random, figure, made.width, pixels);
        break;
      case 1:
        draw_strokes(random, scribble, made.width, pixels);
        break;
      case 2:
        draw_strokes(random, shape, made.width, pixels);
        break;
      default:
        draw_pair(random, digits, rows, pixels);
    }
  }
  return made;
}

}  // namespace inkling

#include "train/non_digits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include "data/digit_geometry.h"
#include "kernels/args/loss.h"
#include "train/figures.h"

namespace inkling {
namespace {

constexpr std::array kDrawings{random_figure, random_sign, random_scribble, random_shape};
// Drawings that are narrower than this share of their height are left to the ones.
constexpr float kNarrow = 0.4F;

void draw_strokes(PictureRandom& random, Drawing (*make)(PictureRandom&), int side,
                  std::uint8_t* pixels) {
  Drawing drawing = make(random);
  while (size_of(drawing).width < kNarrow * size_of(drawing).height) {
    drawing = make(random);
  }
  stretch(drawing, random.uniform(0.6F, 1.4F));
  draw_in_frame(std::move(drawing), random, side, pixels);
}

// A random picture's ink alone, as wide as it is or narrower. Nothing for a blank one.
std::optional<GrayImage> random_digit(PictureRandom& random, const Dataset& digits,
                                      std::span<const std::int32_t> rows) {
  const std::int64_t row =
      rows[static_cast<std::size_t>(random.below(static_cast<int>(rows.size())))];
  GrayImage image(digits.width, digits.height);
  std::copy_n(digits.images.begin() + row * digits.pixels(), digits.pixels(), image.values.begin());
  const std::optional<Box> box = ink_box(image, 40);
  if (!box) {
    return std::nullopt;
  }
  const float narrower = random.uniform(0.6F, 1);
  const int width = static_cast<int>(std::ceil(narrower * static_cast<float>(box->width)));
  return area_average(crop(image, *box), width, box->height);
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
  const int frame = static_cast<int>(kDigitFrame * static_cast<float>(digits.width));
  GrayImage scaled = thicken(scale_longer_side(both, frame), radius);
  stretch_to_full(scaled);
  const GrayImage centered = center_by_mass(scaled, digits.width);
  std::transform(centered.values.begin(), centered.values.end(), pixels,
                 [](float ink) { return static_cast<std::uint8_t>(std::lround(ink)); });
}

void check(const Dataset& digits, std::span<const std::int32_t> rows) {
  check_drawable(digits, "non-digits");
  if (rows.empty()) {
    throw std::invalid_argument("expected pictures to make non-digits beside, received none");
  }
}

}  // namespace

Dataset make_non_digits(const Dataset& digits, std::span<const std::int32_t> rows,
                        std::int64_t first, std::int64_t count, std::uint64_t seed,
                        ThreadPool& pool) {
  check(digits, rows);
  Dataset made{.height = digits.height, .width = digits.width, .images = {}, .labels = {}};
  made.images.resize(static_cast<std::size_t>(count * made.pixels()));
  made.labels.assign(static_cast<std::size_t>(count), kNoClass);
  pool.run(count, [&](std::int64_t i) {
    std::uint8_t* pixels = made.images.data() + i * made.pixels();
    PictureRandom random(seed, RandomUse::non_digit, static_cast<std::uint32_t>(first + i));
    const std::size_t kind = static_cast<std::size_t>(random.below(kDrawings.size() + 1));
    if (kind < kDrawings.size()) {
      draw_strokes(random, kDrawings.at(kind), made.width, pixels);
    } else {
      draw_pair(random, digits, rows, pixels);
    }
  });
  return made;
}

}  // namespace inkling

#include "train/european_digits.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "train/strokes.h"

namespace inkling {
namespace {

// Drawings are a unit high. What tells the two apart is how steep the first stroke is: a 1's
// upstroke rises by at least kMinRise of its width, a 7's top by at most kMaxTilt.
constexpr float kMinRise = 0.45F;
constexpr float kMaxTilt = 0.2F;

// A stem from its top down, bent by up to a little.
PenLine stem(PictureRandom& random, PenPoint top, float foot) {
  const float bend = random.uniform(-0.04F, 0.04F);
  return {top, {(top.x + foot) / 2 + bend, 0.5F}, {foot, 1}};
}

Drawing random_one(PictureRandom& random) {
  const float foot = random.uniform(-0.15F, 0.1F);
  const float width = random.uniform(0.12F, 0.5F);
  const float rise = random.uniform(kMinRise * width, 0.6F);
  const float sag = random.uniform(-0.02F, 0.05F);  // an upstroke is straight, or hangs a little
  Drawing lines{{{-width, rise}, {-width / 2, rise / 2 + sag}, {0, 0}}, stem(random, {0, 0}, foot)};
  if (random.chance(0.25F)) {
    const float level = random.uniform(0.96F, 1.02F);
    lines.push_back({{foot - random.uniform(0.15F, 0.35F), level},
                     {foot + random.uniform(0.15F, 0.35F), random.uniform(0.96F, 1.02F)}});
  }
  return lines;
}

Drawing random_seven(PictureRandom& random) {
  const float width = random.uniform(0.35F, 0.85F);
  const PenPoint corner{width, random.uniform(-0.04F, 0.04F)};
  const PenPoint left{0, corner.y + random.uniform(-0.06F, kMaxTilt) * width};
  const float foot = random.uniform(0, 0.7F) * width;
  Drawing lines{{left, corner}, stem(random, corner, foot)};
  if (random.chance(0.7F)) {
    const float y = random.uniform(0.42F, 0.62F);
    const float middle = corner.x + (foot - corner.x) * y;
    const float tilt = random.uniform(-0.08F, 0.08F);
    lines.push_back({{middle - random.uniform(0.15F, 0.35F), y + tilt},
                     {middle + random.uniform(0.15F, 0.35F), y - tilt}});
  }
  if (random.chance(0.3F)) {
    lines.push_back(
        {{left.x + random.uniform(-0.04F, 0.04F), left.y + random.uniform(0.06F, 0.2F)}, left});
  }
  return lines;
}

void check(const Dataset& digits) {
  if (!shows_digits(digits)) {
    throw std::invalid_argument(
        "expected a data set of the ten digits to make European ones beside them, received one of "
        "other classes: --european-digits 0 leaves them out");
  }
  check_drawable(digits, "European digits");
}

}  // namespace

bool shows_digits(const Dataset& data) {
  for (std::size_t i = 0; i < data.class_names.size(); ++i) {
    if (data.class_names[i] != std::to_string(i)) {
      return false;
    }
  }
  return data.class_count() == 10;
}

Dataset make_european_digits(const Dataset& digits, std::int64_t first, std::int64_t count,
                             std::uint64_t seed, ThreadPool& pool) {
  check(digits);
  Dataset made{.height = digits.height, .width = digits.width, .images = {}, .labels = {}};
  made.images.resize(static_cast<std::size_t>(count * made.pixels()));
  made.labels.resize(static_cast<std::size_t>(count));
  pool.run(count, [&](std::int64_t i) {
    PictureRandom random(seed, RandomUse::european_digit, static_cast<std::uint32_t>(first + i));
    const bool is_one = random.chance(0.5F);
    Drawing drawing = is_one ? random_one(random) : random_seven(random);
    stretch(drawing, random.uniform(0.75F, 1.25F));
    draw_in_frame(std::move(drawing), random, made.width, made.images.data() + i * made.pixels());
    made.labels[static_cast<std::size_t>(i)] = is_one ? 1 : 7;
  });
  return made;
}

}  // namespace inkling

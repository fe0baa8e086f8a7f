#include "train/figures.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <iterator>
#include <numbers>

namespace inkling {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;

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

// Corners on an ellipse, joined to each `step`-th one.
PenLine polygon(PenPoint at, float width, float height, int corners, int step, float turned) {
  PenLine line;
  for (int i = 0; i <= corners; ++i) {
    const float angle =
        turned + 2 * kPi * static_cast<float>(i * step % corners) / static_cast<float>(corners);
    line.push_back({at.x + width * std::cos(angle), at.y + height * std::sin(angle)});
  }
  return line;
}

// What capital letters and signs are made of.
struct SignStroke {
  PenPoint from;
  PenPoint to;
  float bulge;
};
enum SignStrokeName : std::size_t {
  left,
  right,
  middle,
  top,
  center,
  bottom,
  falling,
  rising,
  apex_left,
  apex_right,
  foot_left,
  foot_right,
  arm_left,
  arm_right,
  leg,
  stem,
  kick,
  upper_bowl,
  lower_bowl,
  open_bowl,
  hook,
  sign_strokes
};
constexpr std::array<SignStroke, sign_strokes> kSignStrokes{{
    {{0, 0}, {0, 1}, 0},  // left, right, middle: upright
    {{1, 0}, {1, 1}, 0},
    {{0.5F, 0}, {0.5F, 1}, 0},
    {{0, 0}, {1, 0}, 0},  // top, center, bottom: level
    {{0, 0.5F}, {1, 0.5F}, 0},
    {{0, 1}, {1, 1}, 0},
    {{0, 0}, {1, 1}, 0},  // falling, rising: diagonals
    {{0, 1}, {1, 0}, 0},
    {{0, 1}, {0.5F, 0}, 0},  // apex_left, apex_right: of an A
    {{1, 1}, {0.5F, 0}, 0},
    {{0, 0}, {0.5F, 1}, 0},  // foot_left, foot_right: of a V
    {{1, 0}, {0.5F, 1}, 0},
    {{0, 0}, {0.5F, 0.5F}, 0},  // arm_left, arm_right: of a Y, of an M
    {{1, 0}, {0.5F, 0.5F}, 0},
    {{0.3F, 0.5F}, {1, 1}, 0},     // leg: of an R
    {{0.5F, 0.5F}, {0.5F, 1}, 0},  // stem: of a Y
    {{0, 0.6F}, {1, 0}, 0},        // kick: of a K
    {{0, 0}, {0, 0.5F}, -1.1F},    // upper_bowl, lower_bowl: of a P, of a B
    {{0, 0.5F}, {0, 1}, -1.1F},
    {{0.9F, 0.1F}, {0.9F, 0.9F}, 0.6F},  // open_bowl: of a C
    {{1, 0.6F}, {0, 0.8F}, -0.6F},       // hook: of a J
}};

// A set of them, a bit each.
template <class... Names>
constexpr std::uint32_t set_of(Names... names) {
  return ((1U << static_cast<std::uint32_t>(names)) | ...);
}

// A seven, a two, a one with a foot, an eight.
constexpr std::array kDigits{set_of(top, rising),
                             set_of(top, rising, center),
                             set_of(top, rising, bottom),
                             set_of(top, foot_right),
                             set_of(top, foot_right, center),
                             set_of(top, right),
                             set_of(top, right, center),
                             set_of(middle, bottom),
                             set_of(upper_bowl, lower_bowl),
                             set_of(left, upper_bowl, lower_bowl)};

// Capital letters that are no digit in any hand.
constexpr std::array kLetters{
    set_of(apex_left, apex_right, center),     // A
    set_of(left, top, center, bottom),         // E
    set_of(left, top, center),                 // F
    set_of(left, right, center),               // H
    set_of(left, kick, leg),                   // K
    set_of(left, right, arm_left, arm_right),  // M
    set_of(left, right, falling),              // N
    set_of(left, upper_bowl),                  // P
    set_of(left, upper_bowl, leg),             // R
    set_of(top, middle),                       // T
    set_of(foot_left, foot_right),             // V
    set_of(falling, rising),                   // X
    set_of(arm_left, arm_right, stem),         // Y
};
constexpr float kLetterShare = 0.4F;  // of the signs

// A closed curve around the middle with three to five lobes.
PenLine lobes(PictureRandom& random) {
  constexpr int kPoints = 48;
  const auto count = static_cast<float>(3 + random.below(3));
  const float depth = random.uniform(0.2F, 0.5F);
  const float lean = random.uniform(0, 0.4F);
  const float turned = random.uniform(0, 2 * kPi);
  PenLine line;
  for (int i = 0; i <= kPoints; ++i) {
    const float angle = 2 * kPi * static_cast<float>(i) / kPoints;
    const float radius = 1 + depth * std::cos(count * angle + turned) + lean * std::cos(angle);
    line.push_back({radius * std::cos(angle), radius * std::sin(angle)});
  }
  return line;
}

// Two to five that together are no digit.
std::uint32_t random_strokes(PictureRandom& random) {
  std::uint32_t strokes = 0;
  do {
    strokes = 0;
    const int count = 2 + random.below(4);
    while (std::popcount(strokes) < count) {
      strokes |= 1U << static_cast<unsigned>(random.below(sign_strokes));
    }
  } while (std::find(kDigits.begin(), kDigits.end(), strokes) != kDigits.end());
  return strokes;
}

}  // namespace

Drawing random_figure(PictureRandom& random) {
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

Drawing random_sign(PictureRandom& random) {
  constexpr float kMiss = 0.07F;
  const std::uint32_t strokes =
      random.chance(kLetterShare)
          ? kLetters.at(static_cast<std::size_t>(random.below(static_cast<int>(kLetters.size()))))
          : random_strokes(random);
  const auto by_hand = [&random](PenPoint point) {
    return PenPoint{point.x + random.uniform(-kMiss, kMiss),
                    point.y + random.uniform(-kMiss, kMiss)};
  };
  Drawing lines;
  for (std::size_t i = 0; i < sign_strokes; ++i) {
    if ((strokes >> i & 1U) != 0) {
      const SignStroke& stroke = kSignStrokes.at(i);
      const float bulge = stroke.bulge + random.uniform(-0.05F, 0.05F);
      const PenPoint to = by_hand(stroke.to);
      lines.push_back(arc(by_hand(stroke.from), to, bulge));
    }
  }
  return lines;
}

Drawing random_scribble(PictureRandom& random) {
  constexpr float kStep = 0.05F;
  PenPoint at{random.uniform(), random.uniform()};
  float direction = random.uniform(0, 2 * kPi);
  float turn = 0;  // a step, radians
  PenLine line{at};
  const int steps = 60 + random.below(80);
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

Drawing random_shape(PictureRandom& random) {
  if (random.chance(0.3F)) {
    return {lobes(random)};
  }
  constexpr int kRing = 24;  // corners
  const int corners = random.chance(0.3F) ? kRing : 3 + random.below(5);
  const int step = (corners == 5 || corners == 7) && random.chance(0.5F) ? 2 : 1;
  const float turned = random.uniform(0, 2 * kPi);
  const float height = 0.5F * random.uniform(0.7F, 1.4F);
  Drawing lines{polygon({0.5F, 0.5F}, 0.5F, height, corners, step, turned)};
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

}  // namespace inkling

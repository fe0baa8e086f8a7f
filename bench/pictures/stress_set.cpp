#include "bench/pictures/stress_set.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "bench/pictures/scene.h"

namespace inkling::pictures {
namespace {

constexpr int kCanvas = 1000;
constexpr std::array<const char*, 4> kVariants{"dark on light", "light on dark",
                                               "dark on transparent", "light on transparent"};

// The effect's name with the bin of the value: bins are by the edges given.
std::string binned(const char* name, double value, const std::vector<double>& edges) {
  std::size_t bin = 1;
  while (bin + 1 < edges.size() && value > edges[bin]) {
    ++bin;
  }
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s %g … %g", name, edges[bin - 1], edges[bin]);
  return text.data();
}

struct Drawn {
  GrayImage coverage;
  int digit;
  std::vector<std::string> effects;
};

enum class Subject : std::uint8_t { digit, non_digit };

Drawn draw(Subject subject, Random& random, double frame) {
  const int digit = subject == Subject::digit ? random.below(10) : -1;
  const double width = random.log_uniform(0.5, 1.6);
  const double degrees = random.uniform(-15, 15);
  const double slant = random.uniform(-0.25, 0.25);
  const NonDigit drawn = subject == Subject::digit
                             ? NonDigit{"digit", handwritten_digit(digit, random)}
                             : handwritten_non_digit(random);
  const std::string name =
      subject == Subject::digit ? "digit " + std::to_string(digit) : std::string(drawn.kind);
  const Glyph glyph = transformed(drawn.glyph, degrees, slant, width);
  const Extent extent = extent_of(glyph);
  const double room = kCanvas - 2 * frame;
  double height = random.log_uniform(0.05, 0.95) * room;
  const double pen = random.log_uniform(1, std::min(40.0, height / 7));
  height = std::min(height, room - pen - 4);
  const double longer = std::max(extent.width(), extent.height());
  const auto center = [&](double side) {
    const double half = height * side / longer / 2 + pen / 2 + 2;
    return random.uniform(frame + half, kCanvas - frame - half);
  };
  const double center_x = center(extent.width());
  const double center_y = center(extent.height());
  return {pen_coverage(glyph, {height, center_x, center_y, pen}, kCanvas, kCanvas),
          digit,
          {name, binned("pen", pen, {1, 2, 5, 12, 40}),
           binned("height", height, {50, 100, 250, 500, 950}),
           binned("width", width, {0.5, 0.7, 1, 1.3, 1.6})}};
}

void add_rules(Scene& scene, Random& random, std::vector<std::string>& effects) {
  scene.squared = random.chance(0.5);
  scene.rule_spacing = random.uniform(30, 80);
  scene.rule_width = random.uniform(1, 3);
  effects.emplace_back(scene.squared ? "squared paper" : "ruled paper");
}

StressPicture picture_of(Subject subject, std::uint32_t seed, std::uint32_t index) {
  Random random(seed * 1'000'003 + index);
  Scene scene;
  const int variant = random.below(4);
  const bool opaque = variant < 2;
  const bool framed = opaque && random.chance(1.0 / 3);
  scene.frame_margin = framed ? random.uniform(5, 40) : 0;
  scene.frame_width = random.uniform(2, 12);
  Drawn drawn = draw(subject, random, framed ? scene.frame_margin + scene.frame_width + 10 : 0);
  std::vector<std::string>& effects = drawn.effects;

  const double contrast = random.uniform(0.2, 1);
  effects.emplace_back(kVariants[static_cast<std::size_t>(variant)]);
  effects.push_back(binned("contrast", contrast, {0.2, 0.4, 0.6, 0.8, 1}));
  const double darker = random.uniform(0, 1 - contrast);
  scene.paper = variant == 0 ? darker + contrast : darker;
  scene.ink = variant == 0 ? darker : darker + contrast;
  if (!opaque) {
    scene.ink = variant == 2 ? 0 : 1;
    return {on_transparent_canvas(drawn.coverage, scene, contrast), drawn.digit, effects};
  }
  // Printed lines are fainter than the ink.
  scene.rule = scene.paper + random.uniform(0.2, 0.5) * (scene.ink - scene.paper);
  if (framed) {
    effects.emplace_back("frame");
  }
  if (random.chance(1.0 / 3)) {
    add_rules(scene, random, effects);
  }
  if (random.chance(1.0 / 3)) {
    scene.blur = random.uniform(0.3, 3);
    effects.push_back(binned("blur", scene.blur, {0, 1, 2, 3}));
  }
  if (random.chance(1.0 / 3)) {
    scene.noise = random.uniform(0, 0.1);
    effects.push_back(binned("noise", scene.noise, {0, 0.03, 0.06, 0.1}));
  }
  if (random.chance(1.0 / 3)) {
    scene.shadow = random.uniform(0.5, 1);
    scene.shadow_softness = random.log_uniform(2, 200);
    scene.shadow_angle = random.uniform(0, 360);
    scene.shadow_offset = random.uniform(-300, 300);
    effects.emplace_back("shadow");
  }
  return {photograph(drawn.coverage, scene, random), drawn.digit, effects};
}

}  // namespace

StressPicture stress_picture(std::uint32_t seed, std::uint32_t index) {
  return picture_of(Subject::digit, seed, index);
}

StressPicture stress_non_digit(std::uint32_t seed, std::uint32_t index) {
  return picture_of(Subject::non_digit, seed, index);
}

}  // namespace inkling::pictures

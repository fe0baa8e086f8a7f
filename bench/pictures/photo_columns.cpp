#include "bench/pictures/photo_columns.h"

#include <array>

#include "bench/pictures/scene.h"

namespace inkling::pictures {
namespace {

constexpr int kSide = 480;
constexpr int kDigitSide = 280;

// Of 255.
constexpr double level(double byte) { return byte / 255; }

Scene paper() { return {.paper = level(245), .ink = level(30)}; }

Picture photo(const std::uint8_t* pixels, Random& random, const Scene& scene) {
  return photograph(digit_coverage(pixels, kDigitSide, kSide, scene.tilt), scene, random);
}

Scene ruled(Scene scene, Random& random) {
  scene.rule_spacing = random.uniform(28, 40);
  scene.rule_width = 2;
  scene.rule = level(170);
  return scene;
}

Scene strong_gradient(Scene scene, Random& random) {
  scene.paper = 1;
  scene.ink = level(35);
  scene.light = level(110);
  scene.light_end = level(245);
  scene.light_angle = random.uniform(0, 360);
  return scene;
}

Scene pencil(Scene scene) {
  scene.ink = level(140);
  scene.texture = 0.6;
  return scene;
}

constexpr std::array<PhotoColumn, 13> kColumns{{
    {"clean",
     [](const std::uint8_t* pixels, Random& random) { return photo(pixels, random, paper()); }},
    {"noise σ 4",
     [](const std::uint8_t* pixels, Random& random) {
       Scene scene = paper();
       scene.noise = level(4);
       return photo(pixels, random, scene);
     }},
    {"mild gradient",
     [](const std::uint8_t* pixels, Random& random) {
       Scene scene = paper();
       scene.light = 0.85;
       scene.light_angle = random.uniform(0, 360);
       return photo(pixels, random, scene);
     }},
    {"strong gradient 110–245",
     [](const std::uint8_t* pixels, Random& random) {
       return photo(pixels, random, strong_gradient(paper(), random));
     }},
    {"shadow edge",
     [](const std::uint8_t* pixels, Random& random) {
       Scene scene = paper();
       scene.shadow = 0.55;
       scene.shadow_softness = random.uniform(3, 30);
       scene.shadow_angle = random.uniform(0, 360);
       scene.shadow_offset = random.uniform(-100, 100);
       scene.noise = level(2);
       return photo(pixels, random, scene);
     }},
    {"ruled lines", [](const std::uint8_t* pixels,
                       Random& random) { return photo(pixels, random, ruled(paper(), random)); }},
    {"squared paper",
     [](const std::uint8_t* pixels, Random& random) {
       Scene scene = ruled(paper(), random);
       scene.squared = true;
       return photo(pixels, random, scene);
     }},
    {"pencil",
     [](const std::uint8_t* pixels, Random& random) {
       Scene scene = pencil(paper());
       scene.noise = level(3);
       return photo(pixels, random, scene);
     }},
    {"phone photo",
     [](const std::uint8_t* pixels, Random& random) {
       Scene scene = paper();
       scene.light = level(215);
       scene.light_end = level(150);
       scene.light_angle = random.uniform(0, 360);
       scene.tilt = random.uniform(-6, 6);
       scene.blur = 1.5;
       scene.noise = level(5);
       return photo(pixels, random, scene);
     }},
    {"gradient + rules + pencil + 8°",
     [](const std::uint8_t* pixels, Random& random) {
       Scene scene = ruled(pencil(paper()), random);
       scene.rule = level(200);
       scene.light = 0.6;
       scene.light_angle = random.uniform(0, 360);
       scene.tilt = 8;
       scene.noise = level(3);
       return photo(pixels, random, scene);
     }},
    {"dark table edge",
     [](const std::uint8_t* pixels, Random& random) {
       Scene scene = paper();
       scene.table_edge = random.uniform(0.05, 0.2);
       scene.table = level(random.uniform(40, 110));
       scene.tilt = random.uniform(-4, 4);
       scene.noise = level(3);
       return photo(pixels, random, scene);
     }},
    {"chalk, noisy",
     [](const std::uint8_t* pixels, Random& random) {
       Scene scene{.paper = level(50), .ink = level(215)};
       scene.texture = 0.5;
       scene.light = 0.8;
       scene.light_angle = random.uniform(0, 360);
       scene.noise = level(10);
       return photo(pixels, random, scene);
     }},
    {"frame around",
     [](const std::uint8_t* pixels, Random& random) {
       Scene scene = paper();
       scene.frame_margin = random.uniform(15, 60);
       scene.frame_width = random.uniform(3, 8);
       scene.rule = level(40);
       scene.noise = level(2);
       return photo(pixels, random, scene);
     }},
}};

}  // namespace

std::span<const PhotoColumn> photo_columns() { return kColumns; }

}  // namespace inkling::pictures

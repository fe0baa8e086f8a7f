#include "bench/pictures/scene.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace inkling::pictures {
namespace {

constexpr int kMnistSide = 28;

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

// Distance of a point from a segment.
double distance_to(const StrokePoint& p, const StrokePoint& a, const StrokePoint& b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double length = dx * dx + dy * dy;
  const double along =
      length > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0) : 0;
  return std::hypot(p.x - a.x - along * dx, p.y - a.y - along * dy);
}

void draw_segment(GrayImage& coverage, const StrokePoint& a, const StrokePoint& b, double pen) {
  const double reach = pen / 2 + 1;
  const int left = std::max(0, static_cast<int>(std::min(a.x, b.x) - reach));
  const int right = std::min(coverage.width - 1, static_cast<int>(std::max(a.x, b.x) + reach));
  const int top = std::max(0, static_cast<int>(std::min(a.y, b.y) - reach));
  const int bottom = std::min(coverage.height - 1, static_cast<int>(std::max(a.y, b.y) + reach));
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) {
      const double inside = pen / 2 + 0.5 - distance_to({x + 0.5, y + 0.5}, a, b);
      // A line thinner than a pixel covers its share of it.
      const double share = std::clamp(inside, 0.0, std::min(1.0, pen));
      coverage.at(x, y) = std::max(coverage.at(x, y), static_cast<float>(share));
    }
  }
}

// A Gaussian filter, separable, with edges extended.
GrayImage blurred_rows(const GrayImage& image, double sigma) {
  const int radius = static_cast<int>(std::ceil(3 * sigma));
  std::vector<float> weights;
  float sum = 0;
  for (int i = -radius; i <= radius; ++i) {
    weights.push_back(static_cast<float>(std::exp(-i * i / (2 * sigma * sigma))));
    sum += weights.back();
  }
  GrayImage result(image.height, image.width);  // transposed
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      float value = 0;
      int source = x - radius;
      for (const float weight : weights) {
        value += weight * image.at(std::clamp(source++, 0, image.width - 1), y);
      }
      result.at(y, x) = value / sum;
    }
  }
  return result;
}

GrayImage blurred(const GrayImage& image, double sigma) {
  return sigma > 0 ? blurred_rows(blurred_rows(image, sigma), sigma) : image;
}

// Noise between 0 and 1 whose grains are a few pixels large.
GrayImage grain(int width, int height, Random& random) {
  GrayImage noise(width, height);
  for (float& value : noise.values) {
    value = static_cast<float>(random.uniform());
  }
  GrayImage smooth = blurred(noise, 1.2);
  for (float& value : smooth.values) {
    value = std::clamp((value - 0.5F) * 4 + 0.5F, 0.0F, 1.0F);
  }
  return smooth;
}

// Whether a place of the paper is on one of its printed lines. (u, v): from the paper's middle.
bool is_on_rule(const Scene& scene, double u, double v) {
  if (scene.rule_spacing <= 0) {
    return false;
  }
  const auto on = [&](double place) {
    const double phase = place / scene.rule_spacing;
    return (phase - std::floor(phase)) * scene.rule_spacing < scene.rule_width;
  };
  return on(v) || (scene.squared && on(u));
}

bool is_on_frame(const Scene& scene, double u, double v, int width, int height) {
  if (scene.frame_margin <= 0) {
    return false;
  }
  const double beyond_x = std::abs(u) - (width / 2.0 - scene.frame_margin);
  const double beyond_y = std::abs(v) - (height / 2.0 - scene.frame_margin);
  const double beyond = std::max(beyond_x, beyond_y);
  return beyond <= 0 && beyond > -scene.frame_width;
}

double light_at(const Scene& scene, double x, double y, int width, int height) {
  const double angle = radians(scene.light_angle);
  const double along = (std::cos(angle) * x / width + std::sin(angle) * y / height) /
                       (std::abs(std::cos(angle)) + std::abs(std::sin(angle)));
  const double light = scene.light + (scene.light_end - scene.light) * (along + 0.5);
  const double edge = radians(scene.shadow_angle);
  const double depth =
      (std::cos(edge) * x + std::sin(edge) * y - scene.shadow_offset) / scene.shadow_softness;
  const double shaded = std::clamp(depth + 0.5, 0.0, 1.0);
  return light * (1 + (scene.shadow - 1) * shaded);
}

std::uint8_t to_byte(double brightness) {
  return static_cast<std::uint8_t>(std::lround(255 * std::clamp(brightness, 0.0, 1.0)));
}

}  // namespace

GrayImage pen_coverage(const Glyph& glyph, const Placement& placement, int width, int height) {
  const Extent extent = extent_of(glyph);
  const double scale = placement.height / std::max(extent.width(), extent.height());
  const auto placed = [&](const StrokePoint& point) {
    return StrokePoint{placement.center_x + scale * (point.x - (extent.left + extent.right) / 2),
                       placement.center_y + scale * (point.y - (extent.top + extent.bottom) / 2)};
  };
  GrayImage coverage(width, height);
  for (const Stroke& stroke : glyph) {
    const Stroke curve = smooth(stroke);
    for (std::size_t i = 0; i + 1 < curve.size(); ++i) {
      draw_segment(coverage, placed(curve[i]), placed(curve[i + 1]), placement.pen);
    }
  }
  return coverage;
}

GrayImage digit_coverage(const std::uint8_t* pixels, int digit_side, int side, double degrees) {
  const double angle = radians(degrees);
  const double scale = static_cast<double>(kMnistSide) / digit_side;
  const auto at = [&](int x, int y) {
    const bool inside = x >= 0 && y >= 0 && x < kMnistSide && y < kMnistSide;
    return inside ? pixels[y * kMnistSide + x] / 255.0 : 0.0;
  };
  GrayImage coverage(side, side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const double dx = x - (side - 1) / 2.0;
      const double dy = y - (side - 1) / 2.0;
      const double u =
          (std::cos(angle) * dx + std::sin(angle) * dy) * scale + (kMnistSide - 1) / 2.0;
      const double v =
          (std::cos(angle) * dy - std::sin(angle) * dx) * scale + (kMnistSide - 1) / 2.0;
      const int left = static_cast<int>(std::floor(u));
      const int top = static_cast<int>(std::floor(v));
      const double upper = at(left, top) + (u - left) * (at(left + 1, top) - at(left, top));
      const double lower =
          at(left, top + 1) + (u - left) * (at(left + 1, top + 1) - at(left, top + 1));
      const double value = upper + (v - top) * (lower - upper);
      coverage.at(x, y) = static_cast<float>(std::clamp(2 * value - 0.5, 0.0, 1.0));
    }
  }
  return coverage;
}

Picture photograph(const GrayImage& coverage, const Scene& scene, Random& random) {
  const int width = coverage.width;
  const int height = coverage.height;
  const double tilt = radians(scene.tilt);
  GrayImage image(width, height);
  const GrayImage grains = scene.texture > 0 ? grain(width, height, random) : GrayImage(0, 0);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double dx = x + 0.5 - width / 2.0;
      const double dy = y + 0.5 - height / 2.0;
      const double u = std::cos(tilt) * dx + std::sin(tilt) * dy;
      const double v = std::cos(tilt) * dy - std::sin(tilt) * dx;
      double surface = is_on_rule(scene, u, v) || is_on_frame(scene, u, v, width, height)
                           ? scene.rule
                           : scene.paper;
      double cover = coverage.at(x, y);
      if (scene.texture > 0) {
        cover *= 1 - scene.texture * grains.at(x, y);
      }
      if (scene.table_edge > 0 && u < (scene.table_edge - 0.5) * width) {
        surface = scene.table;
        cover = 0;
      }
      const double brightness = surface + cover * (scene.ink - surface);
      image.at(x, y) = static_cast<float>(brightness * light_at(scene, dx, dy, width, height));
    }
  }
  image = blurred(image, scene.blur);
  Picture picture{width, height, {}};
  picture.rgba.reserve(4 * image.values.size());
  for (const float value : image.values) {
    const double noise = scene.noise > 0 ? scene.noise * random.normal() : 0;
    const std::uint8_t byte = to_byte(value + noise);
    picture.rgba.insert(picture.rgba.end(), {byte, byte, byte, 255});
  }
  return picture;
}

Picture on_transparent_canvas(const GrayImage& coverage, const Scene& scene, double opacity) {
  Picture picture{coverage.width, coverage.height, {}};
  const std::uint8_t ink = to_byte(scene.ink);
  for (const float cover : blurred(coverage, scene.blur).values) {
    picture.rgba.insert(picture.rgba.end(), {ink, ink, ink, to_byte(opacity * cover)});
  }
  return picture;
}

}  // namespace inkling::pictures

// A white sheet to draw on, that becomes a PNG: the little of cairo that the charts need, with its
// errors checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <cairo.h>

namespace inkling {

struct Rgb {
  double red;
  double green;
  double blue;
};

struct Position {
  double x;
  double y;
};

enum class Align { left, center, right };

struct TextStyle {
  double size = 13;  // pixels
  Rgb color = {0.2, 0.2, 0.2};
  Align align = Align::left;
  bool bold = false;
};

// Positions are in pixels from the top left. For one thread at a time.
class Canvas {
 public:
  Canvas(int width, int height);

  // At the end of its baseline that `align` names.
  void text(Position at, const std::string& words, const TextStyle& style);
  // One line through all the points, with round corners.
  void line(std::span<const Position> points, double thickness, const Rgb& color);
  void disc(Position center, double radius, const Rgb& color);
  // The outline of a rectangle, on whole pixels when its corners are.
  void frame(Position top_left, double width, double height, double thickness, const Rgb& color);
  // height × width bytes, 0 paper to 255 ink, as dark ink on white in a square; pixels stay sharp.
  void picture(Position top_left, double side, std::span<const std::uint8_t> ink, int height,
               int width);

  // Throws std::runtime_error with cairo's reason when anything above or the encoding failed.
  std::vector<std::byte> png() const;

 private:
  struct Destroy {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
    void operator()(cairo_t* context) const { cairo_destroy(context); }
  };
  using Surface = std::unique_ptr<cairo_surface_t, Destroy>;

  Surface surface_;
  std::unique_ptr<cairo_t, Destroy> context_;
};

}  // namespace inkling

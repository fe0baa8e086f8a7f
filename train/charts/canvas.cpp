#include "train/charts/canvas.h"

#include <algorithm>
#include <new>
#include <numbers>
#include <stdexcept>

namespace inkling {
namespace {

void check(cairo_status_t status) {
  if (status == CAIRO_STATUS_NO_MEMORY) {
    throw std::bad_alloc();
  }
  if (status != CAIRO_STATUS_SUCCESS) {
    throw std::runtime_error(std::string("expected cairo to draw, received the error: ") +
                             cairo_status_to_string(status));
  }
}

void set_color(cairo_t* context, const Rgb& color) {
  cairo_set_source_rgb(context, color.red, color.green, color.blue);
}

// cairo calls this from C: no exception may leave it.
cairo_status_t append(void* closure, const unsigned char* bytes, unsigned length) noexcept {
  try {
    auto& png = *static_cast<std::vector<std::byte>*>(closure);
    const auto* first = reinterpret_cast<const std::byte*>(bytes);
    png.insert(png.end(), first, first + length);
    return CAIRO_STATUS_SUCCESS;
  } catch (const std::bad_alloc&) {
    return CAIRO_STATUS_NO_MEMORY;
  }
}

}  // namespace

Canvas::Canvas(int width, int height)
    : surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)),
      context_(cairo_create(surface_.get())) {
  check(cairo_status(context_.get()));
  set_color(context_.get(), {1, 1, 1});
  cairo_paint(context_.get());
}

void Canvas::text(Position at, const std::string& words, const TextStyle& style) {
  cairo_t* context = context_.get();
  cairo_select_font_face(context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                         style.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(context, style.size);
  cairo_text_extents_t extents{};
  cairo_text_extents(context, words.c_str(), &extents);
  const double before = style.align == Align::left     ? 0
                        : style.align == Align::center ? extents.x_advance / 2
                                                       : extents.x_advance;
  set_color(context, style.color);
  cairo_move_to(context, at.x - before, at.y);
  cairo_show_text(context, words.c_str());
}

void Canvas::line(std::span<const Position> points, double thickness, const Rgb& color) {
  cairo_t* context = context_.get();
  cairo_new_path(context);  // text leaves a point behind, to which the line would be tied
  for (const Position& point : points) {
    cairo_line_to(context, point.x, point.y);
  }
  set_color(context, color);
  cairo_set_line_width(context, thickness);
  cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke(context);
}

void Canvas::disc(Position center, double radius, const Rgb& color) {
  cairo_new_path(context_.get());
  cairo_arc(context_.get(), center.x, center.y, radius, 0, 2 * std::numbers::pi);
  set_color(context_.get(), color);
  cairo_fill(context_.get());
}

void Canvas::frame(Position top_left, double width, double height, double thickness,
                   const Rgb& color) {
  const double inset = thickness / 2;
  cairo_rectangle(context_.get(), top_left.x + inset, top_left.y + inset, width - thickness,
                  height - thickness);
  set_color(context_.get(), color);
  cairo_set_line_width(context_.get(), thickness);
  cairo_stroke(context_.get());
}

void Canvas::picture(Position top_left, double side, std::span<const std::uint8_t> ink, int height,
                     int width) {
  const Surface small(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height));
  check(cairo_surface_status(small.get()));
  unsigned char* bytes = cairo_image_surface_get_data(small.get());
  const int stride = cairo_image_surface_get_stride(small.get());
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto at = static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                      static_cast<std::size_t>(x);
      // Gray has the same value in all four bytes of a pixel, whatever their order.
      std::fill_n(bytes + static_cast<std::ptrdiff_t>(y) * stride + std::ptrdiff_t{4} * x, 4,
                  static_cast<unsigned char>(255 - ink[at]));
    }
  }
  cairo_surface_mark_dirty(small.get());
  cairo_t* context = context_.get();
  const double scale = side / std::max(width, height);
  cairo_save(context);
  cairo_translate(context, top_left.x + (side - scale * width) / 2,
                  top_left.y + (side - scale * height) / 2);
  cairo_scale(context, scale, scale);
  cairo_set_source_surface(context, small.get(), 0, 0);
  cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_NEAREST);
  cairo_paint(context);
  cairo_restore(context);
}

std::vector<std::byte> Canvas::png() const {
  check(cairo_status(context_.get()));
  std::vector<std::byte> bytes;
  check(cairo_surface_write_to_png_stream(surface_.get(), append, &bytes));
  return bytes;
}

}  // namespace inkling

#include "data/digit_geometry.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "data/scan.h"

namespace inkling {
namespace {

constexpr float kFull = 255;

// One axis of area averaging: result pixel i covers the sources from first[i] on, as many as there
// are weights from begin[i] to begin[i + 1], which add up to 1.
struct Covers {
  std::vector<int> first;
  std::vector<int> begin{0};
  std::vector<float> weights;
};

Covers covers(int source, int target) {
  Covers result;
  const double ratio = static_cast<double>(source) / target;
  for (int i = 0; i < target; ++i) {
    const double begin = i * ratio;
    const double end = i + 1 == target ? source : (i + 1) * ratio;
    result.first.push_back(static_cast<int>(begin));
    for (int s = result.first.back(); s < end && s < source; ++s) {
      const double overlap = std::min(end, s + 1.0) - std::max<double>(begin, s);
      result.weights.push_back(static_cast<float>(overlap / (end - begin)));
    }
    result.begin.push_back(static_cast<int>(result.weights.size()));
  }
  return result;
}

// kRows rows from `y` on at once: their sums do not wait for each other.
template <int kRows>
void average_some_rows(const GrayImage& image, const Covers& columns, int y, GrayImage& result) {
  for (int x = 0; x < result.width; ++x) {
    const auto i = static_cast<std::size_t>(x);
    std::array<float, kRows> sums{};
    const float* source = image.row(y) + columns.first[i];
    for (int w = columns.begin[i]; w < columns.begin[i + 1]; ++w, ++source) {
      const float weight = columns.weights[static_cast<std::size_t>(w)];
      for (std::size_t row = 0; row < kRows; ++row) {
        sums[row] += weight * source[row * static_cast<std::size_t>(image.width)];
      }
    }
    for (int row = 0; row < kRows; ++row) {
      result.at(x, y + row) = sums[static_cast<std::size_t>(row)];
    }
  }
}

GrayImage average_rows(const GrayImage& image, int width) {
  constexpr int kRows = 4;
  GrayImage result(width, image.height);
  const Covers columns = covers(image.width, width);
  int y = 0;
  for (; y + kRows <= image.height; y += kRows) {
    average_some_rows<kRows>(image, columns, y, result);
  }
  for (; y < image.height; ++y) {
    average_some_rows<1>(image, columns, y, result);
  }
  return result;
}

GrayImage average_columns(const GrayImage& image, int height) {
  GrayImage result(image.width, height);
  const Covers rows = covers(image.height, height);
  for (int y = 0; y < height; ++y) {
    const auto i = static_cast<std::size_t>(y);
    int source = rows.first[i];
    for (int w = rows.begin[i]; w < rows.begin[i + 1]; ++w, ++source) {
      const float weight = rows.weights[static_cast<std::size_t>(w)];
      const float* from = image.row(source);
      float* to = result.row(y);
      for (int x = 0; x < image.width; ++x) {
        to[x] += weight * from[x];
      }
    }
  }
  return result;
}

// Outside the image there is paper: ink at its edge has an outline too.
float ink_or_paper(const GrayImage& ink, int x, int y) {
  return x < 0 || y < 0 || x >= ink.width || y >= ink.height ? 0 : ink.at(x, y);
}

// Where ink must start for its center of mass to come to the middle. Halves go down, as they do in
// MNIST, whose centers lie in [13.5, 14.5).
int start_of(double center, int extent, int size) {
  const int start = static_cast<int>(std::ceil(size / 2.0 - center - 0.5));
  return std::clamp(start, 0, size - extent);
}

}  // namespace

std::optional<Box> ink_box(const GrayImage& ink, float threshold) {
  int left = ink.width;
  int right = -1;
  int top = ink.height;
  int bottom = -1;
  for (int y = 0; y < ink.height; ++y) {
    const float* row = ink.row(y);
    const int first =
        find_in_row(row, 0, ink.width, [&](float value) { return value > threshold; });
    if (first < ink.width) {
      int last = ink.width - 1;
      while (last > right && row[last] <= threshold) {
        --last;
      }
      left = std::min(left, first);
      right = std::max(std::max(right, first), last);
      top = std::min(top, y);
      bottom = y;
    }
  }
  if (right < 0) {
    return std::nullopt;
  }
  return Box{left, top, right - left + 1, bottom - top + 1};
}

Box within(const Box& box, const GrayImage& image) {
  const int x = std::max(box.x, 0);
  const int y = std::max(box.y, 0);
  return {x, y, std::min(box.x + box.width, image.width) - x,
          std::min(box.y + box.height, image.height) - y};
}

Box within_edge(const GrayImage& image, double share) {
  const int band_x = static_cast<int>(share * image.width);
  const int band_y = static_cast<int>(share * image.height);
  return {band_x, band_y, image.width - 2 * band_x, image.height - 2 * band_y};
}

GrayImage crop(const GrayImage& ink, const Box& box) {
  GrayImage result(box.width, box.height);
  const int left = std::max(box.x, 0);
  const int right = std::min(box.x + box.width, ink.width);
  const int bottom = std::min(box.y + box.height, ink.height);
  for (int y = std::max(box.y, 0); y < bottom && left < right; ++y) {
    std::copy(ink.row(y) + left, ink.row(y) + right, result.row(y - box.y) + (left - box.x));
  }
  return result;
}

GrayImage area_average(const GrayImage& image, int width, int height) {
  return average_columns(average_rows(image, width), height);
}

GrayImage scale_longer_side(const GrayImage& image, int longer_side) {
  const double scale = static_cast<double>(longer_side) / std::max(image.width, image.height);
  const auto scaled = [&](int side) {
    return std::max(1, static_cast<int>(std::lround(side * scale)));
  };
  return area_average(image, scaled(image.width), scaled(image.height));
}

float max_value(const GrayImage& ink) { return greatest(ink.values.data(), ink.values.size()); }

void stretch_to_full(GrayImage& ink) {
  const float gain = kFull / max_value(ink);
  for (float& value : ink.values) {
    value *= gain;
  }
}

float stroke_width(const GrayImage& ink) {
  double area = 0;
  double squares = 0;
  for (const float value : ink.values) {
    area += value;
    squares += static_cast<double>(value) * value;
  }
  double outline = 0;
  for (int y = -1; y < ink.height; ++y) {
    for (int x = -1; x < ink.width; ++x) {
      const float here = ink_or_paper(ink, x, y);
      outline += std::hypot(ink_or_paper(ink, x + 1, y) - here, ink_or_paper(ink, x, y + 1) - here);
    }
  }
  // area / outline cannot tell a faint pixel-wide line from a full one, as both sink together; how
  // full the inked pixels are, on their own average, does.
  const double fullness = squares / area / kFull;
  return static_cast<float>(2 * area / outline * fullness);
}

GrayImage thicken(const GrayImage& ink, float radius) {
  const int reach = static_cast<int>(std::ceil(radius));
  GrayImage disc(2 * reach + 1, 2 * reach + 1);
  for (int y = -reach; y <= reach; ++y) {
    for (int x = -reach; x <= reach; ++x) {
      // The share of this pixel that is within the radius of the pen's own pixel.
      const float share = radius + 1 - std::hypot(static_cast<float>(x), static_cast<float>(y));
      disc.at(x + reach, y + reach) = std::clamp(share, 0.0F, 1.0F);
    }
  }
  GrayImage result(ink.width + 2 * reach, ink.height + 2 * reach);
  for (int y = 0; y < ink.height; ++y) {
    const float* from = ink.row(y);
    const int first = find_in_row(from, 0, ink.width, [](float value) { return value > 0; });
    for (int dy = 0; dy < disc.height && first < ink.width; ++dy) {
      for (int dx = 0; dx < disc.width; ++dx) {
        const float share = disc.at(dx, dy);
        float* to = result.row(y + dy) + dx;
        for (int x = first; x < ink.width; ++x) {
          const float value = from[x] * share;
          to[x] = to[x] < value ? value : to[x];
        }
      }
    }
  }
  return result;
}

Point center_of_mass(const GrayImage& ink) {
  double mass = 0;
  double moment_x = 0;
  double moment_y = 0;
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      mass += ink.at(x, y);
      moment_x += static_cast<double>(x) * ink.at(x, y);
      moment_y += static_cast<double>(y) * ink.at(x, y);
    }
  }
  return {moment_x / mass, moment_y / mass};
}

GrayImage center_by_mass(const GrayImage& ink, int size) {
  const Point center = center_of_mass(ink);
  const int left = start_of(center.x, ink.width, size);
  const int top = start_of(center.y, ink.height, size);
  GrayImage result(size, size);
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      result.at(left + x, top + y) = ink.at(x, y);
    }
  }
  return result;
}

}  // namespace inkling

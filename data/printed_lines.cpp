#include "data/printed_lines.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "data/scan.h"

namespace inkling {
namespace {

// Lines are looked for on a grid with a longer side of at most so many cells (Hough 1962).
constexpr int kGridSide = 250;
// Tilts are -kMaxTilt … kMaxTilt half degrees.
constexpr int kMaxTilt = 24;
// Printed lines have at least this share of the ink's strength, and at most this.
constexpr float kMinStrength = 0.08F;
constexpr float kMaxStrength = 0.8F;
// So much of a line's way through the picture shows it, and so much more than a place elsewhere.
constexpr double kMinCoverage = 0.7;
constexpr double kMinAboveDensity = 0.4;
// From so many parallel lines on they need not reach both edges of the picture.
constexpr std::size_t kManyLines = 3;
constexpr int kEndCells = 5;
// How wide a line may be, on each side of its middle, and the share of its strength at its edge.
constexpr int kMaxHalfWidth = 8;
constexpr float kEdgeStrength = 0.1F;
// Ink this much stronger than a line is the drawing's, which crosses it there.
constexpr float kCrossing = 1.35F;

// y = offset + slope · x of the picture, or with x and y exchanged where it is upright.
struct Line {
  bool upright;
  double offset;
  double slope;
};

// A view of the ink in which every line lies: with x and y exchanged for upright ones.
class Lying {
 public:
  Lying(GrayImage& ink, bool upright) : ink_(ink), upright_(upright) {}
  int width() const { return upright_ ? ink_.height : ink_.width; }
  int height() const { return upright_ ? ink_.width : ink_.height; }
  float& at(int x, int y) const { return upright_ ? ink_.at(y, x) : ink_.at(x, y); }

 private:
  GrayImage& ink_;
  bool upright_;
};

// Which squares of `cell` pixels hold a visible pixel.
struct Grid {
  Grid(int grid_width, int grid_height, int cell_side)
      : width(grid_width),
        height(grid_height),
        cell(cell_side),
        cells(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}

  void set(int x, int y) {
    std::uint8_t& here = cells[index(x, y)];
    if (here == 0) {
      here = 1;
      visible.emplace_back(x, y);
    }
  }
  bool at(int x, int y) const { return cells[index(x, y)] != 0; }
  double density() const {
    return static_cast<double>(visible.size()) / static_cast<double>(cells.size());
  }

  int width;
  int height;
  int cell;
  std::vector<std::uint8_t> cells;
  std::vector<std::pair<int, int>> visible;  // x, y of those that are set

 private:
  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x);
  }
};

Grid grid_of(const GrayImage& ink, float visible) {
  const int cell = (std::max(ink.width, ink.height) + kGridSide - 1) / kGridSide;
  Grid grid((ink.width + cell - 1) / cell, (ink.height + cell - 1) / cell, cell);
  const auto is_visible = [&](float value) { return value >= visible; };
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width;) {
      x = find_in_row(ink.row(y), x, ink.width, is_visible);
      if (x < ink.width) {
        grid.set(x / cell, y / cell);
        x = (x / cell + 1) * cell;
      }
    }
  }
  return grid;
}

Grid transposed(const Grid& grid) {
  Grid result(grid.height, grid.width, grid.cell);
  for (const auto& [x, y] : grid.visible) {
    result.set(y, x);
  }
  return result;
}

// Printed lines do; most drawings do not, and are done with here.
bool reaches_edge(const Grid& grid) {
  return std::any_of(grid.visible.begin(), grid.visible.end(), [&](const auto& place) {
    const auto& [x, y] = place;
    return x == 0 || y == 0 || x == grid.width - 1 || y == grid.height - 1;
  });
}

// A line's way through the grid, by its height in the grid's middle.
struct Way {
  int cells = 0;  // that it passes
  int shown = 0;  // of them
  bool has_ends = false;

  double coverage() const { return cells > 0 ? static_cast<double>(shown) / cells : 0; }
};

// Of each column: by how many cells a line of that slope is lower there than in the grid's middle.
std::vector<int> drops(const Grid& grid, double slope) {
  std::vector<int> result;
  for (int x = 0; x < grid.width; ++x) {
    result.push_back(static_cast<int>(std::lround(slope * (x - grid.width / 2.0))));
  }
  return result;
}

Way follow(const Grid& grid, const std::vector<int>& drop, int middle) {
  Way way;
  std::vector<bool> shown;
  for (int x = 0; x < grid.width; ++x) {
    const int y = middle + drop[static_cast<std::size_t>(x)];
    if (y >= 0 && y < grid.height) {
      shown.push_back(grid.at(x, y));
    }
  }
  way.cells = static_cast<int>(shown.size());
  way.shown = static_cast<int>(std::count(shown.begin(), shown.end(), true));
  const auto is_end = [](const auto& first) {
    return std::count(first, first + kEndCells, true) > kEndCells / 2;
  };
  way.has_ends = way.cells > 2 * kEndCells && is_end(shown.begin()) && is_end(shown.rbegin());
  return way;
}

// How many visible cells are on each line of one slope, by its height in the grid's middle.
std::vector<int> count_cells(const Grid& grid, const std::vector<int>& drop) {
  std::vector<int> counts(static_cast<std::size_t>(grid.height));
  for (const auto& [x, y] : grid.visible) {
    const int middle = y - drop[static_cast<std::size_t>(x)];
    if (middle >= 0 && middle < grid.height) {
      ++counts[static_cast<std::size_t>(middle)];
    }
  }
  return counts;
}

// The lines of one slope: each the best among its neighbors.
std::vector<Line> lines_of(const Grid& grid, double slope, bool upright) {
  const std::vector<int> drop = drops(grid, slope);
  const std::vector<int> counts = count_cells(grid, drop);
  std::vector<Way> ways;
  for (int middle = 0; middle < grid.height; ++middle) {
    // A line goes through half of the grid at least.
    const bool may_be_one =
        counts[static_cast<std::size_t>(middle)] >= 0.9 * kMinCoverage * grid.width / 2;
    ways.push_back(may_be_one ? follow(grid, drop, middle) : Way());
  }
  const auto coverage = [&](int i) {
    return i < 0 || i >= grid.height ? 0 : ways[static_cast<std::size_t>(i)].coverage();
  };
  std::vector<Line> lines;
  bool all_have_ends = true;
  for (int i = 0; i < grid.height; ++i) {
    const Way& way = ways[static_cast<std::size_t>(i)];
    const bool is_line = way.coverage() >= kMinCoverage &&
                         way.coverage() >= grid.density() + kMinAboveDensity &&
                         2 * way.cells >= grid.width && coverage(i) >= coverage(i - 1) &&
                         coverage(i) > coverage(i + 1);
    if (is_line) {
      const double offset = i - slope * grid.width / 2.0;
      lines.push_back({upright, (offset + 0.5) * grid.cell, slope});
      all_have_ends = all_have_ends && way.has_ends;
    }
  }
  return all_have_ends || lines.size() >= kManyLines ? lines : std::vector<Line>();
}

// The lines of the tilt that has most of them, both ways.
std::vector<Line> find_lines(const GrayImage& ink, float visible) {
  const Grid lying = grid_of(ink, visible);
  std::vector<Line> best;
  if (!reaches_edge(lying)) {
    return best;
  }
  const Grid upright = transposed(lying);
  for (int tilt = -kMaxTilt; tilt <= kMaxTilt; ++tilt) {
    const double slope = std::tan(tilt / 2.0 * std::numbers::pi / 180);
    std::vector<Line> lines = lines_of(lying, slope, false);
    for (const Line& line : lines_of(upright, -slope, true)) {
      lines.push_back(line);
    }
    if (lines.size() > best.size()) {
      best = std::move(lines);
    }
  }
  return best;
}

// Least squares through (x, y).
Line fitted(const std::vector<std::pair<double, double>>& points, const Line& line) {
  double x_sum = 0;
  double y_sum = 0;
  double xx_sum = 0;
  double xy_sum = 0;
  const auto count = static_cast<double>(points.size());
  for (const auto& [x, y] : points) {
    x_sum += x;
    y_sum += y;
    xx_sum += x * x;
    xy_sum += x * y;
  }
  const double spread = xx_sum - x_sum * x_sum / count;
  if (spread <= 0) {
    return line;
  }
  const double slope = (xy_sum - x_sum * y_sum / count) / spread;
  return {line.upright, (y_sum - slope * x_sum) / count, slope};
}

// The line moved to where its pixels are, within `reach` of it.
Line refined(const Lying& ink, const Line& line, float visible, int reach) {
  std::vector<std::pair<double, double>> points;
  for (int x = 0; x < ink.width(); ++x) {
    const int middle = static_cast<int>(std::lround(line.offset + line.slope * x));
    double weight = 0;
    double moment = 0;
    for (int y = std::max(0, middle - reach); y <= std::min(ink.height() - 1, middle + reach);
         ++y) {
      const float value = ink.at(x, y);
      weight += value >= visible ? value : 0;
      moment += value >= visible ? static_cast<double>(value) * y : 0;
    }
    if (weight > 0) {
      points.emplace_back(x, moment / weight);
    }
  }
  return points.size() < 2 ? line : fitted(points, line);
}

float median_of(std::vector<float>& values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The median ink along the line, `offset` pixels beside it.
float strength_beside(const Lying& ink, const Line& line, int offset) {
  std::vector<float> values;
  for (int x = 0; x < ink.width(); ++x) {
    const int y = static_cast<int>(std::lround(line.offset + line.slope * x)) + offset;
    if (y >= 0 && y < ink.height()) {
      values.push_back(ink.at(x, y));
    }
  }
  return values.empty() ? 0 : median_of(values);
}

void erase(const Lying& ink, const Line& line, float full) {
  float strength = 0;
  for (int offset = -2; offset <= 2; ++offset) {
    strength = std::max(strength, strength_beside(ink, line, offset));
  }
  if (strength > kMaxStrength * full) {
    return;  // as strong as the ink: nothing tells them apart
  }
  const auto edge = [&](int direction) {
    int offset = 0;
    while (std::abs(offset) < kMaxHalfWidth &&
           strength_beside(ink, line, offset) > kEdgeStrength * strength) {
      offset += direction;
    }
    return offset + direction;
  };
  const int first = edge(-1);
  const int last = edge(1);
  for (int x = 0; x < ink.width(); ++x) {
    const int middle = static_cast<int>(std::lround(line.offset + line.slope * x));
    for (int y = std::max(0, middle + first); y <= std::min(ink.height() - 1, middle + last); ++y) {
      if (ink.at(x, y) < kCrossing * strength) {
        ink.at(x, y) = 0;
      }
    }
  }
}

}  // namespace

void remove_printed_lines(GrayImage& ink, float full, float visible) {
  visible = std::max(visible, kMinStrength * full);
  for (const Line& found : find_lines(ink, visible)) {
    const Lying lying(ink, found.upright);
    const int cell = (std::max(ink.width, ink.height) + kGridSide - 1) / kGridSide;
    Line line = refined(lying, found, visible, 2 * cell);
    line = refined(lying, line, visible, cell);
    erase(lying, line, full);
  }
}

}  // namespace inkling

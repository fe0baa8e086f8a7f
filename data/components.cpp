#include "data/components.h"

#include <algorithm>
#include <limits>

#include "data/frame.h"
#include "data/scan.h"

namespace inkling {
namespace {

// Of the largest part's longer side. The dot that a pen leaves is smaller, the bar of a five that
// stands apart is larger.
constexpr double kMinPartShare = 0.15;
// A smaller part than this share of the longest one's side, and farther from it than that many of
// its sides, is a speck, too.
constexpr double kMaxSpeckShare = 0.35;
constexpr double kMinSpeckGap = 2;
// What is left has at least this share of the longer side of what was dropped; else it was the
// drawing that was dropped.
constexpr double kMinLeftShare = 0.02;
// A part that touches the picture's edge is none of the drawing where one with at least this share
// of the longest one's side does not.
constexpr double kMinInnerShare = 0.5;
// A part along this share of a side of the picture, and touching that side, came in from outside.
constexpr double kMinEdgeShare = 0.9;
// A part within this share of the picture's shorter side from its edge is none of the drawing if it
// is as far from the rest as this share of the rest's longer side.
constexpr double kEdgeBand = 0.05;
constexpr double kFar = 0.5;

// Union-find over provisional labels.
class Labels {
 public:
  std::int32_t add() {
    parents_.push_back(static_cast<std::int32_t>(parents_.size()));
    return parents_.back();
  }
  std::int32_t root(std::int32_t label) {
    while (parents_[index(label)] != label) {
      parents_[index(label)] = parents_[index(parents_[index(label)])];
      label = parents_[index(label)];
    }
    return label;
  }
  void join(std::int32_t a, std::int32_t b) {
    const std::int32_t root_a = root(a);
    const std::int32_t root_b = root(b);
    parents_[index(std::max(root_a, root_b))] = std::min(root_a, root_b);
  }
  std::size_t size() const { return parents_.size(); }

 private:
  static std::size_t index(std::int32_t label) { return static_cast<std::size_t>(label); }
  std::vector<std::int32_t> parents_{0};  // 0 is no component
};

// Pixels of a row one after another, all of them ink: begin … end - 1.
struct Run {
  int y;
  int begin;
  int end;
  std::int32_t label;
};

// A label from the runs of the row above that touch this one, or a new one. `above` is the first of
// them that may, and goes on with the runs of a row.
std::int32_t label_of(const Run& run, const std::vector<Run>& runs, std::size_t& above,
                      Labels& labels) {
  const auto touches = [&](const Run& other) {
    return other.y == run.y - 1 && other.begin <= run.end;
  };
  while (touches(runs[above]) && runs[above].end < run.begin) {
    ++above;
  }
  std::int32_t label = 0;
  for (std::size_t i = above; touches(runs[i]); ++i) {
    if (label != 0) {
      labels.join(runs[i].label, label);
    }
    label = runs[i].label;
  }
  return label != 0 ? label : labels.add();
}

// First pass, from top to bottom: the runs of ink, with provisional labels.
std::vector<Run> find_runs(const GrayImage& ink, float weak, Labels& labels) {
  std::vector<Run> runs;
  std::size_t above = 0;  // the first run of the row before
  for (int y = 0; y < ink.height; ++y) {
    const float* row = ink.row(y);
    const auto is_ink = [&](float value) { return value >= weak; };
    const std::size_t first = runs.size();
    std::size_t next_above = above;
    for (int x = 0; x < ink.width;) {
      Run run{y, find_in_row(row, x, ink.width, is_ink), 0, 0};
      if (run.begin == ink.width) {
        break;
      }
      run.end = run.begin + 1;
      while (run.end < ink.width && is_ink(row[run.end])) {
        ++run.end;
      }
      x = run.end + 1;
      runs.push_back(run);  // its own row ends the search among those above
      runs.back().label = label_of(run, runs, next_above, labels);
    }
    above = first;
  }
  return runs;
}

void include(Component& component, const Run& run, const GrayImage& ink) {
  Box& box = component.box;
  if (component.area == 0) {
    box = {run.begin, run.y, 0, 0};
  }
  const int right = std::max(box.x + box.width, run.end);
  box.x = std::min(box.x, run.begin);
  box.width = right - box.x;
  box.height = run.y + 1 - box.y;  // runs come from top to bottom
  component.area += run.end - run.begin;
  const float* row = ink.row(run.y);
  component.strongest =
      std::max(component.strongest, *std::max_element(row + run.begin, row + run.end));
}

bool is_from_outside(const Box& box, int width, int height) {
  const bool left_or_right = box.x == 0 || box.x + box.width == width;
  const bool top_or_bottom = box.y == 0 || box.y + box.height == height;
  return (left_or_right && box.height >= kMinEdgeShare * height) ||
         (top_or_bottom && box.width >= kMinEdgeShare * width) || (left_or_right && top_or_bottom);
}

// What is left of a shadow where it meets the picture's edge, and the like.
void drop_at_edges(const Components& components, int width, int height, std::vector<bool>& kept) {
  const auto touches_edge = [&](const Box& box) {
    return box.x == 0 || box.y == 0 || box.x + box.width == width || box.y + box.height == height;
  };
  int longest = 0;
  int longest_inner = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) {
      const Box& box = components.all[i].box;
      longest = std::max(longest, longer_side(box));
      longest_inner = std::max(longest_inner, touches_edge(box) ? 0 : longer_side(box));
    }
  }
  if (longest_inner >= kMinInnerShare * longest) {
    for (std::size_t i = 0; i < kept.size(); ++i) {
      kept[i] = kept[i] && !touches_edge(components.all[i].box);
    }
  }
}

// Specks, but for those of a broken line, which are not as far from its longest piece.
void drop_far_specks(const Components& components, std::vector<bool>& kept) {
  Box longest{0, 0, 0, 0};
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i] && longer_side(components.all[i].box) > longer_side(longest)) {
      longest = components.all[i].box;
    }
  }
  const int side = longer_side(longest);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const Box& box = components.all[i].box;
    kept[i] = kept[i] && (longer_side(box) >= kMaxSpeckShare * side ||
                          gap_between(box, longest) <= kMinSpeckGap * side);
  }
}

// Whether a box is all along one of the picture's edges.
bool is_at_edge(const Box& box, int width, int height) {
  const int band = static_cast<int>(kEdgeBand * std::min(width, height));
  return box.x + box.width <= band || box.x >= width - band || box.y + box.height <= band ||
         box.y >= height - band;
}

// Pieces of a frame in a shadow, and the like: along the picture's edge, far from the rest.
void drop_strays(const Components& components, int width, int height, std::vector<bool>& kept) {
  std::vector<bool> rest = kept;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    rest[i] = kept[i] && !is_at_edge(components.all[i].box, width, height);
  }
  const Box box = box_of(components, rest);
  if (box.width <= 0) {
    return;
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    kept[i] =
        rest[i] || (kept[i] && gap_between(components.all[i].box, box) < kFar * longer_side(box));
  }
}

}  // namespace

Box box_of(const Components& components, const std::vector<bool>& parts) {
  int left = std::numeric_limits<int>::max();
  int top = left;
  int right = 0;
  int bottom = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i]) {
      const Box& box = components.all[i].box;
      left = std::min(left, box.x);
      top = std::min(top, box.y);
      right = std::max(right, box.x + box.width);
      bottom = std::max(bottom, box.y + box.height);
    }
  }
  return right == 0 ? Box{0, 0, 0, 0} : Box{left, top, right - left, bottom - top};
}

Components connected_components(const GrayImage& ink, float weak, float strong) {
  Labels labels;
  const std::vector<Run> runs = find_runs(ink, weak, labels);
  std::vector<Component> provisional(labels.size());
  for (const Run& run : runs) {
    include(provisional[static_cast<std::size_t>(labels.root(run.label))], run, ink);
  }
  Components result{std::vector<std::int32_t>(ink.values.size()), {}};
  std::vector<std::int32_t> numbers(labels.size());
  for (std::size_t label = 1; label < provisional.size(); ++label) {
    if (provisional[label].area > 0 && provisional[label].strongest >= strong) {
      result.all.push_back(provisional[label]);
      numbers[label] = static_cast<std::int32_t>(result.all.size());
    }
  }
  for (const Run& run : runs) {
    const auto row = result.labels.begin() + static_cast<std::ptrdiff_t>(run.y) * ink.width;
    std::fill(row + run.begin, row + run.end,
              numbers[static_cast<std::size_t>(labels.root(run.label))]);
  }
  return result;
}

std::vector<bool> parts_of_drawing(const Components& components, int width, int height) {
  const std::size_t count = components.all.size();
  std::vector<bool> kept(count, true);
  const auto longest = [&] {
    int side = 0;
    for (std::size_t i = 0; i < count; ++i) {
      side = kept[i] ? std::max(side, longer_side(components.all[i].box)) : side;
    }
    return side;
  };
  // Drops those that `is_not` says are not the drawing's, unless only specks would be left.
  const auto drop = [&](const auto& is_not) {
    const std::vector<bool> before = kept;
    const int longest_before = longest();
    for (std::size_t i = 0; i < count; ++i) {
      kept[i] = kept[i] && !is_not(i);
    }
    if (longest() < kMinLeftShare * longest_before) {
      kept = before;
    }
  };
  drop([&](std::size_t i) { return is_from_outside(components.all[i].box, width, height); });
  drop_at_edges(components, width, height, kept);
  drop([&](std::size_t i) { return is_frame(components, i, width, height); });
  const std::vector<bool> pieces = frame_pieces(components, kept);
  drop([&](std::size_t i) { return pieces[i]; });
  drop_far_specks(components, kept);
  drop_strays(components, width, height, kept);
  const int min_side = static_cast<int>(kMinPartShare * longest());
  drop([&](std::size_t i) { return longer_side(components.all[i].box) < min_side; });
  return kept;
}

}  // namespace inkling

#include "data/components.h"

#include <algorithm>
#include <limits>

namespace inkling {
namespace {

// Of the largest part's longer side. The dot that a pen leaves is smaller, the bar of a five that
// stands apart is larger.
constexpr double kMinPartShare = 0.15;
// What is left has at least this share of the longer side of what was dropped; else it was the
// drawing that was dropped.
constexpr double kMinLeftShare = 0.02;
// A part that touches the picture's edge is none of the drawing where one with at least this share
// of the longest one's side does not.
constexpr double kMinInnerShare = 0.5;
// A part along this share of a side of the picture, and touching that side, came in from outside.
constexpr double kMinEdgeShare = 0.9;
// A frame's ink is this near to its own box: share of the box's side on each side.
constexpr double kFrameBorder = 0.12;
constexpr double kFramePieceBorder = 0.04;
constexpr double kMinFrameInk = 0.9;  // share of a frame's ink that is there
// What a frame is around has at least this share of its longer side, and the frame this share of
// the picture's sides: there is room for few such, so that looking into each takes no time.
constexpr double kMinFramed = 0.03;
constexpr double kMinFrameShare = 0.5;

int longer_side(const Box& box) { return std::max(box.width, box.height); }

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

// First pass: a label from the neighbors already seen, or a new one.
std::vector<std::int32_t> provisional_labels(const GrayImage& ink, float weak, Labels& labels) {
  std::vector<std::int32_t> result(ink.values.size());
  const auto at = [&](int x, int y) {
    return x < 0 || y < 0 || x >= ink.width
               ? 0
               : result[static_cast<std::size_t>(y) * static_cast<std::size_t>(ink.width) +
                        static_cast<std::size_t>(x)];
  };
  std::size_t i = 0;
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x, ++i) {
      if (ink.values[i] < weak) {
        continue;
      }
      std::int32_t label = 0;
      for (const std::int32_t neighbor :
           {at(x - 1, y), at(x - 1, y - 1), at(x, y - 1), at(x + 1, y - 1)}) {
        if (neighbor != 0 && label != 0 && neighbor != label) {
          labels.join(neighbor, label);
        }
        label = neighbor != 0 ? neighbor : label;
      }
      result[i] = label != 0 ? label : labels.add();
    }
  }
  return result;
}

void include(Component& component, int x, int y, float ink) {
  Box& box = component.box;
  if (component.area == 0) {
    box = {x, y, 1, 1};
  }
  const int right = std::max(box.x + box.width, x + 1);
  const int bottom = std::max(box.y + box.height, y + 1);
  box.x = std::min(box.x, x);
  box.y = std::min(box.y, y);
  box.width = right - box.x;
  box.height = bottom - box.y;
  ++component.area;
  component.strongest = std::max(component.strongest, ink);
}

bool is_from_outside(const Box& box, int width, int height) {
  const bool left_or_right = box.x == 0 || box.x + box.width == width;
  const bool top_or_bottom = box.y == 0 || box.y + box.height == height;
  return (left_or_right && box.height >= kMinEdgeShare * height) ||
         (top_or_bottom && box.width >= kMinEdgeShare * width) || (left_or_right && top_or_bottom);
}

bool is_inside(const Box& inner, const Box& outer) {
  return inner.x > outer.x && inner.y > outer.y && inner.x + inner.width < outer.x + outer.width &&
         inner.y + inner.height < outer.y + outer.height;
}

// Whether nearly all of the component's ink is near its own box.
bool is_hollow(const Components& components, std::size_t part, int width) {
  const Component& component = components.all[part];
  const Box& box = component.box;
  const int margin_x = static_cast<int>(kFrameBorder * box.width) + 1;
  const int margin_y = static_cast<int>(kFrameBorder * box.height) + 1;
  std::int64_t inner = 0;
  for (int y = box.y + margin_y; y < box.y + box.height - margin_y; ++y) {
    for (int x = box.x + margin_x; x < box.x + box.width - margin_x; ++x) {
      const auto i = static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                     static_cast<std::size_t>(x);
      inner += components.labels[i] == static_cast<std::int32_t>(part) + 1 ? 1 : 0;
    }
  }
  return static_cast<double>(inner) <= (1 - kMinFrameInk) * static_cast<double>(component.area);
}

Box box_of(const Components& components, const std::vector<bool>& kept) {
  int left = std::numeric_limits<int>::max();
  int top = left;
  int right = 0;
  int bottom = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) {
      const Box& box = components.all[i].box;
      left = std::min(left, box.x);
      top = std::min(top, box.y);
      right = std::max(right, box.x + box.width);
      bottom = std::max(bottom, box.y + box.height);
    }
  }
  return {left, top, right - left, bottom - top};
}

// The pieces of a broken frame: along the edges of the box of all that there is, on all four sides
// of it, where something else is inside. Empty where there is no such frame.
std::vector<bool> frame_pieces(const Components& components, const std::vector<bool>& kept) {
  const Box all = box_of(components, kept);
  const int margin = static_cast<int>(kFramePieceBorder * std::min(all.width, all.height)) + 1;
  std::vector<bool> pieces(kept.size());
  bool left = false;
  bool top = false;
  bool right = false;
  bool bottom = false;
  bool has_inner = false;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const Box& box = components.all[i].box;
    const int to_right = all.x + all.width - box.x;
    const int to_bottom = all.y + all.height - box.y;
    pieces[i] = kept[i] && (box.x + box.width <= all.x + margin || to_right <= margin ||
                            box.y + box.height <= all.y + margin || to_bottom <= margin);
    if (pieces[i]) {
      left = left || box.x == all.x;
      top = top || box.y == all.y;
      right = right || to_right == box.width;
      bottom = bottom || to_bottom == box.height;
    }
    has_inner = has_inner || (kept[i] && is_inside(box, all) && !pieces[i]);
  }
  return left && top && right && bottom && has_inner ? pieces : std::vector<bool>(kept.size());
}

// A frame is hollow and has something in it.
bool is_frame(const Components& components, std::size_t part, int width, int height) {
  const Box& box = components.all[part].box;
  if (box.width < kMinFrameShare * width || box.height < kMinFrameShare * height) {
    return false;
  }
  const bool holds_something =
      std::any_of(components.all.begin(), components.all.end(), [&](const Component& other) {
        return is_inside(other.box, box) && longer_side(other.box) >= kMinFramed * longer_side(box);
      });
  return holds_something && is_hollow(components, part, width);
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

}  // namespace

Components connected_components(const GrayImage& ink, float weak, float strong) {
  Labels labels;
  Components result{provisional_labels(ink, weak, labels), {}};
  std::vector<Component> provisional(labels.size());
  std::size_t i = 0;
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x, ++i) {
      if (result.labels[i] != 0) {
        include(provisional[static_cast<std::size_t>(labels.root(result.labels[i]))], x, y,
                ink.values[i]);
      }
    }
  }
  std::vector<std::int32_t> numbers(labels.size());
  for (std::size_t label = 1; label < provisional.size(); ++label) {
    if (provisional[label].area > 0 && provisional[label].strongest >= strong) {
      result.all.push_back(provisional[label]);
      numbers[label] = static_cast<std::int32_t>(result.all.size());
    }
  }
  for (std::int32_t& label : result.labels) {
    label = numbers[static_cast<std::size_t>(labels.root(label))];
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
  const int min_side = static_cast<int>(kMinPartShare * longest());
  drop([&](std::size_t i) { return longer_side(components.all[i].box) < min_side; });
  return kept;
}

}  // namespace inkling

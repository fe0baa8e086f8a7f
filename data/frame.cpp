#include "data/frame.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace inkling {
namespace {

// A frame's ink is this near to its own box: share of the box's side on each side.
constexpr double kFrameBorder = 0.12;
constexpr double kFramePieceBorder = 0.04;
constexpr double kMinFrameInk = 0.9;  // share of a frame's ink that is there
// What a frame is around has at least this share of its longer side, and the frame this share of
// the picture's sides: there is room for few such, so that looking into each takes no time.
constexpr double kMinFramed = 0.03;
constexpr double kMinFrameShare = 0.5;
constexpr std::ptrdiff_t kMaxCandidates = 3;  // that are looked into
// Of each side of a broken frame so much is there.
constexpr double kMinSide = 0.4;
// A frame's soft edge, and what of it strays inward: pixels, and a share of its ink.
constexpr int kSoftEdge = 3;
constexpr double kMaxStray = 0.005;

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

bool is_large(const Box& box, int width, int height) {
  return box.width >= kMinFrameShare * width && box.height >= kMinFrameShare * height;
}

int piece_border(const Box& box) {
  return static_cast<int>(kFramePieceBorder * std::min(box.width, box.height)) + 1;
}

// How far a pixel is from the box's nearest edge.
int depth_in(const Box& box, int x, int y) {
  return std::min({x, box.width - 1 - x, y, box.height - 1 - y});
}

// Calls f(x, y, part) for each pixel of a part that is less than `border` deep in the box, x and y
// from the box's corner.
template <class F>
void for_each_at_edges(const Components& components, const Box& box, int border, int width,
                       const F& f) {
  for (int y = 0; y < box.height; ++y) {
    const std::int32_t* labels =
        components.labels.data() + static_cast<std::ptrdiff_t>(box.y + y) * width + box.x;
    const auto call_within = [&](int begin, int end) {
      for (int x = begin; x < end; ++x) {
        if (labels[x] != 0) {
          f(x, y, static_cast<std::size_t>(labels[x] - 1));
        }
      }
    };
    const bool is_edge = std::min(y, box.height - 1 - y) < border;
    const int left = is_edge ? box.width : std::min(border, box.width);
    call_within(0, left);
    call_within(std::max(left, box.width - border), box.width);
  }
}

// The parts that are along the box's edges alone, but for ink that strays.
std::vector<bool> parts_at_edges(const Components& components, const Box& box, int width) {
  const int border = piece_border(box);
  std::vector<std::int64_t> at_edges(components.all.size());
  for_each_at_edges(components, box, border, width,
                    [&](int /*x*/, int /*y*/, std::size_t part) { ++at_edges[part]; });
  std::vector<bool> result;
  for (std::size_t part = 0; part < at_edges.size(); ++part) {
    result.push_back(static_cast<double>(at_edges[part]) >=
                     (1 - kMaxStray) * static_cast<double>(components.all[part].area));
  }
  return result;
}

// The ink of parts along a box's edges.
struct Edging {
  double shortest;  // of the sides: the share of it that has ink
  int depth;        // of the ink, but for what strays
};

Edging edging_of(const Components& components, const std::vector<bool>& parts, const Box& box,
                 int width) {
  const int border = piece_border(box);
  std::array<std::vector<bool>, 4> sides;  // top, bottom, left, right: where there is ink
  sides[0].resize(static_cast<std::size_t>(box.width));
  sides[1].resize(static_cast<std::size_t>(box.width));
  sides[2].resize(static_cast<std::size_t>(box.height));
  sides[3].resize(static_cast<std::size_t>(box.height));
  std::vector<std::int64_t> by_depth(static_cast<std::size_t>(border));
  std::int64_t area = 0;
  for_each_at_edges(components, box, border, width, [&](int x, int y, std::size_t part) {
    if (!parts[part]) {
      return;
    }
    ++by_depth[static_cast<std::size_t>(depth_in(box, x, y))];
    ++area;
    const auto mark = [&](std::size_t side, int distance, int place) {
      if (distance < border) {
        sides.at(side)[static_cast<std::size_t>(place)] = true;
      }
    };
    mark(0, y, x);
    mark(1, box.height - 1 - y, x);
    mark(2, x, y);
    mark(3, box.width - 1 - x, y);
  });
  double shortest = 1;
  for (const std::vector<bool>& side : sides) {
    const auto there = static_cast<double>(std::count(side.begin(), side.end(), true));
    shortest = std::min(shortest, there / static_cast<double>(side.size()));
  }
  auto deepest = by_depth.rbegin();
  for (std::int64_t deeper = *deepest;
       static_cast<double>(deeper) <= kMaxStray * static_cast<double>(area) &&
       deepest + 1 != by_depth.rend();
       deeper += *deepest) {
    ++deepest;
  }
  return {shortest, static_cast<int>(by_depth.rend() - deepest)};
}

}  // namespace

std::vector<bool> frame_pieces(const Components& components, const std::vector<bool>& kept) {
  const Box all = box_of(components, kept);
  const int margin = piece_border(all);
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

bool is_frame(const Components& components, std::size_t part, int width, int height) {
  const Box& box = components.all[part].box;
  if (!is_large(box, width, height)) {
    return false;
  }
  const bool holds_something =
      std::any_of(components.all.begin(), components.all.end(), [&](const Component& other) {
        return is_inside(other.box, box) && longer_side(other.box) >= kMinFramed * longer_side(box);
      });
  return holds_something && is_hollow(components, part, width);
}

std::optional<Box> inside_of_frame(const Components& components, int width, int height) {
  // A broken frame is around all there is; a whole one is one part, the largest or nearly so.
  std::vector<Box> candidates{box_of(components, std::vector<bool>(components.all.size(), true))};
  for (const Component& component : components.all) {
    candidates.push_back(component.box);
  }
  candidates.erase(std::remove_if(candidates.begin(), candidates.end(),
                                  [&](const Box& box) { return !is_large(box, width, height); }),
                   candidates.end());
  const auto last = candidates.begin() + std::min(kMaxCandidates, std::ssize(candidates));
  std::partial_sort(candidates.begin(), last, candidates.end(), [](const Box& a, const Box& b) {
    return std::int64_t{a.width} * a.height > std::int64_t{b.width} * b.height;
  });
  for (const Box& frame : std::span(candidates.begin(), last)) {
    const Edging edging =
        edging_of(components, parts_at_edges(components, frame, width), frame, width);
    const int inset = edging.depth + kSoftEdge;
    if (edging.shortest >= kMinSide && 2 * inset < std::min(frame.width, frame.height)) {
      return Box{frame.x + inset, frame.y + inset, frame.width - 2 * inset,
                 frame.height - 2 * inset};
    }
  }
  return std::nullopt;
}

}  // namespace inkling

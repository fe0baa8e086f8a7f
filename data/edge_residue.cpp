#include "data/edge_residue.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "data/digit_geometry.h"

namespace inkling {
namespace {

// What a shadow's edge leaves is this near to the picture's edge, share of its sides, and at most
// this long, share of the longer one; ink beside it has at least this share of its strength.
constexpr double kEdgeShare = 0.05;
constexpr double kMaxResidue = 0.15;
constexpr float kMinBesideResidue = 0.15F;
constexpr int kMaxResidues = 3;  // erased one after another
constexpr std::size_t kMaxPieces = 16;

// All that is seen is a few short pieces near the picture's edge, or nothing: printed lines may
// have been what was strongest.
bool is_edge_residue(const Components& components, const GrayImage& ink) {
  if (components.all.size() > kMaxPieces) {
    return false;
  }
  const int longer = std::max(ink.width, ink.height);
  const Box middle = within_edge(ink, kEdgeShare);
  return std::all_of(components.all.begin(), components.all.end(), [&](const Component& part) {
    return !is_inside(part.box, middle) && longer_side(part.box) <= kMaxResidue * longer;
  });
}

// Whether a drawing was hidden by residue: away from all of it, and not cut off by the edge.
bool is_beside_residue(const Components& drawing, const Components& residue, const GrayImage& ink) {
  const Box picture{0, 0, ink.width, ink.height};
  int longest = 0;
  for (const Component& part : residue.all) {
    longest = std::max(longest, longer_side(part.box));
  }
  return std::any_of(drawing.all.begin(), drawing.all.end(), [&](const Component& part) {
    const bool is_away = std::all_of(
        residue.all.begin(), residue.all.end(),
        [&](const Component& piece) { return gap_between(part.box, piece.box) > longest / 2; });
    return is_away && is_inside(part.box, picture) && longer_side(part.box) >= longest / 2;
  });
}

// The contrast without what residue fades out into.
Contrast without(const Components& residue, const Contrast& contrast) {
  const Components faded = whole_parts_of(contrast);
  Contrast rest{contrast.ink, 0, contrast.noise};
  for (std::size_t i = 0; i < rest.ink.values.size(); ++i) {
    if (faded.labels[i] != 0 || residue.labels[i] != 0) {
      rest.ink.values[i] = 0;
    }
    rest.strongest = std::max(rest.strongest, rest.ink.values[i]);
  }
  return rest;
}

}  // namespace

void look_beside_residue(Components& components, Contrast& contrast) {
  const float least = kMinBesideResidue * contrast.strongest;
  std::optional<Components> seen;
  std::optional<Contrast> rest;
  for (int i = 0; i < kMaxResidues; ++i) {
    if (!is_edge_residue(seen ? *seen : components, contrast.ink)) {
      return;
    }
    rest = without(seen ? *seen : components, rest ? *rest : contrast);
    if (rest->strongest < least || !is_visible(*rest)) {
      return;
    }
    seen = parts_of(*rest);
    if (is_beside_residue(*seen, components, contrast.ink)) {
      components = *std::move(seen);
      contrast = *std::move(rest);
      return;
    }
  }
}

}  // namespace inkling

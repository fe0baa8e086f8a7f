// The tiles of a forward pass (MixedWinogradTiles), each of a size that the compiler knows.
#pragma once

#include "kernels/cpu/simd/level/winograd_transforms.h"
#include "kernels/cpu/simd/winograd.h"

namespace inkling::cpu::simd::INKLING_LEVEL {
namespace {

// A tile along one side.
struct FullTile {
  static constexpr Index kResults = 4;
  static constexpr int kPosition[6] = {0, 1, 2, 3, 4, 5};  // of its transforms' numbers
  using Input = TransformInput;
  using Result = TransformResult;
};
struct HalfTile {
  static constexpr Index kResults = 2;
  static constexpr int kPosition[4] = {0, 3, 4, 5};
  using Input = TransformHalfInput;
  using Result = TransformHalfResult;
};
constexpr bool has_position_in_half(Index position) { return position == 0 || position >= 3; }

template <class Down, class Across>
struct Tile {
  Index row;  // of its first result, and of its first input in the padded image
  Index column;
  Index number;  // in the order of MixedWinogradTiles

  // Which of the 36 positions number (i, j) of its transforms has.
  static constexpr int position(int i, int j) {
    return 6 * Down::kPosition[i] + Across::kPosition[j];
  }
};

template <class Visit>
inline void for_each_tile(const MixedWinogradTiles& tiles, const Visit& visit) {
  const Index down = tiles.full(tiles.height);
  const Index across = tiles.full(tiles.width);
  if (tiles.half(tiles.width) > 0) {
    for (Index i = 0; i < down; ++i) {
      visit(Tile<FullTile, HalfTile>{4 * i, 4 * across, i});
    }
  }
  for (Index i = 0; i < down; ++i) {
    for (Index j = 0; j < across; ++j) {
      visit(Tile<FullTile, FullTile>{4 * i, 4 * j, tiles.first_full() + i * across + j});
    }
  }
  if (tiles.half(tiles.height) > 0) {
    for (Index j = 0; j < across; ++j) {
      visit(Tile<HalfTile, FullTile>{4 * down, 4 * j, tiles.first_half_down() + j});
    }
    if (tiles.half(tiles.width) > 0) {
      visit(Tile<HalfTile, HalfTile>{4 * down, 4 * across, tiles.corner()});
    }
  }
}

// The tiles that have a position.
struct TileRange {
  Index begin;
  Index end;  // past the last
};
inline TileRange tiles_with(const MixedWinogradTiles& tiles, Index position) {
  return {has_position_in_half(position % 6) ? 0 : tiles.first_full(),
          has_position_in_half(position / 6)
              ? (has_position_in_half(position % 6) ? tiles.count() : tiles.corner())
              : tiles.first_half_down()};
}

}  // namespace
}  // namespace inkling::cpu::simd::INKLING_LEVEL

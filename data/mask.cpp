#include "data/mask.h"

#include <algorithm>
#include <cstdint>

#include "data/scan.h"

namespace inkling {
namespace {

// No pixel of the row is farther than a step from the three nearest of the row before. A loop for
// each, which the compiler turns into vectors.
void step_from(const int* before, int* row, int width) {
  for (int x = 0; x < width; ++x) {
    row[x] = std::min(row[x], before[x] + 1);
  }
  for (int x = 1; x < width; ++x) {
    row[x] = std::min(row[x], before[x - 1] + 1);
  }
  for (int x = 0; x + 1 < width; ++x) {
    row[x] = std::min(row[x], before[x + 1] + 1);
  }
}

// More is as far as this.
constexpr int kMaxReach = 60'000;

// Dilation up and down: of each row, how many rows ago each column was in the mask.
Mask dilated_columns(const Mask& mask, int reach) {
  Mask result(mask.width, mask.height);
  const auto width = static_cast<std::size_t>(mask.width);
  // No mask is higher than this type counts. `far` stands for all that is beyond reach.
  const auto far = static_cast<std::uint16_t>(std::clamp(reach, 0, kMaxReach) + 1);
  const auto pass = [&](int y, std::vector<std::uint16_t>& rows_ago) {
    const std::uint8_t* from = mask.row(y);
    std::uint8_t* to = result.row(y);
    for (std::size_t x = 0; x < width; ++x) {
      const auto one_more = static_cast<std::uint16_t>(rows_ago[x] + 1);
      const std::uint16_t ago = one_more < far ? one_more : far;
      rows_ago[x] = from[x] != 0 ? std::uint16_t{0} : ago;
      to[x] |= rows_ago[x] < far ? 1 : 0;
    }
  };
  std::vector<std::uint16_t> from_above(width, far);
  std::vector<std::uint16_t> from_below(width, far);
  for (int y = 0; y < mask.height; ++y) {
    pass(y, from_above);
    pass(mask.height - 1 - y, from_below);
  }
  return result;
}

// Dilation to the left and right, run by run.
Mask dilated_rows(const Mask& mask, int reach) {
  Mask result(mask.width, mask.height);
  const auto is_in = [](std::uint8_t value) { return value != 0; };
  for (int y = 0; y < mask.height; ++y) {
    const std::uint8_t* from = mask.row(y);
    int filled = 0;  // up to here: no pixel is written twice, however many runs there are
    for (int begin = find_in_row(from, 0, mask.width, is_in); begin < mask.width;) {
      int end = begin + 1;
      while (end < mask.width && is_in(from[end])) {
        ++end;
      }
      const int fill_end = std::min(mask.width, end + reach);
      std::fill(result.row(y) + std::clamp(begin - reach, filled, fill_end),
                result.row(y) + fill_end, std::uint8_t{1});
      filled = fill_end;
      begin = find_in_row(from, end, mask.width, is_in);
    }
  }
  return result;
}

}  // namespace

std::vector<int> distance_to(const Mask& mask) {
  const int none = mask.width + mask.height;
  std::vector<int> distance(mask.values.size());
  for (std::size_t i = 0; i < distance.size(); ++i) {
    distance[i] = mask.values[i] != 0 ? 0 : none;
  }
  const int width = mask.width;
  const auto row = [&](int y) {
    return distance.data() + static_cast<std::ptrdiff_t>(y) * static_cast<std::ptrdiff_t>(width);
  };
  for (int y = 0; y < mask.height; ++y) {
    if (y > 0) {
      step_from(row(y - 1), row(y), width);
    }
    for (int x = 1; x < width; ++x) {
      row(y)[x] = std::min(row(y)[x], row(y)[x - 1] + 1);
    }
  }
  for (int y = mask.height - 1; y >= 0; --y) {
    if (y + 1 < mask.height) {
      step_from(row(y + 1), row(y), width);
    }
    for (int x = width - 2; x >= 0; --x) {
      row(y)[x] = std::min(row(y)[x], row(y)[x + 1] + 1);
    }
  }
  return distance;
}

Mask dilated(const Mask& mask, int reach) {
  return dilated_rows(dilated_columns(mask, reach), reach);
}

}  // namespace inkling

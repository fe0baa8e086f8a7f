#include "data/image_filter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>

namespace inkling {
namespace {

constexpr int kMaxLevel = 255;
constexpr float kMadToStd = 1.4826F;  // of a normal distribution

// Sliding sums along rows.
GrayImage blur_rows(const GrayImage& image, int radius) {
  GrayImage result(image.width, image.height);
  const auto weight = 1 / static_cast<float>(2 * radius + 1);
  for (int y = 0; y < image.height; ++y) {
    const float* from = image.row(y);
    const auto at = [&](int x) { return from[std::clamp(x, 0, image.width - 1)]; };
    double sum = 0;
    for (int x = -radius; x <= radius; ++x) {
      sum += at(x);
    }
    float* to = result.row(y);
    for (int x = 0; x < image.width; ++x) {
      to[x] = static_cast<float>(sum) * weight;
      sum += at(x + radius + 1) - at(x - radius);
    }
  }
  return result;
}

// Sliding sums along columns, all of them side by side.
GrayImage blur_columns(const GrayImage& image, int radius) {
  GrayImage result(image.width, image.height);
  const auto weight = 1 / static_cast<float>(2 * radius + 1);
  const auto row = [&](int y) { return image.row(std::clamp(y, 0, image.height - 1)); };
  std::vector<double> sums(static_cast<std::size_t>(image.width));
  double* sum = sums.data();
  for (int y = -radius; y <= radius; ++y) {
    const float* from = row(y);
    for (int x = 0; x < image.width; ++x) {
      sum[x] += from[x];
    }
  }
  for (int y = 0; y < image.height; ++y) {
    const float* next = row(y + radius + 1);
    const float* last = row(y - radius);
    float* to = result.row(y);
    for (int x = 0; x < image.width; ++x) {
      to[x] = static_cast<float>(sum[x]) * weight;
      sum[x] += next[x] - last[x];
    }
  }
  return result;
}

// An image of whole levels, -255 to 510, with a margin.
struct Levels {
  int width;
  std::vector<std::int16_t> values;

  int at(int x, int y) const {
    return values[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x)];
  }
};

Levels with_margin(const GrayImage& image, int margin, Beyond beyond) {
  Levels result{image.width + 2 * margin, {}};
  const int height = image.height + 2 * margin;
  result.values.reserve(static_cast<std::size_t>(result.width) * static_cast<std::size_t>(height));
  const auto mirrored = [](int i, int size) {
    return std::clamp(i < 0 ? -i : i < size ? i : 2 * (size - 1) - i, 0, size - 1);
  };
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < result.width; ++x) {
      const float inner =
          image.at(mirrored(x - margin, image.width), mirrored(y - margin, image.height));
      const float edge = image.at(std::clamp(x - margin, 0, image.width - 1),
                                  std::clamp(y - margin, 0, image.height - 1));
      const bool inside =
          x >= margin && y >= margin && x < image.width + margin && y < image.height + margin;
      result.values.push_back(static_cast<std::int16_t>(
          std::lround(inside || beyond == Beyond::mirrored ? inner : 2 * edge - inner)));
    }
  }
  return result;
}

// A histogram of levels from -255 to 510 with its median at hand.
class MedianHistogram {
 public:
  void add(int level) { change(level + kMaxLevel, 1); }
  void remove(int level) { change(level + kMaxLevel, -1); }
  // Of `count` values.
  float median(int count) {
    const int half = count / 2;
    while (below_ > half) {
      below_ -= bins_[static_cast<std::size_t>(--level_)];
    }
    while (below_ + bins_[static_cast<std::size_t>(level_)] <= half) {
      below_ += bins_[static_cast<std::size_t>(level_++)];
    }
    return static_cast<float>(level_ - kMaxLevel);
  }

 private:
  void change(int bin, int by) {
    bins_[static_cast<std::size_t>(bin)] += by;
    below_ += bin < level_ ? by : 0;
  }

  std::array<int, 3 * kMaxLevel + 1> bins_{};
  int level_ = 0;
  int below_ = 0;  // values below level_
};

GrayImage extreme_filter(const GrayImage& image, int radius,
                         const std::function<float(float, float)>& extreme) {
  GrayImage result = image;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int v = std::max(0, y - radius); v <= std::min(image.height - 1, y + radius); ++v) {
        for (int u = std::max(0, x - radius); u <= std::min(image.width - 1, x + radius); ++u) {
          result.at(x, y) = extreme(result.at(x, y), image.at(u, v));
        }
      }
    }
  }
  return result;
}

// Whether the value would be at that place if all were sorted.
bool has_rank(const std::vector<float>& values, float value, std::ptrdiff_t place) {
  std::int32_t less = 0;
  std::int32_t equal = 0;
  for (const float other : values) {
    less += other < value ? 1 : 0;
    equal += other == value ? 1 : 0;
  }
  return less <= place && place < less + equal;
}

}  // namespace

GrayImage box_blur(const GrayImage& image, int radius) {
  return radius == 0 ? image : blur_columns(blur_rows(image, radius), radius);
}

GrayImage median_filter(const GrayImage& image, int radius, Beyond beyond) {
  const Levels padded = with_margin(image, radius, beyond);
  const int side = 2 * radius + 1;
  GrayImage result(image.width, image.height);
  for (int y = 0; y < image.height; ++y) {
    MedianHistogram histogram;
    for (int v = 0; v < side; ++v) {
      for (int u = 0; u < side; ++u) {
        histogram.add(padded.at(u, y + v));
      }
    }
    for (int x = 0;; ++x) {
      result.at(x, y) = histogram.median(side * side);
      if (x + 1 == image.width) {
        break;
      }
      for (int v = 0; v < side; ++v) {
        histogram.remove(padded.at(x, y + v));
        histogram.add(padded.at(x + side, y + v));
      }
    }
  }
  return result;
}

GrayImage min_filter(const GrayImage& image, int radius) {
  return extreme_filter(image, radius, [](float a, float b) { return std::min(a, b); });
}

GrayImage max_filter(const GrayImage& image, int radius) {
  return extreme_filter(image, radius, [](float a, float b) { return std::max(a, b); });
}

Enlarged::Enlarged(const GrayImage& image, int width, int height)
    : image_(image), height_(height), row_(static_cast<std::size_t>(width)) {
  for (int x = 0; x < width; ++x) {
    const Place place = place_of(x, width, image.width);
    shares_.push_back(place.share);
    while (static_cast<int>(begins_.size()) <= place.first) {
      begins_.push_back(x);
    }
  }
  begins_.resize(static_cast<std::size_t>(image.width) + 1, width);
}

Enlarged::Place Enlarged::place_of(int i, int size, int source) {
  const double center = (i + 0.5) * source / size - 0.5;
  const double place = std::clamp(center, 0.0, source - 1.0);
  const int first = static_cast<int>(place);
  return {first, std::min(first + 1, source - 1), static_cast<float>(place - first)};
}

const float* Enlarged::row(int y) {
  const Place place = place_of(y, height_, image_.height);
  const float* upper = image_.row(place.first);
  const float* lower = image_.row(place.second);
  const auto between_rows = [&](int x) { return upper[x] + place.share * (lower[x] - upper[x]); };
  for (int first = 0; first < image_.width; ++first) {
    const float left = between_rows(first);
    const float right = between_rows(std::min(first + 1, image_.width - 1));
    const int end = begins_[static_cast<std::size_t>(first) + 1];
    for (int x = begins_[static_cast<std::size_t>(first)]; x < end; ++x) {
      row_[static_cast<std::size_t>(x)] =
          left + shares_[static_cast<std::size_t>(x)] * (right - left);
    }
  }
  return row_.data();
}

float noise_std(const GrayImage& image, int lag) {
  if (image.width <= 2 * lag) {
    return 0;
  }
  const auto pixels = static_cast<std::int64_t>(image.width) * image.height;
  const int every = static_cast<int>(std::max<std::int64_t>(1, pixels / 65'536));
  std::vector<float> deviations(static_cast<std::size_t>(pixels / every + 1));
  float* end = deviations.data();
  int x = lag;
  for (int y = 0; y < image.height; ++y, x -= image.width - 2 * lag) {
    const float* row = image.row(y);
    if (every == 1) {  // a loop of which the compiler makes vectors
      const int inner = image.width - 2 * lag;
      for (int i = 0; i < inner; ++i) {
        end[i] = std::abs(row[i + lag] - (row[i] + row[i + 2 * lag]) / 2);
      }
      end += inner;
      x = image.width - lag;
    }
    for (; x + lag < image.width; x += every) {
      *end++ = std::abs(row[x] - (row[x - lag] + row[x + lag]) / 2);
    }
  }
  float* begin = deviations.data();
  float* middle = begin + (end - begin) / 2;
  if (std::count(begin, end, 0.0F) > middle - begin) {
    return 0;  // as on most of a canvas
  }
  std::nth_element(begin, middle, end);
  return kMadToStd * *middle / std::sqrt(1.5F);  // the variance of a pixel less half of two others
}

std::vector<float> border_values(const GrayImage& image) {
  std::vector<float> values;
  for (int y = 0; y < image.height; ++y) {
    const float* row = image.row(y);
    if (y == 0 || y == image.height - 1) {
      values.insert(values.end(), row, row + image.width);
    } else {
      values.push_back(row[0]);
      if (image.width > 1) {
        values.push_back(row[image.width - 1]);
      }
    }
  }
  return values;
}

std::vector<float> quantiles(const std::vector<float>& values,
                             std::initializer_list<double> shares) {
  const std::size_t every = std::max<std::size_t>(1, values.size() / 65'536);
  std::vector<float> some;
  some.reserve(values.size() / every + 1);
  for (std::size_t i = 0; i < values.size(); i += every) {
    some.push_back(values[i]);
  }
  std::vector<float> result;
  auto begin = some.begin();  // what is before is not greater than the last quantile
  for (const double share : shares) {
    const auto place =
        some.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(some.size() - 1));
    // Most of a drawing's paper has one value, which needs no sorting.
    if (has_rank(some, values.front(), place - some.begin())) {
      result.push_back(values.front());
      continue;
    }
    std::nth_element(begin, place, some.end());
    result.push_back(*place);
    begin = place;
  }
  return result;
}

}  // namespace inkling

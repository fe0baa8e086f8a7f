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

// Sliding sums along rows, written transposed: twice is both axes.
GrayImage blur_rows_transposed(const GrayImage& image, int radius) {
  GrayImage result(image.height, image.width);
  const auto weight = 1 / static_cast<float>(2 * radius + 1);
  for (int y = 0; y < image.height; ++y) {
    const auto at = [&](int x) { return image.at(std::clamp(x, 0, image.width - 1), y); };
    double sum = 0;
    for (int x = -radius; x <= radius; ++x) {
      sum += at(x);
    }
    for (int x = 0; x < image.width; ++x) {
      result.at(y, x) = static_cast<float>(sum) * weight;
      sum += at(x + radius + 1) - at(x - radius);
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

}  // namespace

GrayImage box_blur(const GrayImage& image, int radius) {
  return radius == 0 ? image : blur_rows_transposed(blur_rows_transposed(image, radius), radius);
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
    : image_(image), height_(height), row_(static_cast<std::size_t>(image.width)) {
  for (int x = 0; x < width; ++x) {
    columns_.push_back(place_of(x, width, image.width));
  }
}

Enlarged::Place Enlarged::place_of(int i, int size, int source) {
  const double center = (i + 0.5) * source / size - 0.5;
  const double place = std::clamp(center, 0.0, source - 1.0);
  const int first = static_cast<int>(place);
  return {first, std::min(first + 1, source - 1), static_cast<float>(place - first)};
}

void Enlarged::row(int y) {
  const Place place = place_of(y, height_, image_.height);
  for (int x = 0; x < image_.width; ++x) {
    const float upper = image_.at(x, place.first);
    row_[static_cast<std::size_t>(x)] = upper + place.share * (image_.at(x, place.second) - upper);
  }
}

float noise_std(const GrayImage& image, int lag) {
  if (image.width <= 2 * lag) {
    return 0;
  }
  const auto pixels = static_cast<std::int64_t>(image.width) * image.height;
  const int every = static_cast<int>(std::max<std::int64_t>(1, pixels / 65'536));
  std::vector<float> deviations;  // above 0: most of a canvas has none
  std::ptrdiff_t zeros = 0;
  int x = lag;
  for (int y = 0; y < image.height; ++y, x -= image.width - 2 * lag) {
    for (; x + lag < image.width; x += every) {
      const float deviation =
          std::abs(image.at(x, y) - (image.at(x - lag, y) + image.at(x + lag, y)) / 2);
      if (deviation > 0) {
        deviations.push_back(deviation);
      } else {
        ++zeros;
      }
    }
  }
  const std::ptrdiff_t rank = (zeros + std::ssize(deviations)) / 2;
  if (rank < zeros) {
    return 0;
  }
  const auto middle = deviations.begin() + (rank - zeros);
  std::nth_element(deviations.begin(), middle, deviations.end());
  return kMadToStd * *middle / std::sqrt(1.5F);  // the variance of a pixel less half of two others
}

std::vector<int> distance_to(const GrayImage& image, const std::vector<bool>& is_target) {
  const int none = image.width + image.height;
  std::vector<int> distance(is_target.size(), none);
  for (std::size_t i = 0; i < distance.size(); ++i) {
    if (is_target[i]) {
      distance[i] = 0;
    }
  }
  const int width = image.width;
  const auto row = [&](int y) {
    return distance.data() + static_cast<std::ptrdiff_t>(y) * static_cast<std::ptrdiff_t>(width);
  };
  for (int y = 0; y < image.height; ++y) {
    if (y > 0) {
      step_from(row(y - 1), row(y), width);
    }
    for (int x = 1; x < width; ++x) {
      row(y)[x] = std::min(row(y)[x], row(y)[x - 1] + 1);
    }
  }
  for (int y = image.height - 1; y >= 0; --y) {
    if (y + 1 < image.height) {
      step_from(row(y + 1), row(y), width);
    }
    for (int x = width - 2; x >= 0; --x) {
      row(y)[x] = std::min(row(y)[x], row(y)[x + 1] + 1);
    }
  }
  return distance;
}

float quantile(const GrayImage& image, double share) {
  const std::size_t every = std::max<std::size_t>(1, image.values.size() / 65'536);
  std::vector<float> values;
  for (std::size_t i = 0; i < image.values.size(); i += every) {
    values.push_back(image.values[i]);
  }
  const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<std::size_t>(place)];
}

}  // namespace inkling

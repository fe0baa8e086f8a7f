#include "kernels/cpu/conv2d/im2col.h"

#include <algorithm>

namespace inkling::cpu {
namespace {

// A row of the kernel at an output pixel: its columns [begin, end) are in bounds, and column 0 is
// at input column x.
struct PatchRow {
  Index y = 0;
  Index x = 0;
  Index begin = 0;
  Index end = 0;
};

// Calls visit(offset in `columns`, row) for every kernel row of every output pixel; rows out of
// bounds have begin == end.
template <class Visit>
void for_each_patch_row(const Conv2dShape& s, const Visit& visit) {
  Index offset = 0;
  for (Index oy = 0; oy < s.out_height(); ++oy) {
    for (Index ox = 0; ox < s.out_width(); ++ox) {
      const Index x = ox * s.stride - s.padding;
      const Index begin = std::clamp<Index>(-x, 0, s.kernel);
      const Index end = std::clamp<Index>(s.in_width - x, begin, s.kernel);
      for (Index ky = 0; ky < s.kernel; ++ky, offset += s.kernel * s.in_channels) {
        const Index y = oy * s.stride - s.padding + ky;
        const bool inside = y >= 0 && y < s.in_height;
        visit(offset, PatchRow{y, x, begin, inside ? end : begin});
      }
    }
  }
}

}  // namespace

template <class T>
void im2col(const Conv2dShape& s, const T* image, T* columns) {
  const Index channels = s.in_channels;
  const Index row_size = s.kernel * channels;
  for_each_patch_row(s, [&](Index offset, const PatchRow& row) {
    T* to = columns + offset;
    if (row.begin == row.end) {
      std::fill_n(to, row_size, T{0});
      return;
    }
    const T* from = image + (row.y * s.in_width + row.x + row.begin) * channels;
    std::fill_n(to, row.begin * channels, T{0});
    std::copy_n(from, (row.end - row.begin) * channels, to + row.begin * channels);
    std::fill_n(to + row.end * channels, (s.kernel - row.end) * channels, T{0});
  });
}

template <class T>
void col2im(const Conv2dShape& s, const T* columns, T* image) {
  const Index channels = s.in_channels;
  std::fill_n(image, s.in_height * s.in_width * channels, T{0});
  for_each_patch_row(s, [&](Index offset, const PatchRow& row) {
    const T* from = columns + offset + row.begin * channels;
    T* to = image + (row.y * s.in_width + row.x + row.begin) * channels;
    const Index size = (row.end - row.begin) * channels;
    for (Index i = 0; i < size; ++i) {
      to[i] += from[i];
    }
  });
}

template void im2col(const Conv2dShape&, const float*, float*);
template void im2col(const Conv2dShape&, const double*, double*);
template void col2im(const Conv2dShape&, const float*, float*);
template void col2im(const Conv2dShape&, const double*, double*);

}  // namespace inkling::cpu

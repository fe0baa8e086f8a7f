// What comes before the network when a picture is sent: its file to pixels, its pixels to the
// network's form. A drawing as the page sends it, a large one, and a phone's photograph.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/cpu/registers.h"
#include "bench/pictures/encode.h"
#include "bench/pictures/scene.h"
#include "bench/pictures/strokes.h"
#include "data/decode_picture.h"
#include "data/prepare.h"

namespace inkling::bench {
namespace {

using pictures::Scene;

GrayImage five(int width, int height) {
  pictures::Random random(1);
  return pictures::pen_coverage(pictures::handwritten_digit(5, random),
                                {.height = 0.6 * height,
                                 .center_x = 0.5 * width,
                                 .center_y = 0.5 * height,
                                 .pen = 0.05 * height},
                                width, height);
}

Picture drawing(int side) {
  return pictures::on_transparent_canvas(five(side, side), Scene{.ink = 0}, 1);
}

// Gray paper in uneven light, taken by a camera with some noise.
Picture photo(int width, int height) {
  const Scene scene{
      .paper = 0.85, .ink = 0.2, .light_end = 0.7, .light_angle = 30, .blur = 1, .noise = 0.02};
  pictures::Random random(2);
  return pictures::photograph(five(width, height), scene, random);
}

// Of squares of `cell` pixels a side, each of a gray of its own.
Picture mosaic(int width, int height, int cell) {
  pictures::Random random(3);
  const int columns = (width + cell - 1) / cell;
  std::vector<std::uint8_t> grays;
  for (int i = 0; i < columns * ((height + cell - 1) / cell); ++i) {
    grays.push_back(static_cast<std::uint8_t>(random.below(256)));
  }
  Picture picture{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int square = y / cell * columns + x / cell;
      const std::uint8_t gray = grays[static_cast<std::size_t>(square)];
      picture.rgba.insert(picture.rgba.end(), {gray, gray, gray, 255});
    }
  }
  return picture;
}

using File = std::vector<std::uint8_t>;

void run_decode(benchmark::State& state, const File& file) {
  while (state.KeepRunning()) {
    benchmark::DoNotOptimize(decode_picture(file));
  }
  state.counters["bytes"] = static_cast<double>(file.size());
}

void run_prepare(benchmark::State& state, const File& file) {
  const Picture picture = decode_picture(file);
  while (state.KeepRunning()) {
    benchmark::DoNotOptimize(prepare(picture));
  }
}

void register_steps(const std::string& name, File (*make)()) {
  const auto file = std::make_shared<File>();  // made once one of the two is chosen
  const auto timed = [=](void (*run)(benchmark::State&, const File&)) {
    return [=](benchmark::State& state) {
      if (file->empty()) {
        *file = make();
      }
      run(state, *file);
    };
  };
  benchmark::RegisterBenchmark(("decode/" + name).c_str(), timed(run_decode))
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark(("prepare/" + name).c_str(), timed(run_prepare))
      ->Unit(benchmark::kMillisecond);
}

}  // namespace

void register_picture_steps() {
  using pictures::encode_jpeg;
  using pictures::encode_png;
  using pictures::encode_webp;
  using pictures::JpegScans;
  register_steps("png/280x280", [] { return encode_png(drawing(280)); });
  register_steps("png/1000x1000", [] { return encode_png(drawing(1000)); });
  register_steps("jpeg/1000x1000", [] { return encode_jpeg(photo(1000, 1000), 85); });
  register_steps("jpeg/4000x3000", [] { return encode_jpeg(photo(4000, 3000), 85); });
  register_steps("progressive_jpeg/4000x3000",
                 [] { return encode_jpeg(photo(4000, 3000), 85, JpegScans::progressive); });
  register_steps("webp/4000x3000", [] { return encode_webp(photo(4000, 3000), 85); });
  // The slowest pictures found that inkling-server accepts, at the limits of their formats.
  constexpr int kWidth = 4096;
  constexpr int kHeight = 3072;
  register_steps("slowest_png/2000x2000", [] { return pictures::encode_slow_png(2000, 2000); });
  register_steps("slowest_jpeg/4096x3072", [] {
    return encode_jpeg(mosaic(kWidth, kHeight, 1), 50, JpegScans::progressive);
  });
  register_steps("slowest_webp/4096x3072",
                 [] { return encode_webp(mosaic(kWidth, kHeight, 1), 40); });
  register_steps("mosaic_webp/4096x3072",
                 [] { return encode_webp(mosaic(kWidth, kHeight, 8), 80); });
}

}  // namespace inkling::bench

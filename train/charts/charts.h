// What a training leaves to look at: loss.png and predictions.png. Drawn with cairo in DejaVu Sans.
// Thread-safe: no state is shared between calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace inkling {

struct EpochPoint {
  int epoch = 0;
  double train_loss = 0;
  double validation_loss = 0;  // NaN when there is none
};

// Loss against epoch, on a logarithmic scale, 960×600 pixels. Values that are not above 0 or not
// finite are left out. Throws std::invalid_argument when that leaves nothing, FileError
// (engine/io/atomic_file.h) when the file cannot be written.
void write_loss_chart(const std::filesystem::path& path, std::span<const EpochPoint> points);

// The rows that a sheet of at most `limit` pictures shows, in its order: mistakes first, those made
// with the most confidence before others; then the right ones, those with the least confidence
// before others.
std::vector<std::size_t> sheet_order(std::span<const std::uint8_t> labels,
                                     std::span<const std::uint8_t> predictions,
                                     std::span<const float> confidences, std::size_t limit);

// Up to 100 pictures in rows of ten, each with "prediction / truth" and the confidence, mistakes
// first and in red. images: count × height × width, 0 background, 255 ink; the others hold one
// value an image, confidences 0 to 1. Throws std::invalid_argument when the counts do not agree or
// are 0, FileError when the file cannot be written.
void write_prediction_sheet(const std::filesystem::path& path, std::span<const std::uint8_t> images,
                            int height, int width, std::span<const std::uint8_t> labels,
                            std::span<const std::uint8_t> predictions,
                            std::span<const float> confidences);

}  // namespace inkling

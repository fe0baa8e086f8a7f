// The charts of a build without cairo: one warning, and the training continues.
#include <cstdio>

#include "train/charts/charts.h"

namespace inkling {
namespace {

void say_once() {
  static const int kSaid = std::fprintf(stderr,
                                        "inkling: no pictures are drawn: this build has no charts "
                                        "(INKLING_BUILD_CHARTS, which needs cairo)\n");
  static_cast<void>(kSaid);
}

}  // namespace

void write_loss_chart(const std::filesystem::path& /*path*/,
                      std::span<const EpochPoint> /*points*/) {
  say_once();
}

void write_prediction_sheet(const std::filesystem::path& /*path*/,
                            std::span<const std::uint8_t> /*images*/, int /*height*/, int /*width*/,
                            std::span<const std::uint8_t> /*labels*/,
                            std::span<const std::uint8_t> /*predictions*/,
                            std::span<const float> /*confidences*/) {
  say_once();
}

}  // namespace inkling

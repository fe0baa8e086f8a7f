// How fast one training step of LargerCNN is: gather, forward, backward, Adam. Prints one JSON
// object.
//   bench-training-step [batch] [seconds] [threads] [float32|bf16]
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "train/trainer.h"

namespace inkling {
namespace {

// Random bytes: what a pixel holds does not change the time.
Dataset random_dataset(std::int64_t count) {
  Dataset data{.height = 28, .width = 28, .images = {}, .labels = {}};
  for (std::uint32_t i = 0; i < count * 784; ++i) {
    data.images.push_back(static_cast<std::uint8_t>(random4(1, RandomUse::test, 0, 0, i).word[0]));
  }
  for (std::int64_t i = 0; i < count; ++i) {
    data.labels.push_back(static_cast<std::uint8_t>(i % 10));
  }
  return data;
}

int run(Index batch, double seconds, int threads, Dtype precision) {
  using Clock = std::chrono::steady_clock;
  constexpr Index kWarmUpSteps = 3;
  TrainOptions options;
  options.batch_size = batch;
  options.validation = 0;
  options.epochs = 1'000'000;
  options.learning_rate = 1e-5;
  options.precision = precision;
  Trainer trainer(options, random_dataset(batch * 4), Device::cpu(threads));
  Clock::time_point begun;
  double elapsed = 0;
  trainer.run({.after_step =
                   [&](const Trainer&) {
                     if (trainer.steps() == kWarmUpSteps) {
                       begun = Clock::now();
                     }
                     elapsed = std::chrono::duration<double>(Clock::now() - begun).count();
                     return trainer.steps() <= kWarmUpSteps || elapsed < seconds;
                   },
               .after_epoch = nullptr});
  const auto images = static_cast<double>((trainer.steps() - kWarmUpSteps) * batch);
  std::printf("{\"batch\": %ld, \"threads\": %d, \"images_per_s\": %.1f}\n",
              static_cast<long>(batch), threads, images / elapsed);
  return 0;
}

}  // namespace
}  // namespace inkling

int main(int argc, char** argv) {
  const auto argument = [&](int i, double otherwise) {
    return argc > i ? std::strtod(argv[i], nullptr) : otherwise;
  };
  return inkling::run(
      static_cast<inkling::Index>(argument(1, 64)), argument(2, 10),
      static_cast<int>(argument(3, 2)),
      argc > 4 ? inkling::parse_choice(inkling::kPrecisions, argv[4]) : inkling::Dtype::float32);
}

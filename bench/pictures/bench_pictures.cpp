// How often pictures that are nothing like MNIST are recognized: drawings and photographs made from
// a seed, and MNIST's own digits photographed. Nothing is trained or chosen with these.
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <thread>

#include <CLI/CLI.hpp>

#include "bench/pictures/photo_columns.h"
#include "bench/pictures/stress_set.h"
#include "data/dataset.h"
#include "data/png.h"
#include "data/prepare.h"
#include "engine/inference/inference_plan.h"
#include "engine/io/atomic_file.h"
#include "engine/program/command_line.h"
#include "engine/program/resources.h"
#include "kernels/thread_pool.h"

namespace inkling::pictures {
namespace {

struct Flags {
  std::filesystem::path model;
  std::filesystem::path data;
  std::filesystem::path save;
  std::uint32_t seed = 1;
  int count = 2000;
  int digits = 500;
  bool training_images = false;
};

// -1: blank.
int recognized(const InferencePlan& plan, const Picture& picture) {
  const std::optional<DigitPixels> digit = prepare(picture);
  if (!digit) {
    return -1;
  }
  const std::vector<float> logits = plan.logits(*digit);
  return static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

struct Score {
  int right = 0;
  int blank = 0;
  int count = 0;
  void add(int answer, int truth) {
    ++count;
    right += answer == truth ? 1 : 0;
    blank += answer < 0 ? 1 : 0;
  }
};

void print_score(const std::string& name, const Score& score) {
  std::printf("| %s | %.1f | %d | %d |\n", name.c_str(), 100.0 * score.right / score.count,
              score.blank, score.count);
}

// The picture as a gray PNG beside what was seen of it, for people who want to look.
void save_mistake(const Flags& flags, const std::string& name, const Picture& picture) {
  if (flags.save.empty()) {
    return;
  }
  std::filesystem::create_directories(flags.save);
  const auto write = [&](const std::string& file, const std::vector<std::uint8_t>& gray, int width,
                         int height) {
    const auto png = encode_gray_png(gray, width, height);
    write_file_atomically(flags.save / file,
                          {reinterpret_cast<const char*>(png.data()), png.size()});
  };
  std::vector<std::uint8_t> gray;
  for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {
    gray.push_back(picture.rgba[i + 3] < 255 ? picture.rgba[i + 3] : picture.rgba[i]);
  }
  write(name + ".png", gray, picture.width, picture.height);
  if (const auto digit = prepare(picture)) {
    write(name + "-seen.png", {digit->begin(), digit->end()}, kDigitSize, kDigitSize);
  }
}

void measure_stress_set(const InferencePlan& plan, const Flags& flags, ThreadPool& pool) {
  std::vector<int> answers(static_cast<std::size_t>(flags.count));
  parallel_for(pool, flags.count, 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const StressPicture made = stress_picture(flags.seed, static_cast<std::uint32_t>(i));
      answers[static_cast<std::size_t>(i)] = recognized(plan, made.picture);
    }
  });
  Score all;
  std::map<std::string, Score> by_effect;
  for (int i = 0; i < flags.count; ++i) {
    const StressPicture made = stress_picture(flags.seed, static_cast<std::uint32_t>(i));
    const int answer = answers[static_cast<std::size_t>(i)];
    all.add(answer, made.digit);
    for (const std::string& effect : made.effects) {
      by_effect[effect].add(answer, made.digit);
    }
    if (answer != made.digit) {
      save_mistake(flags,
                   "stress-" + std::to_string(i) + "-is-" + std::to_string(made.digit) + "-not-" +
                       std::to_string(answer),
                   made.picture);
    }
  }
  std::printf("| stress set, seed %u | right, %% | blank | pictures |\n|---|---|---|---|\n",
              flags.seed);
  print_score("**all**", all);
  for (const auto& [effect, score] : by_effect) {
    print_score(effect, score);
  }
}

void measure_photographs(const InferencePlan& plan, const Flags& flags, ThreadPool& pool) {
  const Dataset data =
      load_mnist(flags.data, flags.training_images ? MnistSplit::train : MnistSplit::test);
  std::printf(
      "\n| MNIST's digits photographed | right, %% | blank | pictures |\n|---|---|---|---|\n");
  for (const PhotoColumn& column : photo_columns()) {
    std::vector<int> answers(static_cast<std::size_t>(flags.digits));
    const auto take = [&](std::int64_t i) {
      Random random(flags.seed * 1'000'003 + static_cast<std::uint32_t>(i));
      return column.take(data.images.data() + i * data.pixels(), random);
    };
    parallel_for(pool, flags.digits, 8, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        answers[static_cast<std::size_t>(i)] = recognized(plan, take(i));
      }
    });
    Score score;
    for (int i = 0; i < flags.digits; ++i) {
      const int truth = data.labels[static_cast<std::size_t>(i)];
      const int answer = answers[static_cast<std::size_t>(i)];
      score.add(answer, truth);
      if (answer != truth) {
        std::string name = column.name;
        std::replace(name.begin(), name.end(), ' ', '-');
        save_mistake(flags,
                     name + "-" + std::to_string(i) + "-is-" + std::to_string(truth) + "-not-" +
                         std::to_string(answer),
                     take(i));
      }
    }
    print_score(column.name, score);
  }
}

int run(int argc, const char* const* argv) {
  CLI::App app{"How often drawings and photographs that are nothing like MNIST are recognized.",
               "bench-pictures"};
  Flags flags;
  app.add_option("--model", flags.model, "weights file (default: those that come with it)");
  app.add_option("--data", flags.data, "folder of MNIST's files; none: the stress set alone");
  app.add_option("--save", flags.save, "folder for the pictures that were misread");
  app.add_option("--seed", flags.seed, "of all that is drawn at random")->capture_default_str();
  app.add_option("--count", flags.count, "pictures of the stress set")->capture_default_str();
  app.add_option("--digits", flags.digits, "digits to photograph")->capture_default_str();
  app.add_flag("--training-images", flags.training_images,
               "photograph training images, as for choosing settings");
  if (const auto exit_code = parse_command_line(app, argc, argv)) {
    return *exit_code;
  }
  const InferencePlan plan(flags.model.empty() ? shipped_model() : flags.model, 1);
  ThreadPool pool(static_cast<int>(std::thread::hardware_concurrency()));
  measure_stress_set(plan, flags, pool);
  if (!flags.data.empty()) {
    measure_photographs(plan, flags, pool);
  }
  return 0;
}

}  // namespace
}  // namespace inkling::pictures

int main(int argc, char** argv) {
  try {
    return inkling::pictures::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench-pictures: %s\n", error.what());
    return 1;
  }
}

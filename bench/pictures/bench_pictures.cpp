// How often pictures that are nothing like MNIST are recognized: drawings and photographs made from
// a seed, and MNIST's own digits photographed. Nothing is trained or chosen with these.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>

#include <CLI/CLI.hpp>

#include "bench/pictures/doubt.h"
#include "bench/pictures/mnist_variants.h"
#include "bench/pictures/photo_columns.h"
#include "bench/pictures/stress_set.h"
#include "data/dataset.h"
#include "data/digit_geometry.h"
#include "data/ink.h"
#include "data/png.h"
#include "data/prepare.h"
#include "engine/inference/inference_plan.h"
#include "engine/io/atomic_file.h"
#include "engine/program/command_line.h"
#include "engine/program/resources.h"
#include "kernels/processors.h"
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
  int variants = 10'000;
  bool training_images = false;
  bool earlier = false;
  bool views = false;
};

// The preparation of the application that Inkling replaces: gray, 28×28, no more; inverted where
// the paper, which is the picture's first pixel, is light.
DigitPixels earlier_preparation(const Picture& picture) {
  const GrayImage gray = luminance_on_white(picture);
  const GrayImage small = area_average(gray, kDigitSize, kDigitSize);
  DigitPixels digit{};
  for (std::size_t i = 0; i < digit.size(); ++i) {
    const float ink = gray.values[0] >= 128 ? 255 - small.values[i] : small.values[i];
    digit[i] = static_cast<std::uint8_t>(std::lround(ink));
  }
  return digit;
}

// What is seen, made narrower: its ink box is so much of its width, as high as it was.
DigitPixels narrowed(const DigitPixels& digit, double share) {
  GrayImage ink(kDigitSize, kDigitSize);
  std::copy(digit.begin(), digit.end(), ink.values.begin());
  const std::optional<Box> box = ink_box(ink, 0);
  if (!box) {
    return digit;
  }
  const int width = std::max(1, static_cast<int>(std::lround(share * box->width)));
  const GrayImage centered =
      center_by_mass(area_average(crop(ink, *box), width, box->height), kDigitSize);
  DigitPixels result{};
  std::transform(centered.values.begin(), centered.values.end(), result.begin(),
                 [](float value) { return static_cast<std::uint8_t>(std::lround(value)); });
  return result;
}

struct Answer {
  int digit = -1;  // -1: blank
  bool is_right = false;
};

class Recognizer {
 public:
  explicit Recognizer(const Flags& flags)
      : plan_(flags.model.empty() ? shipped_model() : flags.model, 1),
        earlier_(flags.earlier),
        views_(flags.views) {}

  const InferencePlan& plan() const { return plan_; }
  int read(const DigitPixels& digit) const {
    std::vector<float> sums = plan_.probabilities(digit);
    for (const double share : views_ ? std::vector{0.85, 0.7} : std::vector<double>()) {
      const std::vector<float> view = plan_.probabilities(narrowed(digit, share));
      std::transform(sums.begin(), sums.end(), view.begin(), sums.begin(), std::plus());
    }
    return static_cast<int>(std::max_element(sums.begin(), sums.end()) - sums.begin());
  }
  int read(const Picture& picture) const {
    const std::optional<DigitPixels> digit =
        earlier_ ? earlier_preparation(picture) : prepare(picture);
    return digit ? read(*digit) : -1;
  }

 private:
  InferencePlan plan_;
  bool earlier_;
  bool views_;
};

struct Score {
  int right = 0;
  int blank = 0;
  int count = 0;
  void add(const Answer& answer) {
    ++count;
    right += answer.is_right ? 1 : 0;
    blank += answer.digit < 0 ? 1 : 0;
  }
};

void print_score(const std::string& name, const Score& score) {
  std::printf("| %s | %.2f | %d | %d |\n", name.c_str(), 100.0 * score.right / score.count,
              score.blank, score.count);
}

void print_heading(const char* what, const char* share) {
  std::printf("\n| %s | %s, %% | blank | pictures |\n|---|---|---|---|\n", what, share);
}

// The picture as a gray PNG beside what was seen of it, for people who want to look.
void save_mistake(const Flags& flags, std::string name, const Picture& picture, int digit,
                  int answer) {
  if (flags.save.empty()) {
    return;
  }
  std::replace(name.begin(), name.end(), ' ', '-');
  name += "-is-" + std::to_string(digit) + "-not-" + std::to_string(answer);
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
  if (const auto seen = prepare(picture)) {
    write(name + "-seen.png", {seen->begin(), seen->end()}, kDigitSize, kDigitSize);
  }
}

// answer(i) of 0 … count - 1, on all cores.
template <class Read>
std::vector<Answer> answers_of(ThreadPool& pool, int count, const Read& answer) {
  std::vector<Answer> answers(static_cast<std::size_t>(count));
  parallel_for(pool, count, 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      answers[static_cast<std::size_t>(i)] = answer(i);
    }
  });
  return answers;
}

void measure_stress_set(const Recognizer& recognizer, const Flags& flags, ThreadPool& pool) {
  std::vector<std::vector<std::string>> effects(static_cast<std::size_t>(flags.count));
  const auto answers = answers_of(pool, flags.count, [&](std::int64_t i) {
    StressPicture made = stress_picture(flags.seed, static_cast<std::uint32_t>(i));
    const int answer = recognizer.read(made.picture);
    if (answer != made.digit) {
      save_mistake(flags, "stress " + std::to_string(i), made.picture, made.digit, answer);
    }
    effects[static_cast<std::size_t>(i)] = std::move(made.effects);
    return Answer{answer, answer == made.digit};
  });
  Score all;
  std::map<std::string, Score> by_effect;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    all.add(answers[i]);
    for (const std::string& effect : effects[i]) {
      by_effect[effect].add(answers[i]);
    }
  }
  print_heading(("stress set, seed " + std::to_string(flags.seed)).c_str(), "right");
  print_score("**all**", all);
  for (const auto& [effect, score] : by_effect) {
    print_score(effect, score);
  }
}

// Pictures made of MNIST's, each against the truth, or against what the original is read as.
void measure_columns(const Recognizer& recognizer, const Flags& flags, const Dataset& data,
                     std::span<const PhotoColumn> columns, int count, bool beside_original,
                     ThreadPool& pool) {
  for (const PhotoColumn& column : columns) {
    Score score;
    for (const Answer& answer : answers_of(pool, count, [&](std::int64_t i) {
           const std::uint8_t* pixels = data.images.data() + i * data.pixels();
           Random random(flags.seed * 1'000'003 + static_cast<std::uint32_t>(i));
           const Picture picture = column.take(pixels, random);
           const int digit = recognizer.read(picture);
           DigitPixels original{};
           std::copy_n(pixels, original.size(), original.begin());
           const int expected = beside_original ? recognizer.read(original)
                                                : data.labels[static_cast<std::size_t>(i)];
           if (digit != expected) {
             save_mistake(flags, column.name + (" " + std::to_string(i)), picture, expected, digit);
           }
           return Answer{digit, digit == expected};
         })) {
      score.add(answer);
    }
    print_score(column.name, score);
  }
}

void measure_mnist(const Recognizer& recognizer, const Flags& flags, ThreadPool& pool) {
  const Dataset data =
      load_mnist(flags.data, flags.training_images ? MnistSplit::train : MnistSplit::test);
  const auto at_most = [&](int count) {
    return static_cast<int>(std::min<std::int64_t>(count, data.size()));
  };
  print_heading("MNIST's digits photographed", "right");
  measure_columns(recognizer, flags, data, photo_columns(), at_most(flags.digits), false, pool);
  print_heading("MNIST's pictures", "read as the original");
  measure_columns(recognizer, flags, data, mnist_variants(), at_most(flags.variants), true, pool);
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
  app.add_option("--variants", flags.variants, "pictures to turn into other shapes")
      ->capture_default_str();
  app.add_flag("--earlier", flags.earlier,
               "prepare as the application did that Inkling replaces, for comparison");
  app.add_flag("--views", flags.views,
               "read each also narrowed to 0.85 and 0.7 of its width, and take the mean, for "
               "comparison");
  app.add_flag("--training-images", flags.training_images,
               "photograph training images, as for choosing settings");
  if (const auto exit_code = parse_command_line(app, argc, argv)) {
    return *exit_code;
  }
  const Recognizer recognizer(flags);
  ThreadPool pool(available_processors());
  measure_stress_set(recognizer, flags, pool);
  if (!flags.earlier && !flags.views) {
    measure_doubt(recognizer.plan(), flags.seed, flags.count, pool);
  }
  if (!flags.data.empty()) {
    measure_mnist(recognizer, flags, pool);
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

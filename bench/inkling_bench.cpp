// inkling-bench: how fast this machine predicts. Times calls of InferencePlan::logits on a whole
// batch, on real test pictures or on random ones, and prints a line or one JSON object.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <numeric>

#include <nlohmann/json.hpp>

#include "data/dataset.h"
#include "engine/inference/inference_plan.h"
#include "engine/program/advice.h"
#include "engine/program/command_line.h"
#include "engine/program/flags.h"
#include "engine/program/resources.h"
#include "kernels/philox.h"
#include "train/clock.h"
#include "train/evaluation.h"

namespace inkling {
namespace {

constexpr int kWarmUpCalls = 2;
constexpr double kMaxWarmUpSeconds = 0.2;
constexpr std::uint64_t kMaxBatch = 65536;

struct BenchFlags {
  std::filesystem::path model;
  std::filesystem::path data;
  Index batch = 1;
  int threads = 1;
  InferencePrecision precision = InferencePrecision::fast;
  double seconds = 3;
  bool json = false;
};

// Of this process, in MB; 0 where the system does not say.
double resident_megabytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  double kilobytes = 0;
  while (status >> word) {
    if (word == "VmRSS:" && status >> kilobytes) {
      return kilobytes / 1000;
    }
  }
  return 0;
}

// The first test pictures of --data, repeated to fill the batch; without it random bytes.
std::vector<std::uint8_t> pictures_for(const BenchFlags& flags, const InferencePlan& plan) {
  const auto pixels =
      static_cast<std::size_t>(plan.height()) * static_cast<std::size_t>(plan.width());
  std::vector<std::uint8_t> pictures(pixels * static_cast<std::size_t>(flags.batch));
  if (flags.data.empty()) {
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      const Philox4 random = random4(1, RandomUse::test, 0, 0, static_cast<std::uint32_t>(i));
      pictures[i] = static_cast<std::uint8_t>(random.word[0]);
    }
    return pictures;
  }
  const Dataset test = load_mnist(flags.data, MnistSplit::test);
  check_pictures({.name = plan.model_name(),
                  .height = plan.height(),
                  .width = plan.width(),
                  .channels = 1,
                  .layers = {}},
                 test);
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    pictures[i] = test.images[i % test.images.size()];
  }
  return pictures;
}

struct Calls {
  std::vector<double> seconds;  // of each, sorted
  std::vector<float> logits;    // of the last: all give the same
};

Calls time_calls(const InferencePlan& plan, const std::vector<std::uint8_t>& pictures,
                 double seconds) {
  const double warm_up = std::min(seconds, kMaxWarmUpSeconds);
  const double warm_up_begun = seconds_now();
  for (int i = 0; i < kWarmUpCalls || seconds_now() - warm_up_begun < warm_up; ++i) {
    static_cast<void>(plan.logits(pictures));
  }
  Calls calls;
  const double begun = seconds_now();
  for (double before = begun; calls.seconds.empty() || before - begun < seconds;) {
    calls.logits = plan.logits(pictures);
    const double after = seconds_now();
    calls.seconds.push_back(after - before);
    before = after;
  }
  std::sort(calls.seconds.begin(), calls.seconds.end());
  return calls;
}

// By nearest rank: the smallest value that `share` of all do not exceed.
double percentile(const std::vector<double>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

// The largest logit's index of each picture.
std::vector<std::int64_t> predictions_of(const std::vector<float>& logits, int classes) {
  std::vector<std::int64_t> predictions;
  for (auto row = logits.begin(); row != logits.end(); row += classes) {
    predictions.push_back(std::max_element(row, row + classes) - row);
  }
  return predictions;
}

int run(const BenchFlags& flags) {
  const double begun = seconds_now();
  const InferencePlan plan(flags.model.empty() ? shipped_model() : flags.model, flags.threads,
                           flags.precision);
  const double loaded = seconds_now();
  const std::vector<std::uint8_t> pictures = pictures_for(flags, plan);
  const std::size_t picture = pictures.size() / static_cast<std::size_t>(flags.batch);
  const double asked = seconds_now();
  const std::vector<float> logits = plan.logits(std::span(pictures).first(picture));
  const double answered = seconds_now();
  const Calls calls = time_calls(plan, pictures, flags.seconds);
  const double total = std::accumulate(calls.seconds.begin(), calls.seconds.end(), 0.0);
  const nlohmann::ordered_json result = {
      {"model", plan.model_name()},
      {"precision", name_of(kInferencePrecisions, flags.precision)},
      {"batch", flags.batch},
      {"threads", flags.threads},
      {"calls", calls.seconds.size()},
      {"p50_ms", 1e3 * percentile(calls.seconds, 0.5)},
      {"p99_ms", 1e3 * percentile(calls.seconds, 0.99)},
      {"images_per_s",
       static_cast<double>(flags.batch) * static_cast<double>(calls.seconds.size()) / total},
      {"load_ms", 1e3 * (loaded - begun)},
      {"first_prediction_ms", 1e3 * (answered - asked)},
      {"resident_mb", resident_megabytes()},
      {"logits", logits},
      {"predictions", predictions_of(calls.logits, plan.classes())}};
  if (flags.json) {
    std::printf("%s\n", result.dump().c_str());
  } else {
    std::printf(
        "%s, %s, batch %ld, %d threads: p50 %.3f ms, p99 %.3f ms, %.0f images/s; loaded in "
        "%.0f ms, %.0f MB resident\n",
        plan.model_name().c_str(), name_of(kInferencePrecisions, flags.precision),
        static_cast<long>(flags.batch), flags.threads, result["p50_ms"].get<double>(),
        result["p99_ms"].get<double>(), result["images_per_s"].get<double>(),
        result["load_ms"].get<double>(), result["resident_mb"].get<double>());
  }
  return kSuccess;
}

void add_flags(CLI::App& app, BenchFlags& flags) {
  app.set_version_flag("--version", std::string("inkling-bench ") + INKLING_VERSION);
  app.add_option("--model", flags.model, "a weights file (default: the shipped one)")
      ->type_name("FILE");
  app.add_option("--data", flags.data,
                 "folder of MNIST's test set: its pictures are predicted (default: random ones)")
      ->type_name("DIR");
  app.add_option("--batch", flags.batch, "pictures in a call")
      ->check(whole_number_in(1, kMaxBatch))
      ->capture_default_str();
  add_threads_flag(app, flags.threads);
  add_choice(app, "--precision", flags.precision, kInferencePrecisions,
             "fast: bf16 and int8 where the processor has them, with the same answers");
  app.add_option("--seconds", flags.seconds, "how long calls are timed, after a warm-up")
      ->check(number_in(0, 3600))
      ->capture_default_str();
  app.add_flag("--json", flags.json,
               "print one JSON object, with the logits of the first picture, alone in its batch, "
               "and the predictions of the whole batch");
  app.footer("Example:\n  inkling-bench --batch 64 --threads 2 --data data/mnist");
}

}  // namespace
}  // namespace inkling

int main(int argc, char** argv) {
  inkling::BenchFlags flags;
  CLI::App app{"How fast this machine predicts digits: latency, throughput, load time, memory.",
               "inkling-bench"};
  inkling::add_flags(app, flags);
  if (const auto exit_code = inkling::parse_command_line(app, argc, argv)) {
    return *exit_code;
  }
  try {
    return inkling::run(flags);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "inkling-bench: %s\n",
                 inkling::with_advice(error, "a smaller --batch needs less").c_str());
    return inkling::kFailure;
  }
}

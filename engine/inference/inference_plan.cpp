#include "engine/inference/inference_plan.h"

#include <algorithm>

#include "engine/inference/aligned_buffer.h"
#include "engine/inference/frozen_network.h"
#include "kernels/kernels.h"
#include "kernels/thread_pool.h"

namespace inkling {
namespace {

// Pictures whose linear layers are computed together: weights are read once for all of them.
constexpr Index kMaxGroup = 64;

thread_local AlignedBuffer<float> workspace_of_thread;  // kept between calls

// At least `size` floats.
float* workspace(Index size) {
  workspace_of_thread.reserve(size);
  return workspace_of_thread.data();
}

}  // namespace

struct InferencePlan::Impl {
  Impl(const Model& model, int threads, InferencePrecision precision)
      : name(model.network.spec().name),
        height(model.network.spec().height),
        width(model.network.spec().width),
        pixels(height * width * model.network.spec().channels),
        classes(model.network.classes()),
        class_names(model.network.spec().class_names),
        parameter_count(model.network.parameter_count()),
        calibration(model.calibration),
        network(model, precision),
        stream(*cpu::open_stream(threads)) {}

  std::vector<float> logits(std::span<const std::uint8_t> pictures) {
    if (pictures.empty() || static_cast<Index>(pictures.size()) % pixels != 0) {
      throw std::invalid_argument("inference: expected pictures of " + std::to_string(pixels) +
                                  " bytes each, received " + std::to_string(pictures.size()) +
                                  " bytes");
    }
    const Index count = static_cast<Index>(pictures.size()) / pixels;
    ThreadPool& pool = *stream.pool;
    const Index threads = pool.threads();
    if (count < threads) {
      return by_team(count, pictures);
    }
    const Index group = std::min((count + threads - 1) / threads, kMaxGroup);
    std::vector<float> result(static_cast<std::size_t>(count * classes));
    const auto logits_of = [&](Index begin, Index end) {
      frozen::Member alone;
      network.logits(end - begin, pictures.data() + begin * pixels, result.data() + begin * classes,
                     workspace(network.workspace(end - begin, 1)), alone);
    };
    if (group == count) {  // wholly on this thread: no lock, nothing allocated
      logits_of(0, count);
    } else {
      parallel_for(pool, count, group, logits_of);
    }
    return result;
  }

  // With all threads for each picture.
  std::vector<float> by_team(Index count, std::span<const std::uint8_t> pictures) {
    std::vector<float> result(static_cast<std::size_t>(count * classes));
    frozen::Team team(stream.pool->threads());
    float* const memory = workspace(network.workspace(count, team.threads()));
    stream.pool->run(team.threads(), [&](Index number) {
      frozen::Member member(team, number);
      network.logits(count, pictures.data(), result.data(), memory, member);
    });
    return result;
  }

  std::string name;
  Index height;
  Index width;
  Index pixels;
  Index classes;
  std::vector<std::string> class_names;
  Index parameter_count;
  Calibration calibration;
  frozen::FrozenNetwork network;
  Stream stream;
};

InferencePlan::InferencePlan(const std::filesystem::path& weights_file, int threads,
                             InferencePrecision precision)
    : impl_(std::make_unique<Impl>(load_model(weights_file, Device::cpu(1)), threads, precision)) {}

InferencePlan::~InferencePlan() = default;

std::vector<float> InferencePlan::logits(std::span<const std::uint8_t> pictures) const {
  return impl_->logits(pictures);
}

std::vector<float> InferencePlan::probabilities(std::span<const std::uint8_t> pictures) const {
  std::vector<float> result = logits(pictures);
  for (float& logit : result) {
    logit = static_cast<float>(logit / impl_->calibration.temperature);
  }
  cpu::softmax<float>(impl_->stream, {.batch = std::ssize(result) / impl_->classes,
                                      .classes = impl_->classes,
                                      .logits = result.data(),
                                      .probabilities = result.data()});
  return result;
}

const Calibration& InferencePlan::calibration() const { return impl_->calibration; }
const std::string& InferencePlan::model_name() const { return impl_->name; }
int InferencePlan::height() const { return static_cast<int>(impl_->height); }
int InferencePlan::width() const { return static_cast<int>(impl_->width); }
int InferencePlan::classes() const { return static_cast<int>(impl_->classes); }
const std::vector<std::string>& InferencePlan::class_names() const { return impl_->class_names; }
std::int64_t InferencePlan::parameter_count() const { return impl_->parameter_count; }

}  // namespace inkling

// The network that answers, and what is said of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling {

// side × side bytes of a picture as the network sees it → the probability of each class; of several
// pictures one after another. Called from several threads at once.
using Classify = std::function<std::vector<float>(std::span<const std::uint8_t>)>;
// The same, and a class → how much each pixel's ink speaks for it, -127 to 127 (Saliency::of()).
using Explain = std::function<std::vector<std::int8_t>(std::span<const std::uint8_t>, int)>;

struct Recognizer {
  Classify classify;
  Explain explain;
  std::string model_name;
  double min_confidence = 0;  // below it an answer abstains
  int side = 28;              // of the network's pictures, in pixels
  // NOLINTNEXTLINE(readability-redundant-member-init): GCC wants it in every initializer else
  std::vector<std::string> class_names = {};  // empty: the classes are digits
};

inline int class_count(const Recognizer& recognizer) {
  constexpr int kDigits = 10;
  return recognizer.class_names.empty() ? kDigits : static_cast<int>(recognizer.class_names.size());
}

struct ServedModel {
  Recognizer recognizer;
  std::string card;          // Markdown; empty: the model has none
  std::string facts = "{}";  // JSON, for GET /model
  // NOLINTNEXTLINE(readability-redundant-member-init): GCC wants it in every initializer else
  std::string sha256 = {};  // of the weights file
};

// The one that answers now: each request takes it once and keeps it to its end. Thread-safe.
class CurrentModel {
 public:
  explicit CurrentModel(ServedModel model)
      : model_(std::make_shared<const ServedModel>(std::move(model))) {}

  std::shared_ptr<const ServedModel> get() const {
    const std::lock_guard lock(mutex_);
    return model_;
  }

  void replace(ServedModel model) {
    auto next = std::make_shared<const ServedModel>(std::move(model));
    const std::lock_guard lock(mutex_);
    model_.swap(next);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const ServedModel> model_;
};

}  // namespace inkling

#include "server/classified.h"

#include <cstddef>
#include <stdexcept>

namespace inkling {

Classified classified(std::span<const std::uint8_t> pixels, const Recognizer& recognizer,
                      Metrics* metrics) {
  Classified found;
  const StepTimer inference(metrics, Step::infer);
  found.probabilities = recognizer.classify(pixels);
  inference.stop();

  const auto classes = static_cast<std::size_t>(class_count(recognizer));
  const std::span<const float> all = found.probabilities;
  for (std::size_t at = 0; at + classes <= all.size(); at += classes) {
    found.verdicts.push_back(
        verdict_of(all.subspan(at, classes), recognizer.min_confidence, recognizer.class_names));
  }
  const auto side = static_cast<std::size_t>(recognizer.side);
  if (found.verdicts.size() * side * side != pixels.size()) {
    throw std::logic_error("classified: expected probabilities of each picture");
  }
  if (metrics != nullptr) {
    metrics->inferred(found.verdicts.size());
    for (const Verdict& verdict : found.verdicts) {
      metrics->predicted(verdict.name, verdict.confidence, verdict.abstains);
    }
  }
  return found;
}

}  // namespace inkling

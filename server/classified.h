// The network asked, and what operators want to know of it counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/inference/verdict.h"
#include "server/metrics.h"
#include "server/served_model.h"

namespace inkling {

// Of one picture.
struct ClassifiedPicture {
  std::span<const float> probabilities;
  const Verdict& verdict;
};

// Of one picture after another.
struct Classified {
  std::vector<float> probabilities;
  std::vector<Verdict> verdicts;

  ClassifiedPicture of(std::size_t picture) const {
    const std::size_t classes = probabilities.size() / verdicts.size();
    return {std::span(probabilities).subspan(picture * classes, classes), verdicts[picture]};
  }
};

// pixels: of whole pictures, side × side bytes each. metrics may be nullptr. Thread-safe.
Classified classified(std::span<const std::uint8_t> pixels, const Recognizer& recognizer,
                      Metrics* metrics);

}  // namespace inkling

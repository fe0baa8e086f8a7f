// The network asked, and what operators want to know of it counted.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/inference/verdict.h"
#include "server/metrics.h"
#include "server/served_model.h"

namespace inkling {

// Of one picture after another.
struct Classified {
  std::vector<float> probabilities;
  std::vector<Verdict> verdicts;
};

// pixels: of whole pictures, side × side bytes each. metrics may be nullptr. Thread-safe.
Classified classified(std::span<const std::uint8_t> pixels, const Recognizer& recognizer,
                      Metrics* metrics);

}  // namespace inkling

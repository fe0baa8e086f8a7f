// What the probabilities of one picture say, in words.
#pragma once

#include <span>
#include <string>

namespace inkling {

struct Verdict {
  int best = 0;  // first of equals
  float confidence = 0;
  bool abstains = false;
  // Why it abstains, else empty: "unsure between 4 and 9" where two classes share nearly all of the
  // probability, else "not a digit".
  std::string reason;
};

// Of at least one probability. It abstains where none reaches min_confidence.
Verdict verdict_of(std::span<const float> probabilities, double min_confidence);

}  // namespace inkling

// What the probabilities of one picture say, in words.
#pragma once

#include <span>
#include <string>

namespace inkling {

struct Verdict {
  int best = 0;  // first of equals
  float confidence = 0;
  bool abstains = false;
  std::string name;  // of the best class
  // Why it abstains, else empty: "unsure between 4 and 9" where two classes share nearly all of the
  // probability, else "not a digit", or "none of the classes" where they have names.
  std::string reason;
};

// Of at least one probability. It abstains where none reaches min_confidence. class_names: one for
// each probability, or none where the classes are digits.
Verdict verdict_of(std::span<const float> probabilities, double min_confidence,
                   std::span<const std::string> class_names = {});

}  // namespace inkling

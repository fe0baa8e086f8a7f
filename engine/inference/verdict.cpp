#include "engine/inference/verdict.h"

#include <algorithm>

namespace inkling {
namespace {

// What the two likeliest classes must share for a doubt between them. A network that was trained
// with pictures of no digit gives each class a tenth for one.
constexpr float kBetweenTwo = 0.8F;

}  // namespace

Verdict verdict_of(std::span<const float> probabilities, double min_confidence) {
  const auto best = std::max_element(probabilities.begin(), probabilities.end());
  Verdict verdict{.best = static_cast<int>(best - probabilities.begin()),
                  .confidence = *best,
                  .abstains = double{*best} < min_confidence,
                  .reason = {}};
  if (!verdict.abstains) {
    return verdict;
  }
  int second = -1;
  for (int i = 0; i < static_cast<int>(probabilities.size()); ++i) {
    const auto of = [&](int c) { return probabilities[static_cast<std::size_t>(c)]; };
    if (i != verdict.best && (second < 0 || of(i) > of(second))) {
      second = i;
    }
  }
  const bool between_two =
      second >= 0 && *best + probabilities[static_cast<std::size_t>(second)] >= kBetweenTwo;
  verdict.reason = between_two
                       ? "unsure between " + std::to_string(std::min(verdict.best, second)) +
                             " and " + std::to_string(std::max(verdict.best, second))
                       : "not a digit";
  return verdict;
}

}  // namespace inkling

#include "engine/inference/verdict.h"

#include <algorithm>

namespace inkling {
namespace {

// What the two likeliest classes must share for a doubt between them. A network that was trained
// with pictures of no digit gives each class a tenth for one.
constexpr float kBetweenTwo = 0.8F;

}  // namespace

Verdict verdict_of(std::span<const float> probabilities, double min_confidence,
                   std::span<const std::string> class_names) {
  const auto name = [&](int c) {
    return class_names.empty() ? std::to_string(c) : class_names[static_cast<std::size_t>(c)];
  };
  const auto best = std::max_element(probabilities.begin(), probabilities.end());
  Verdict verdict{.best = static_cast<int>(best - probabilities.begin()),
                  .confidence = *best,
                  .abstains = double{*best} < min_confidence,
                  .name = {},
                  .reason = {}};
  verdict.name = name(verdict.best);
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
  verdict.reason = between_two ? "unsure between " + name(std::min(verdict.best, second)) +
                                     " and " + name(std::max(verdict.best, second))
                   : class_names.empty() ? "not a digit"
                                         : "none of the classes";
  return verdict;
}

}  // namespace inkling

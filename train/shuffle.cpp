#include "train/shuffle.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

namespace inkling {

std::vector<std::int32_t> permutation(std::int64_t count, std::uint64_t seed, RandomUse use,
                                      std::uint32_t stream) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i-- > 1;) {
    const Philox4 random = random4(seed, use, stream, 0, static_cast<std::uint32_t>(i));
    // 64 random bits over at most 2^31 places: the bias of the remainder is below 2^-33.
    const std::uint64_t wide = (static_cast<std::uint64_t>(random.word[0]) << 32) | random.word[1];
    std::swap(order[i], order[wide % (i + 1)]);
  }
  return order;
}

Split split_validation(std::int64_t count, std::int64_t validation) {
  if (validation < 0 || validation >= count) {
    throw std::invalid_argument("expected a validation set of 0 to " + std::to_string(count - 1) +
                                " images, received " + std::to_string(validation));
  }
  const std::vector<std::int32_t> order = permutation(count, 0, RandomUse::split, 0);
  Split split{{order.begin() + validation, order.end()},
              {order.begin(), order.begin() + validation}};
  std::sort(split.training.begin(), split.training.end());
  std::sort(split.validation.begin(), split.validation.end());
  return split;
}

}  // namespace inkling

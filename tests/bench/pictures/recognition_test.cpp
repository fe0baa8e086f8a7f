// Drawings and photographs that are nothing like MNIST's pictures, from end to end: made, prepared,
// recognized. bench-pictures measures with many more of them.
#include <algorithm>

#include <gtest/gtest.h>

#include "bench/pictures/photo_columns.h"
#include "bench/pictures/stress_set.h"
#include "data/dataset.h"
#include "data/prepare.h"
#include "engine/inference/inference_plan.h"
#include "tests/support/mnist_dir.h"

namespace inkling::pictures {
namespace {

class Recognition : public testing::Test {
 protected:
  const InferencePlan plan{INKLING_SHIPPED_MODEL};

  // -1: blank.
  int recognized(const Picture& picture) const {
    const auto digit = prepare(picture);
    if (!digit) {
      return -1;
    }
    const std::vector<float> logits = plan.logits(*digit);
    return static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
  }
};

TEST_F(Recognition, OfTheStressSetIsRightNearlyAlways) {
  constexpr int kPictures = 60;
  int right = 0;
  for (std::uint32_t i = 0; i < kPictures; ++i) {
    const StressPicture made = stress_picture(7, i);
    right += recognized(made.picture) == made.digit ? 1 : 0;
  }
  EXPECT_GE(right, 54) << "97 % are asked of 2,000; of 60, three standard deviations fewer";
}

TEST_F(Recognition, OfPhotographedDigitsIsRightNearlyAlwaysAndNoneIsBlank) {
  const auto folder = mnist_dir();
  if (!folder) {
    GTEST_SKIP() << kNoMnist;
  }
  const Dataset data = load_mnist(*folder, MnistSplit::train);
  constexpr int kDigits = 10;
  for (const PhotoColumn& column : photo_columns()) {
    int right = 0;
    for (int i = 0; i < kDigits; ++i) {
      Random random(static_cast<std::uint32_t>(i));
      const int answer = recognized(column.take(data.images.data() + i * data.pixels(), random));
      EXPECT_GE(answer, 0) << column.name << ' ' << i;
      right += answer == data.labels[static_cast<std::size_t>(i)] ? 1 : 0;
    }
    EXPECT_GE(right, kDigits - 2) << column.name;
  }
}

}  // namespace
}  // namespace inkling::pictures

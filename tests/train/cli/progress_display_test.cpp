#include "train/cli/progress_display.h"

#include <gtest/gtest.h>

namespace inkling {
namespace {

const PassProgress kEarly{.name = "epoch 3/10",
                          .done = 12345,
                          .total = 55000,
                          .loss = "loss 0.1234",
                          .rate = 1234,
                          .seconds_left = 63};

TEST(ProgressLine, IsNeverWiderThanTheTerminal) {
  for (int columns = 10; columns <= 200; ++columns) {
    EXPECT_LE(text_width(progress_line(kEarly, columns)), columns);
  }
}

TEST(ProgressLine, DropsTheLeastImportantFirst) {
  EXPECT_EQ(progress_line(kEarly, 119),
            "epoch 3/10 █████░░░░░░░░░░░░░░░░░░░  12345/55000 images  loss 0.1234  1234 images/s  "
            "1 min 03 s left");
  EXPECT_EQ(progress_line(kEarly, 79),
            "epoch 3/10 ███░░░░░░░░░░░░░░  22 %  loss 0.1234  1234 images/s  1 min 03 s left");
  EXPECT_EQ(progress_line(kEarly, 60),
            "epoch 3/10 ██░░░░░░░░░░░  22 %  loss 0.1234  1 min 03 s left");
  EXPECT_EQ(progress_line(kEarly, 39), "epoch 3/10  22 %  1 min 03 s left");
  EXPECT_EQ(progress_line(kEarly, 20), "epoch 3/10  22 %");
  EXPECT_EQ(progress_line(kEarly, 10), "epoch 3/10");
}

TEST(Bar, IsFilledByItsShare) {
  EXPECT_EQ(bar(4, 0), "░░░░");
  EXPECT_EQ(bar(4, 0.5), "██░░");
  EXPECT_EQ(bar(4, 1.5), "████");
}

TEST(FormatDuration, NamesTheLargestTwoUnits) {
  EXPECT_EQ(format_duration(12.4), "12 s");
  EXPECT_EQ(format_duration(63), "1 min 03 s");
  EXPECT_EQ(format_duration(3720), "1 h 02 min");
}

}  // namespace
}  // namespace inkling

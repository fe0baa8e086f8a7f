#include "train/charts/charts.h"

#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/png.h"
#include "engine/io/atomic_file.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

Picture read_picture(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  return decode_png({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

// Pixels in which one color leads the two others by a lot.
int count_pixels(const Picture& picture, const std::function<bool(int, int, int)>& matches) {
  int count = 0;
  for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {
    count += matches(picture.rgba[i], picture.rgba[i + 1], picture.rgba[i + 2]) ? 1 : 0;
  }
  return count;
}

bool is_red(int red, int green, int blue) { return red > 150 && green < 60 && blue < 80; }
bool is_blue(int red, int green, int blue) { return blue > 150 && red < 60 && green < 150; }
bool is_orange(int red, int green, int blue) { return red > 180 && green < 150 && blue < 40; }

class Charts : public ::testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / "chart.png"; }

 private:
  TemporaryFolder folder_;
};

TEST_F(Charts, LossChartIsAPngOfItsSizeWithBothLines) {
  write_loss_chart(file(),
                   std::vector<EpochPoint>{{1, 0.2, 0.1}, {2, 0.05, 0.06}, {3, 0.01, 0.05}});
  const Picture chart = read_picture(file());
  EXPECT_EQ(chart.width, 960);
  EXPECT_EQ(chart.height, 600);
  EXPECT_GT(count_pixels(chart, is_blue), 500);
  EXPECT_GT(count_pixels(chart, is_orange), 500);
}

TEST_F(Charts, LossChartWithoutValidationHasOneLine) {
  write_loss_chart(file(), std::vector<EpochPoint>{{1, 0.2, kNone}, {2, 0.05, kNone}});
  const Picture chart = read_picture(file());
  EXPECT_GT(count_pixels(chart, is_blue), 500);
  EXPECT_EQ(count_pixels(chart, is_orange), 0);
}

TEST_F(Charts, LossChartOfOneEpochShowsItsPoint) {
  write_loss_chart(file(), std::vector<EpochPoint>{{7, 0.2, kNone}});
  const int blue = count_pixels(read_picture(file()), is_blue);
  EXPECT_GT(blue, 30);
  EXPECT_LT(
      blue,
      300);  // two dots of radius 3.5 and the legend's 26 pixels of line, but no line in the chart
}

TEST_F(Charts, LossChartSurvivesEqualTinyHugeAndManyValues) {
  std::vector<EpochPoint> many;
  for (int epoch = 1; epoch <= 3000; ++epoch) {
    many.push_back({epoch, 1e3 * std::exp(-0.01 * epoch), 1e-9});
  }
  for (const auto& points : {std::vector<EpochPoint>{{1, 0.5, 0.5}, {2, 0.5, 0.5}}, many}) {
    write_loss_chart(file(), points);
    EXPECT_GT(count_pixels(read_picture(file()), is_orange), 500);  // drawn last, so never covered
  }
}

TEST_F(Charts, LossChartSkipsValuesThatCannotBeDrawn) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  write_loss_chart(file(),
                   std::vector<EpochPoint>{{1, kInfinite, 0}, {2, 0.3, kNone}, {3, 0.2, -1}});
  EXPECT_GT(count_pixels(read_picture(file()), is_blue), 500);
  EXPECT_THROW(write_loss_chart(file(), std::vector<EpochPoint>{{1, kNone, kNone}}),
               std::invalid_argument);
  EXPECT_THROW(write_loss_chart(file(), {}), std::invalid_argument);
}

TEST(SheetOrder, PutsMistakesFirstAndTheMostConfidentOnesOfThemBefore) {
  const std::vector<std::uint8_t> labels = {1, 2, 3, 4, 5};
  const std::vector<std::uint8_t> predictions = {1, 7, 3, 9, 5};
  const std::vector<float> confidences = {0.9F, 0.6F, 0.5F, 0.8F, 0.99F};
  EXPECT_THAT(sheet_order(labels, predictions, confidences, 100), ElementsAre(3, 1, 2, 0, 4));
  EXPECT_THAT(sheet_order(labels, predictions, confidences, 3), ElementsAre(3, 1, 2));
  EXPECT_THAT(sheet_order({}, {}, {}, 100), IsEmpty());
}

// A sheet of `count` pictures of 28×28, of which the rows named are mistakes.
void write_sheet(const std::filesystem::path& path, std::size_t count,
                 const std::vector<std::size_t>& mistakes) {
  const std::vector<std::uint8_t> images(count * 28 * 28, 128);
  const std::vector<std::uint8_t> labels(count, 3);
  std::vector<std::uint8_t> predictions(count, 3);
  for (const std::size_t row : mistakes) {
    predictions[row] = 8;
  }
  write_prediction_sheet(path, images, 28, 28, labels, predictions,
                         std::vector<float>(count, 0.9F));
}

TEST_F(Charts, PredictionSheetGrowsWithItsRowsUpToAHundredPictures) {
  write_sheet(file(), 3, {});
  const Picture one_row = read_picture(file());
  write_sheet(file(), 11, {});
  const Picture two_rows = read_picture(file());
  write_sheet(file(), 250, {});
  const Picture ten_rows = read_picture(file());
  EXPECT_EQ(two_rows.width, one_row.width);
  const int row = two_rows.height - one_row.height;
  EXPECT_GT(row, 84);
  EXPECT_EQ(ten_rows.height, one_row.height + 9 * row);
}

TEST_F(Charts, PredictionSheetMarksMistakesInRedAtItsBeginning) {
  write_sheet(file(), 20, {});
  EXPECT_EQ(count_pixels(read_picture(file()), is_red), 0);
  write_sheet(file(), 20, {17, 19});
  Picture sheet = read_picture(file());
  EXPECT_GT(count_pixels(sheet, is_red), 300);
  // All of it is in the upper half's left third: the first two of ten places of the first row.
  for (int y = 0; y < sheet.height; ++y) {
    for (int x = 0; x < sheet.width; ++x) {
      const auto* pixel = &sheet.rgba[4 * (static_cast<std::size_t>(y) * sheet.width + x)];
      if (is_red(pixel[0], pixel[1], pixel[2])) {
        ASSERT_LT(x, sheet.width / 3);
        ASSERT_LT(y, sheet.height * 2 / 3);
      }
    }
  }
}

TEST_F(Charts, PredictionSheetRejectsCountsThatDoNotAgree) {
  const std::vector<std::uint8_t> images(2 * 4);
  const std::vector<std::uint8_t> two = {1, 2};
  const std::vector<float> sure = {1, 1};
  EXPECT_NO_THROW(write_prediction_sheet(file(), images, 2, 2, two, two, sure));
  const std::span<const std::uint8_t> one(two.data(), 1);
  EXPECT_THROW(write_prediction_sheet(file(), images, 2, 3, two, two, sure), std::invalid_argument);
  EXPECT_THROW(write_prediction_sheet(file(), images, 2, 2, one, two, sure), std::invalid_argument);
  EXPECT_THROW(write_prediction_sheet(file(), images, 2, 2, two, one, sure), std::invalid_argument);
  EXPECT_THROW(write_prediction_sheet(file(), images, 2, 2, two, two, {}), std::invalid_argument);
  EXPECT_THROW(write_prediction_sheet(file(), {}, 2, 2, {}, {}, {}), std::invalid_argument);
}

TEST_F(Charts, AFileThatCannotBeWrittenIsNamed) {
  const std::filesystem::path nowhere = file().parent_path() / "absent" / "loss.png";
  try {
    write_loss_chart(nowhere, std::vector<EpochPoint>{{1, 0.2, kNone}});
    FAIL() << "expected a FileError";
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), HasSubstr(nowhere.string()));
  }
}

TEST_F(Charts, NothingButTheChartIsLeftInTheFolder) {
  write_sheet(file(), 1, {});
  write_sheet(file(), 1, {0});
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(file().parent_path()), {}), 1);
}

}  // namespace
}  // namespace inkling

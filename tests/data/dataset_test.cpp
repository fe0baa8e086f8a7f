#include "data/dataset.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/idx.h"
#include "tests/support/idx_files.h"
#include "tests/support/mnist_dir.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LoadMnist : public ::testing::Test {
 protected:
  const std::filesystem::path& folder() const { return folder_.path(); }

  void write(const std::string& name, const ByteVector& bytes) const {
    write_file(folder() / name, bytes);
  }

  // Two test images of 2×3 pixels and their labels.
  void write_sound_pair() const {
    write("t10k-images-idx3-ubyte", idx_bytes({2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
    write("t10k-labels-idx1-ubyte", idx_bytes({2}, {0, 9}));
  }

  std::string complaint() const {
    try {
      load_mnist(folder(), MnistSplit::test);
    } catch (const IdxError& error) {
      return error.what();
    }
    return "no IdxError";
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(LoadMnist, ReadsImagesAndLabels) {
  write_sound_pair();
  const Dataset dataset = load_mnist(folder(), MnistSplit::test);
  EXPECT_EQ(dataset.size(), 2);
  EXPECT_EQ(dataset.height, 2);
  EXPECT_EQ(dataset.width, 3);
  EXPECT_EQ(dataset.pixels(), 6);
  EXPECT_THAT(dataset.images, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  EXPECT_THAT(dataset.labels, ElementsAre(0, 9));
}

TEST_F(LoadMnist, ReadsGzipFiles) {
  write("train-images-idx3-ubyte.gz", gzip_bytes(idx_bytes({1, 1, 2}, {7, 8})));
  write("train-labels-idx1-ubyte.gz", gzip_bytes(idx_bytes({1}, {3})));
  EXPECT_THAT(load_mnist(folder(), MnistSplit::train).images, ElementsAre(7, 8));
}

TEST_F(LoadMnist, TakesThePlainFileFirst) {
  write_sound_pair();
  write("t10k-labels-idx1-ubyte.gz", gzip_bytes(idx_bytes({2}, {5, 5})));
  EXPECT_THAT(load_mnist(folder(), MnistSplit::test).labels, ElementsAre(0, 9));
}

TEST_F(LoadMnist, SaysWhichNamesItLookedForAndWhatToDo) {
  EXPECT_THAT(complaint(), AllOf(HasSubstr("expected t10k-images-idx3-ubyte or "
                                           "t10k-images-idx3-ubyte.gz, received neither"),
                                 HasSubstr("script/fetch-mnist " + folder().string())));
}

TEST_F(LoadMnist, SaysThatTheFolderIsMissing) {
  std::filesystem::remove(folder());
  EXPECT_THAT(complaint(), HasSubstr("no such folder"));
}

TEST_F(LoadMnist, RejectsCountsThatDiffer) {
  write_sound_pair();
  write("t10k-labels-idx1-ubyte", idx_bytes({3}, {0, 1, 2}));
  EXPECT_THAT(complaint(), HasSubstr("expected 2 labels, one for each image of "
                                     "t10k-images-idx3-ubyte, received 3"));
}

TEST_F(LoadMnist, RejectsALabelAboveNineAndSaysWhere) {
  write_sound_pair();
  write("t10k-labels-idx1-ubyte", idx_bytes({2}, {9, 10}));
  EXPECT_THAT(complaint(), HasSubstr("expected labels 0..9, received 10 at index 1"));
}

TEST_F(LoadMnist, TakesTheClassesFromTheFileBesideIt) {
  write_sound_pair();
  std::string names;
  for (int i = 0; i < 11; ++i) {
    names += "class " + std::to_string(i) + "\r\n";
  }
  write("classes.txt", {names.begin(), names.end()});
  write("t10k-labels-idx1-ubyte", idx_bytes({2}, {10, 0}));
  const Dataset dataset = load_mnist(folder(), MnistSplit::test);
  EXPECT_EQ(dataset.class_count(), 11);
  EXPECT_EQ(dataset.class_names[10], "class 10");
  EXPECT_THAT(dataset.labels, ElementsAre(10, 0));
  write("t10k-labels-idx1-ubyte", idx_bytes({2}, {9, 11}));
  EXPECT_THAT(complaint(), AllOf(HasSubstr("expected labels 0..10, received 11 at index 1"),
                                 HasSubstr("classes.txt")));
}

// Two pictures of 3×2, stored transposed, of the letters b (label 2) and a (label 1).
class LoadEmnist : public LoadMnist {
 protected:
  void write_emnist(const std::string& set) const {
    write(set + "-test-images-idx3-ubyte",
          idx_bytes({2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
    write(set + "-test-labels-idx1-ubyte", idx_bytes({2}, {2, 1}));
    write(set + "-train-images-idx3-ubyte", idx_bytes({1, 2, 3}, {1, 2, 3, 4, 5, 6}));
    const std::string mapping = "1 65 97\n2 66 98\n";
    write(set + "-mapping.txt", {mapping.begin(), mapping.end()});
  }
};

TEST_F(LoadEmnist, TurnsPicturesUprightAndMapsLabels) {
  write_emnist("emnist-letters");
  const Dataset dataset = load_mnist(folder(), MnistSplit::test);
  EXPECT_EQ(dataset.height, 3);
  EXPECT_EQ(dataset.width, 2);
  EXPECT_THAT(dataset.images, ElementsAre(1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12));
  EXPECT_THAT(dataset.labels, ElementsAre(1, 0));
  EXPECT_THAT(dataset.class_names, ElementsAre("A", "B"));
}

TEST_F(LoadEmnist, OfSeveralSetsTakesTheOneThatIsNamed) {
  write_emnist("emnist-letters");
  write_emnist("emnist-balanced");
  EXPECT_THAT(complaint(), AllOf(HasSubstr("received emnist-balanced, emnist-letters"),
                                 HasSubstr((folder() / "emnist-balanced").string())));
  EXPECT_EQ(load_mnist(folder() / "emnist-letters", MnistSplit::test).size(), 2);
}

TEST_F(LoadEmnist, RejectsALabelThatTheMappingLacks) {
  write_emnist("emnist-letters");
  write("emnist-letters-test-labels-idx1-ubyte", idx_bytes({2}, {2, 3}));
  EXPECT_THAT(complaint(), AllOf(HasSubstr("expected labels of"), HasSubstr("received 3")));
  std::filesystem::remove(folder() / "emnist-letters-mapping.txt");
  EXPECT_THAT(complaint(), HasSubstr("emnist-letters-mapping.txt: cannot be read"));
}

TEST_F(LoadEmnist, SaysWhereAMissingFileComesFrom) {
  write_emnist("emnist-letters");
  std::filesystem::remove(folder() / "emnist-letters-test-labels-idx1-ubyte");
  EXPECT_THAT(complaint(),
              AllOf(HasSubstr("expected emnist-letters-test-labels-idx1-ubyte or"),
                    HasSubstr("take all files of emnist-letters out of EMNIST's archive")));
}

TEST_F(LoadMnist, SaysThatAFileIsNoFolder) {
  write("file", {});
  try {
    load_mnist(folder() / "file", MnistSplit::test);
    FAIL() << "expected IdxError";
  } catch (const IdxError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no such folder"));
  }
}

TEST_F(LoadMnist, RejectsAnEmptySet) {
  write("t10k-images-idx3-ubyte", idx_bytes({0, 28, 28}, {}));
  write("t10k-labels-idx1-ubyte", idx_bytes({0}, {}));
  EXPECT_THAT(complaint(), HasSubstr("at least one image, received none"));
}

TEST_F(LoadMnist, RejectsImagesWithoutPixels) {
  write("t10k-images-idx3-ubyte", idx_bytes({2, 0, 28}, {}));
  write("t10k-labels-idx1-ubyte", idx_bytes({2}, {1, 2}));
  EXPECT_THAT(complaint(), HasSubstr("1 to 4096 pixels a side, received 0"));
}

TEST_F(LoadMnist, RejectsImagesAndLabelsThatAreSwapped) {
  write("t10k-images-idx3-ubyte", idx_bytes({2}, {0, 9}));
  write("t10k-labels-idx1-ubyte", idx_bytes({2}, {0, 9}));
  EXPECT_THAT(complaint(),
              AllOf(HasSubstr("expected 3 dimensions (count, height, width), received 1"),
                    HasSubstr("not swapped")));
}

TEST(RealMnist, HasItsKnownCounts) {
  const auto folder = mnist_dir();
  if (!folder) {
    GTEST_SKIP() << kNoMnist;
  }
  const Dataset train = load_mnist(*folder, MnistSplit::train);
  const Dataset test = load_mnist(*folder, MnistSplit::test);
  EXPECT_EQ(train.size(), 60000);
  EXPECT_EQ(test.size(), 10000);
  for (const Dataset* dataset : {&train, &test}) {
    EXPECT_EQ(dataset->height, 28);
    EXPECT_EQ(dataset->width, 28);
  }
  EXPECT_EQ(test.labels[0], 7);  // the test set's first digit, as every introduction shows it
}

}  // namespace
}  // namespace inkling

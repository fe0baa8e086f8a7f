// What the labels of a data set stand for, as files beside it say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inkling {

inline constexpr std::size_t kMaxClasses = 256;

// classes.txt: a name a line in UTF-8, that of label 0 first. Pure. Throws IdxError with one line
// for none or more than kMaxClasses, for one that is empty, longer than 64 bytes, there twice, or
// no text; `file` stands for it in errors.
std::vector<std::string> parse_class_names(std::string_view text, const std::string& file);

// The labels of EMNIST, which need not begin at 0 (its letters are 1 to 26).
struct LabelMapping {
  std::vector<std::string> names;    // of the classes, in the order of the file's lines
  std::vector<std::uint8_t> labels;  // which label each class has in the data
};

// emnist-…-mapping.txt: lines of a label and the ASCII codes of what it stands for, as "1 65 97"
// for A and a (Cohen, Afshar, Tapson, van Schaik 2017: "EMNIST: an extension of MNIST to
// handwritten letters"). The first one names the class. Throws as parse_class_names does.
LabelMapping parse_emnist_mapping(std::string_view text, const std::string& file);

}  // namespace inkling

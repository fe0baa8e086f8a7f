// POST /predict/: the picture in the form field `file` → the digit.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "server/http/message.h"

namespace inkling {

// side × side bytes as the network saw them in training → the probability of each class. Called
// from several threads at once.
using Classify = std::function<std::vector<float>(std::span<const std::uint8_t>)>;
// The same, and a class → how much each pixel's ink speaks for it, -127 to 127 (Saliency::of()).
using Explain = std::function<std::vector<std::int8_t>(std::span<const std::uint8_t>, int)>;

struct Recognizer {
  Classify classify;
  Explain explain;
  std::string model_name;
  double min_confidence = 0;  // below it an answer abstains
  int side = 28;              // of the network's pictures, in pixels
  // NOLINTNEXTLINE(readability-redundant-member-init): GCC wants it in every initializer else
  std::vector<std::string> class_names = {};  // empty: the classes are digits
};

// Answers 200 with
//   predicted_digit  integer: the number of the class, which is the digit where classes are digits
//   predicted_class  its name
//   confidence       its probability, rounded to six decimals as all probabilities are
//   probabilities    of the classes in their order
//   classes          their names, where they are not digits
//   abstain          true where the answer is not to be believed: no probability reaches
//                    min_confidence
//   reason           why it abstains, as "not a digit" or "unsure between 4 and 9"; else null
//   model            model_name
//   seen             the network's input: base64 of side × side bytes, row by row, 0 background,
//                    255 ink
//   saliency         for ?explain=true alone: base64 of side × side signed bytes, above 0 where the
//                    ink spoke for the class, below 0 where it spoke against it
// 400 {"error"} for a blank picture; 415 {"error"} for what is no picture, or too large a one;
// 422 {"detail"} as FastAPI gives it when the file is missing or is not a file, or explain is
// neither true nor false; 400 {"detail"} for a multipart body that cannot be read.
Handler predict_handler(Recognizer recognizer);

}  // namespace inkling

// POST /predict/: the picture in the form field `file` → the digit.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "server/http/message.h"

namespace inkling {

// 28×28 bytes as the network saw them in training → the probability of each digit. Called from
// several threads at once.
using Classify = std::function<std::vector<float>(std::span<const std::uint8_t>)>;

// Answers 200 with
//   predicted_digit  integer
//   confidence       its probability, rounded to six decimals as all probabilities are
//   probabilities    of the digits 0 to 9
//   abstain          true where the answer is not to be believed: no probability reaches
//                    min_confidence
//   reason           why it abstains, as "not a digit" or "unsure between 4 and 9"; else null
//   model            model_name
//   seen             the network's input: base64 of 28×28 bytes, row by row, 0 background,
//                    255 ink
// 400 {"error"} for a blank picture; 415 {"error"} for what is no picture, or too large a one;
// 422 {"detail"} as FastAPI gives it when the file is missing or is not a file; 400 {"detail"} for
// a multipart body that cannot be read.
Handler predict_handler(Classify classify, std::string model_name, double min_confidence);

}  // namespace inkling

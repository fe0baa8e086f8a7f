// A weights file as the network that answers.
#pragma once

#include <filesystem>

#include "engine/inference/precision.h"
#include "server/served_model.h"

namespace inkling {

// Reads it, with README.md beside it as the card, and recognizes a first picture, so that what is
// served has answered once. Throws WeightsError or std::runtime_error with one line that says what
// was expected of the file.
ServedModel load_served_model(const std::filesystem::path& weights, InferencePrecision precision);

// Whether one may take the other's place while requests are served: pictures of the same size, and
// the same classes. Throws std::runtime_error with one line where not.
void check_replaceable(const Recognizer& served, const Recognizer& next);

}  // namespace inkling

// The forms of answers: the contract's errors, FastAPI's refusals, predictions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/classified.h"
#include "server/decoding_memory.h"
#include "server/http/message.h"
#include "server/metrics.h"
#include "server/served_model.h"

namespace inkling {

// {"error": text}
Response error_response(int status, std::string_view text);

// 422 as FastAPI answers where a part of a request is missing or not what it should be.
struct Problem {
  std::string_view place;  // "body" or "query"
  std::string_view field;  // empty: the place as a whole
  std::string_view type;   // FastAPI's name of the kind, as "missing"
  std::string message;
  std::optional<std::string_view> input;  // what came, where it can be shown; else null
};
Response invalid_response(const Problem& problem);

struct PredictOptions {
  bool explain = false;  // with saliency
  int top = 0;           // with the so many most probable classes; 0: without
};

// What a prediction needs beside the picture.
struct Asked {
  const Recognizer& recognizer;
  PredictOptions options;
  Metrics* metrics = nullptr;
  DecodingMemory* memory = nullptr;
};

// 200 and the object that POST /predict/ describes (predict.h). digit: side × side bytes.
Response prediction_response(std::span<const std::uint8_t> digit, const Asked& asked);
// The same of a picture that the recognizer has classified.
Response prediction_response(std::span<const std::uint8_t> digit, const ClassifiedPicture& found,
                             const Recognizer& recognizer, const PredictOptions& options);

}  // namespace inkling

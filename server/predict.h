// POST /predict/: a picture → the digit. POST /predict/batch: several.
#pragma once

#include "server/batcher.h"
#include "server/decoding_memory.h"
#include "server/http/message.h"
#include "server/metrics.h"
#include "server/served_model.h"

namespace inkling {

// The picture is the form field `file` (PNG, JPEG or WebP), or in a body of application/json what
// json_input.h describes. Answers 200 with
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
//   top_k            for ?top_k=N alone: class, number and probability of the N most probable
//   saliency         for ?explain=true alone: base64 of side × side signed bytes, above 0 where the
//                    ink spoke for the class, below 0 where it spoke against it
// 400 {"error"} for a blank picture; 415 {"error"} for what is no picture, or too large a one;
// 422 {"detail"} as FastAPI gives it when the file is missing or is not a file, or a parameter is
// not what it should be; 400 {"detail"} for a multipart body that cannot be read.
// The model is to outlive the handler, and so are the metrics, the memory in which pictures are
// decoded and the batcher, which may be nullptr. With a batcher the handler is to be queued() in
// the queue that it observes.
Handler predict_handler(const CurrentModel& model, Metrics* metrics = nullptr,
                        DecodingMemory* memory = nullptr, Batcher* batcher = nullptr);

// The pictures are the form's fields `files` (or `file`), at most 32. Answers 200 with
// {"predictions": […]}, one for each in their order: `filename`, `status`, and what POST /predict/
// would have answered with that status. Of the form as a whole it says what POST /predict/ says.
Handler batch_handler(const CurrentModel& model, Metrics* metrics = nullptr,
                      DecodingMemory* memory = nullptr);

}  // namespace inkling

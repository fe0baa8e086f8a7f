// "That was a 4": GET and POST /feedback.
#pragma once

#include "server/decoding_memory.h"
#include "server/feedback_store.h"
#include "server/http/message.h"
#include "server/served_model.h"

namespace inkling {

// GET: {"accepted": …}, whether there is somewhere to keep it, and "consent": what senders agree
// to.
Handler feedback_info(bool accepted);

// POST, a form:
//   file     the picture, as for POST /predict/
//   label    what it shows: the number of a class, or its name
//   consent  "true": the sender agrees that the picture is kept
// Answers 201 with "id", "label" and what the network says, "predicted_digit". Kept are the picture
// (gray, at most 512 pixels a side, without anything else that the file had, such as a place), what
// the network saw of it, what it said, and the label. 400, 415 and 422 as POST /predict/; 507
// {"detail"} where the folder is full. Model and store are to outlive the handler, and so is the
// memory in which pictures are decoded, which may be nullptr.
Handler feedback_handler(const CurrentModel& model, FeedbackStore& store,
                         DecodingMemory* memory = nullptr);

}  // namespace inkling

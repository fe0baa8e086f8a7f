// The sections of script/gpu's report. Each copes with any part missing, since steps fail and are
// cut off.
#pragma once

#include <ostream>

#include <nlohmann/json_fwd.hpp>

namespace inkling {

using Json = nlohmann::ordered_json;

// What `json` holds under `key`; null when it holds no such thing.
Json member(const Json& json, const char* key);

// What the trainings and PyTorch's times amount to: the median epoch of each training (without its
// first, in which a step is recorded), accuracy and training seconds over the seeds, ratios to
// PyTorch, and for each target of the project what was asked, what was measured and whether that
// meets it.
//   trainings: {"train-bf16-512": {"summary": {…}, "epochs": [{…}, …]}, "accuracy-seed1": …}
//   pytorch:   {"eager": {"seconds_per_epoch": …}, "tuned": …}
Json summary_of(const Json& trainings, const Json& pytorch);

void write_steps(std::ostream& out, const Json& steps);
void write_gradcheck(std::ostream& out, const Json& gradcheck);
// kernels: what bench-kernels printed, the device first.
void write_kernels(std::ostream& out, const Json& kernels);
void write_trainings(std::ostream& out, const Json& trainings, const Json& summary);
void write_pytorch(std::ostream& out, const Json& pytorch, const Json& summary);
void write_targets(std::ostream& out, const Json& summary);

}  // namespace inkling

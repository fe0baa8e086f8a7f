// The Open Inference Protocol, version 2, as KServe's and Triton's clients speak it.
#pragma once

#include <atomic>
#include <string>

#include "server/http/router.h"
#include "server/served_model.h"
#include "server/work_queue.h"

namespace inkling {

// Adds GET /v2, /v2/health/live, /v2/health/ready, /v2/models/{name}, /v2/models/{name}/ready and
// POST /v2/models/{name}/infer, whose input is described by infer_request.h and whose outputs are
//   probabilities  FP32, [pictures, classes]
//   digit          INT64, [pictures]: the most probable class's number
// Errors are {"error": …}: 404 for another name, 400 for a body that is not as it should be.
// work, metrics: as in ServiceParts. What is referred to is to outlive the router.
void add_inference_protocol(Router& router, const CurrentModel& model,
                            const std::atomic<bool>& ready, const std::string& version,
                            WorkQueue* work, Metrics* metrics);

}  // namespace inkling

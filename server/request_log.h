// One JSON line a request.
#pragma once

#include <memory>
#include <string>

#include <spdlog/logger.h>

#include "server/http/message.h"

namespace inkling {

// The handler, each of whose answers is logged with
//   time    when it was answered, UTC, as RFC 3339 has it
//   id      of the request, which is also in the answer's X-Request-ID
//   trace   the trace's id, where the request has a traceparent (W3C Trace Context)
//   method, path (without the query), status
//   ms      from the whole request to its answer
//   bytes   of the request's body, and of the answer's: in, out
// and what the handler says of itself in Response::log. Never the picture, nor what a client sent
// otherwise. port: which of the server's, as "api".
Handler logged(Handler handler, const std::string& port, std::shared_ptr<spdlog::logger> log);

// The trace's id of a traceparent header's value; empty where it is none.
std::string trace_id(std::string_view traceparent);

}  // namespace inkling

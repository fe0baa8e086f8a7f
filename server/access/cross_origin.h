// Which other sites' pages may ask (CORS: https://fetch.spec.whatwg.org/#http-cors-protocol).
#pragma once

#include <string>
#include <vector>

#include "server/http/message.h"

namespace inkling {

// The handler, whose answers pages of these origins may read, and which answers their preflights
// itself: "https://example.org", or "*" for every one. Cookies are never taken from there.
Handler with_cross_origin(Handler handler, std::vector<std::string> origins);

// Whether it is an origin as browsers send it: scheme, host and perhaps a port, without a path.
bool is_origin(std::string_view text);

}  // namespace inkling

// Clients behind a proxy.
#pragma once

#include "server/http/message.h"

namespace inkling {

// The handler, for which a request's client is who the nearest proxy says that it is: the last
// address in X-Forwarded-For. Only behind a proxy that adds to this header: without one a client
// could be whoever it liked. Shares of connections and of memory stay those of the proxy.
Handler behind_proxy(Handler handler);

}  // namespace inkling

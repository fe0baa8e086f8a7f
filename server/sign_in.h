// The sign-in page: a key once, then a session's cookie.
#pragma once

#include "server/access/gate.h"
#include "server/http/router.h"
#include "server/pages.h"

namespace inkling {

// GET and POST /signin, POST /signout. Where a key is right, or a session ended, the answer is 303.
// The gate outlives the router.
void add_sign_in(Router& router, const Gate& gate, Navigation navigation);

}  // namespace inkling

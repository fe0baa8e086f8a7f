// inkling-server healthcheck: whether a server on this machine is alive, for containers without a
// shell or curl.
#pragma once

namespace inkling {

// The command and its exit code: 0 where /healthz is answered 200, 1 where not.
int run_healthcheck(int argc, const char* const* argv);

}  // namespace inkling

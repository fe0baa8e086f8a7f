// inkling-server keygen: makes an API key.
#pragma once

namespace inkling {

// Its command line is what follows "inkling-server": argv[0] is "keygen". Returns the exit code.
int run_keygen(int argc, const char* const* argv);

}  // namespace inkling

// operator new of the program that this is linked to, which can be made to fail once.
#pragma once

namespace inkling {

// The calling thread's allocations are neither counted nor fail.
void exempt_this_thread();

// Of all other threads' allocations from now on the one behind `successes` others fails.
void fail_after(long successes);

// No longer. Returns whether one had failed.
bool stop_failing();

}  // namespace inkling

// What a user can do about an error that a library throws.
#pragma once

#include <exception>
#include <string>

namespace inkling {

// The error's message, and the flag that helps where there is one; `less_memory` is the program's
// own: "CUDA: out of memory: asked for 512 MiB, free were 100 MiB of 8192 MiB: train needs less
// with a smaller --batch-size".
std::string with_advice(const std::exception& error, const std::string& less_memory);

}  // namespace inkling

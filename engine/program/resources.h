// Where the files are that the program needs beside itself, from any working directory.
#pragma once

#include <filesystem>

namespace inkling {

// `relative` (e.g. "web") in <folder of the program>/../share/inkling when installed, else in the
// source tree that the program was built from. Throws std::runtime_error that names both places.
std::filesystem::path find_resource(const std::filesystem::path& relative);

// The weights that come with Inkling: models/mnist_larger_cnn.safetensors.
std::filesystem::path shipped_model();

}  // namespace inkling

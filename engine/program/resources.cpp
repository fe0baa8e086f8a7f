#include "engine/program/resources.h"

#include <stdexcept>

namespace inkling {

std::filesystem::path find_resource(const std::filesystem::path& relative) {
  namespace fs = std::filesystem;
  const fs::path program = fs::read_symlink("/proc/self/exe");
  fs::path installed = program.parent_path().parent_path() / "share" / "inkling" / relative;
  fs::path source = fs::path(INKLING_SOURCE_DIR) / relative;
  if (fs::exists(installed)) {
    return installed;
  }
  if (fs::exists(source)) {
    return source;
  }
  throw std::runtime_error("expected " + installed.string() + " or " + source.string() +
                           ", but neither exists");
}

std::filesystem::path shipped_model() {
  return find_resource("models/mnist_larger_cnn.safetensors");
}

}  // namespace inkling

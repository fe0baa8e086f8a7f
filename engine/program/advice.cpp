#include "engine/program/advice.h"

#include <new>

#include "kernels/error.h"

namespace inkling {

std::string with_advice(const std::exception& error, const std::string& less_memory) {
  std::string what = error.what();
  if (dynamic_cast<const OutOfMemory*>(&error) != nullptr ||
      dynamic_cast<const TooLarge*>(&error) != nullptr) {
    return what + ": " + less_memory;
  }
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    return "out of memory: " + less_memory;
  }
  if (dynamic_cast<const NoDevice*>(&error) != nullptr) {
    return what + ": use --device cpu";
  }
  if (const auto* dtype = dynamic_cast<const UnsupportedDtype*>(&error)) {
    return what + (dtype->device() == DeviceType::cpu ? ": use --precision float32"
                                                      : ": use --device cpu");
  }
  return what;
}

}  // namespace inkling

#include "engine/program/advice.h"

#include <new>

#include "kernels/error.h"

namespace inkling {
namespace {

const char* advice_for(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
      dynamic_cast<const TooLarge*>(&error) != nullptr) {
    return ": train needs less with a smaller --batch-size";
  }
  if (dynamic_cast<const NoDevice*>(&error) != nullptr) {
    return ": use --device cpu";
  }
  if (const auto* dtype = dynamic_cast<const UnsupportedDtype*>(&error)) {
    return dtype->device() == DeviceType::cpu ? ": use --precision float32" : ": use --device cpu";
  }
  return "";
}

}  // namespace

std::string with_advice(const std::exception& error) {
  const bool is_ours = dynamic_cast<const OutOfMemory*>(&error) != nullptr;
  const bool is_plain_bad_alloc =
      !is_ours && dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
  return std::string(is_plain_bad_alloc ? "out of memory" : error.what()) + advice_for(error);
}

}  // namespace inkling

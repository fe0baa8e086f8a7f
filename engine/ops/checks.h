// The checks that operations share. Each throws std::invalid_argument: "op: expected …, received
// …".
#pragma once

#include <string>

#include "engine/autograd.h"

namespace inkling {

[[noreturn]] inline void fail(const char* op, const std::string& expected,
                              const std::string& received) {
  throw std::invalid_argument(std::string(op) + ": expected " + expected + ", received " +
                              received);
}

inline void check_rank(const char* op, const char* what, const Tensor& tensor, std::size_t rank) {
  if (tensor.rank() != rank) {
    fail(op, std::string(what) + " of " + std::to_string(rank) + " dimensions",
         to_string(tensor.shape()));
  }
}

inline void check_shape(const char* op, const char* what, const Tensor& tensor,
                        const Shape& shape) {
  if (tensor.shape() != shape) {
    fail(op, std::string(what) + " of shape " + to_string(shape), to_string(tensor.shape()));
  }
}

inline void check_not_empty(const char* op, const char* what, const Tensor& tensor) {
  if (tensor.size() == 0) {
    fail(op, std::string(what) + " of at least one element", to_string(tensor.shape()));
  }
}

// A tensor for a result, like another in dtype and device.
inline Tensor result_like(const Tensor& like, Shape shape) {
  return {std::move(shape), like.dtype(), like.device()};
}

}  // namespace inkling

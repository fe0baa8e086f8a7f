// Numbers as the CPU computes with them: bf16 in float32, the others as they are.
#pragma once

#include <type_traits>

#include "kernels/cpu/scratch.h"
#include "kernels/cpu/simd/convert.h"

namespace inkling::cpu {

template <class T>
Accum<T> widen(T value) {
  if constexpr (std::is_same_v<T, bfloat16>) {
    return to_float(value);
  } else {
    return value;
  }
}

template <class T>
T narrow(Accum<T> value) {
  if constexpr (std::is_same_v<T, bfloat16>) {
    return to_bfloat16(value);
  } else {
    return value;
  }
}

// An array's numbers, in scratch memory where they need another form; null stays null.
template <int Slot, class T>
const Accum<T>* widened(const T* data, Index size) {
  if constexpr (std::is_same_v<T, bfloat16>) {
    if (data == nullptr) {
      return nullptr;
    }
    float* const result = scratch<float, Slot>(size);
    simd::convert(size, data, result);
    return result;
  } else {
    return data;
  }
}

// An array to be written: numbers go to data(), and from there, where they need another form, to
// the array by store().
template <int Slot, class T>
class Narrowed {
 public:
  Narrowed(T* to, Index size) : to_(to), size_(size) {
    if constexpr (std::is_same_v<T, bfloat16>) {
      data_ = scratch<float, Slot>(size);
    } else {
      data_ = to;
    }
  }
  Accum<T>* data() const { return data_; }
  void store() const {
    if constexpr (std::is_same_v<T, bfloat16>) {
      simd::convert(size_, data_, to_);
    }
  }

 private:
  T* to_;
  Index size_;
  Accum<T>* data_;
};

}  // namespace inkling::cpu

// A contiguous array of numbers on a device.
#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/stream.h"
#include "kernels/types.h"

namespace inkling {

using Shape = std::vector<Index>;

// "[2, 28, 28, 1]".
std::string to_string(const Shape& shape);

// The product of the extents; throws std::invalid_argument when one is negative or the product does
// not fit.
Index element_count(const Shape& shape);

enum class Dtype : std::uint8_t { float32, float64, bfloat16, uint8, int32 };

const char* to_string(Dtype dtype);
std::size_t size_of(Dtype dtype);

// The dtype of what may not lose precision beside numbers of this one (parameters, their gradients,
// losses): float32 for bfloat16, else the same.
constexpr Dtype accum_dtype(Dtype dtype) {
  return dtype == Dtype::bfloat16 ? Dtype::float32 : dtype;
}

template <class T>
inline constexpr Dtype kDtypeOf = std::is_same_v<T, float>          ? Dtype::float32
                                  : std::is_same_v<T, double>       ? Dtype::float64
                                  : std::is_same_v<T, bfloat16>     ? Dtype::bfloat16
                                  : std::is_same_v<T, std::uint8_t> ? Dtype::uint8
                                                                    : Dtype::int32;

// A handle: copies are the same device.
class Device {
 public:
  // threads: 0 takes every core. Results do not depend on it.
  static Device cpu(int threads = 0);
  // Throws NoDevice (kernels/error.h) when there is no such GPU, or no CUDA in this build.
  static Device cuda(int ordinal = 0);
  // The first GPU where there is one, else the CPU.
  static Device automatic(int threads = 0);

  DeviceType type() const { return stream_->device; }
  const Stream& stream() const { return *stream_; }
  friend bool operator==(const Device&, const Device&) = default;

 private:
  explicit Device(std::shared_ptr<const Stream> stream) : stream_(std::move(stream)) {}

  std::shared_ptr<const Stream> stream_;
};

// Copies share their memory, as NumPy's views do; clone() makes memory of its own. Row-major, the
// last dimension innermost; images are NHWC. Thread-safe for reading.
class Tensor {
 public:
  Tensor() = default;                                      // no tensor: defined() is false
  Tensor(Shape shape, Dtype dtype, const Device& device);  // uninitialized

  static Tensor zeros(Shape shape, Dtype dtype, const Device& device);
  // Of a floating-point dtype. Written on the device, so a captured graph may contain it.
  static Tensor full(Shape shape, double value, Dtype dtype, const Device& device);
  template <class T>
  static Tensor from_host(Shape shape, std::span<const T> values, const Device& device);

  bool defined() const { return buffer_ != nullptr; }
  const Shape& shape() const { return shape_; }
  Index dim(std::size_t i) const { return shape_.at(i); }
  std::size_t rank() const { return shape_.size(); }
  Index size() const { return size_; }
  std::size_t bytes() const { return static_cast<std::size_t>(size_) * size_of(dtype_); }
  Dtype dtype() const { return dtype_; }
  const Device& device() const;

  // The elements, in the device's memory. Throws std::invalid_argument when T is not the dtype.
  template <class T>
  T* data() {
    check_dtype(kDtypeOf<T>);
    return static_cast<T*>(buffer_.get());
  }
  template <class T>
  const T* data() const {
    check_dtype(kDtypeOf<T>);
    return static_cast<const T*>(buffer_.get());
  }

  template <class T>
  std::vector<T> to_host() const;
  template <class T>
  void copy_from_host(std::span<const T> values);

  Tensor clone() const;
  Tensor reshaped(Shape shape) const;  // the same memory under another shape of the same size

 private:
  void check_dtype(Dtype dtype) const;

  Shape shape_;
  Index size_ = 0;
  Dtype dtype_ = Dtype::float32;
  std::shared_ptr<const Device> device_;
  std::shared_ptr<void> buffer_;
};

// Calls body.operator()<T>() for the C++ type of a dtype: dispatch(dtype, [&]<class T>() { … }).
// For the dtypes of activations: float32, float64, bfloat16. Throws std::invalid_argument for
// others.
template <class Body>
decltype(auto) dispatch(Dtype dtype, const Body& body) {
  switch (dtype) {
    case Dtype::float32:
      return body.template operator()<float>();
    case Dtype::float64:
      return body.template operator()<double>();
    case Dtype::bfloat16:
      return body.template operator()<bfloat16>();
    default:
      throw std::invalid_argument(
          std::string("expected a float32, float64 or bfloat16 tensor, received ") +
          to_string(dtype));
  }
}

// The same for the dtypes of parameters and losses: float32 and float64.
template <class Body>
decltype(auto) dispatch_accum(Dtype dtype, const Body& body) {
  switch (dtype) {
    case Dtype::float32:
      return body.template operator()<float>();
    case Dtype::float64:
      return body.template operator()<double>();
    default:
      throw std::invalid_argument(std::string("expected a float32 or float64 tensor, received ") +
                                  to_string(dtype));
  }
}

// The elements, or null when the tensor is undefined: an optional kernel argument.
template <class T>
T* data_or_null(Tensor& tensor) {
  return tensor.defined() ? tensor.data<T>() : nullptr;
}
template <class T>
const T* data_or_null(const Tensor& tensor) {
  return tensor.defined() ? tensor.data<T>() : nullptr;
}

}  // namespace inkling

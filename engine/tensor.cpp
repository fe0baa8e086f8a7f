#include "engine/tensor.h"

#include <limits>

#include "kernels/kernels.h"

namespace inkling {

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  }
  return text + "]";
}

Index element_count(const Shape& shape) {
  Index count = 1;
  for (const Index extent : shape) {
    if (extent < 0 || (extent > 0 && count > std::numeric_limits<Index>::max() / 16 / extent)) {
      throw std::invalid_argument("tensor: expected a shape that memory can hold, received " +
                                  to_string(shape));
    }
    count *= extent;
  }
  return count;
}

const char* to_string(Dtype dtype) {
  switch (dtype) {
    case Dtype::float32:
      return "float32";
    case Dtype::float64:
      return "float64";
    case Dtype::bfloat16:
      return "bfloat16";
    case Dtype::uint8:
      return "uint8";
    case Dtype::int32:
      return "int32";
  }
  return "unknown";
}

std::size_t size_of(Dtype dtype) {
  switch (dtype) {
    case Dtype::float64:
      return 8;
    case Dtype::bfloat16:
      return 2;
    case Dtype::uint8:
      return 1;
    case Dtype::float32:
    case Dtype::int32:
      break;
  }
  return 4;
}

Device Device::cpu(int threads) { return Device(cpu::open_stream(threads)); }
Device Device::cuda(int ordinal) { return Device(cuda::open_stream(ordinal)); }
Device Device::automatic(int threads) { return cuda::device_count() > 0 ? cuda() : cpu(threads); }

Tensor::Tensor(Shape shape, Dtype dtype, const Device& device)
    : shape_(std::move(shape)),
      size_(element_count(shape_)),
      dtype_(dtype),
      device_(std::make_shared<const Device>(device)) {
  void* memory = pick(device.type(), cpu::allocate, cuda::allocate)(device.stream(), bytes());
  buffer_ = std::shared_ptr<void>(memory, [owner = device_](void* p) {
    pick(owner->type(), cpu::deallocate, cuda::deallocate)(owner->stream(), p);
  });
}

Tensor Tensor::full(Shape shape, double value, Dtype dtype, const Device& device) {
  Tensor tensor(std::move(shape), dtype, device);
  dispatch(dtype, [&]<class T>() {
    pick(device.type(), cpu::fill<T>, cuda::fill<T>)(
        device.stream(), {.size = tensor.size(), .value = value, .y = tensor.data<T>()});
  });
  return tensor;
}

Tensor Tensor::zeros(Shape shape, Dtype dtype, const Device& device) {
  Tensor tensor(std::move(shape), dtype, device);
  pick(device.type(), cpu::fill_zero, cuda::fill_zero)(device.stream(), tensor.buffer_.get(),
                                                       tensor.bytes());
  return tensor;
}

template <class T>
Tensor Tensor::from_host(Shape shape, std::span<const T> values, const Device& device) {
  Tensor tensor(std::move(shape), kDtypeOf<T>, device);
  tensor.copy_from_host(values);
  return tensor;
}

const Device& Tensor::device() const {
  if (!device_) {
    throw std::invalid_argument("tensor: expected a tensor, received none");
  }
  return *device_;
}

template <class T>
std::vector<T> Tensor::to_host() const {
  std::vector<T> values(static_cast<std::size_t>(size_));
  pick(device().type(), cpu::copy_to_host, cuda::copy_to_host)(device().stream(), data<T>(),
                                                               values.data(), bytes());
  return values;
}

template <class T>
void Tensor::copy_from_host(std::span<const T> values) {
  if (static_cast<Index>(values.size()) != size_) {
    throw std::invalid_argument("tensor: expected " + std::to_string(size_) + " values for shape " +
                                to_string(shape_) + ", received " + std::to_string(values.size()));
  }
  pick(device().type(), cpu::copy_from_host, cuda::copy_from_host)(device().stream(), values.data(),
                                                                   data<T>(), bytes());
}

Tensor Tensor::clone() const {
  Tensor result(shape_, dtype_, device());
  pick(device().type(), cpu::copy, cuda::copy)(device().stream(), buffer_.get(),
                                               result.buffer_.get(), bytes());
  return result;
}

Tensor Tensor::reshaped(Shape shape) const {
  if (element_count(shape) != size_) {
    throw std::invalid_argument("reshape: expected a shape of " + std::to_string(size_) +
                                " elements, received " + to_string(shape));
  }
  Tensor result = *this;
  result.shape_ = std::move(shape);
  return result;
}

void Tensor::check_dtype(Dtype dtype) const {
  if (!defined() || dtype != dtype_) {
    throw std::invalid_argument(std::string("tensor: expected a ") + to_string(dtype) +
                                " tensor, received " + (defined() ? to_string(dtype_) : "none"));
  }
}

template Tensor Tensor::from_host(Shape, std::span<const float>, const Device&);
template Tensor Tensor::from_host(Shape, std::span<const double>, const Device&);
template Tensor Tensor::from_host(Shape, std::span<const bfloat16>, const Device&);
template Tensor Tensor::from_host(Shape, std::span<const std::uint8_t>, const Device&);
template Tensor Tensor::from_host(Shape, std::span<const std::int32_t>, const Device&);
template std::vector<float> Tensor::to_host() const;
template std::vector<double> Tensor::to_host() const;
template std::vector<bfloat16> Tensor::to_host() const;
template std::vector<std::uint8_t> Tensor::to_host() const;
template std::vector<std::int32_t> Tensor::to_host() const;
template void Tensor::copy_from_host(std::span<const float>);
template void Tensor::copy_from_host(std::span<const double>);
template void Tensor::copy_from_host(std::span<const bfloat16>);
template void Tensor::copy_from_host(std::span<const std::uint8_t>);
template void Tensor::copy_from_host(std::span<const std::int32_t>);

}  // namespace inkling

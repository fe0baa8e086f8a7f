// CUDA kernels under test, on a real device or on the emulated one: the same tests are built for
// both. The truth is the CPU's kernel in float64 on the same numbers.
#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/bfloat16.h"
#include "kernels/kernels.h"
#include "tests/kernels/reference.h"

#ifdef INKLING_CUDA_EMULATION
#include "tests/cuda_emulation/emulation.h"
#endif

namespace inkling {

// The device, opened once; null where there is none, and then the test is skipped and says so.
inline std::shared_ptr<const Stream>& cuda_device() {
  static std::shared_ptr<const Stream> stream =
      cuda::device_count() > 0 ? cuda::open_stream(0) : nullptr;
  return stream;
}
inline const Stream* cuda_stream() { return cuda_device().get(); }

#ifdef INKLING_CUDA_EMULATION
// While it lives, cuda_stream() is of a card of another generation.
class ScopedCapability {
 public:
  explicit ScopedCapability(int capability)
      : device_({.capability = capability}),
        before_(std::exchange(cuda_device(), cuda::open_stream(0))) {}
  ~ScopedCapability() { cuda_device() = before_; }
  ScopedCapability(const ScopedCapability&) = delete;
  ScopedCapability& operator=(const ScopedCapability&) = delete;

 private:
  emulation::ScopedDevice device_;
  std::shared_ptr<const Stream> before_;
};
#endif

class CudaKernels : public testing::Test {
 protected:
  void SetUp() override {
    if (cuda_stream() == nullptr) {
      GTEST_SKIP() << "no CUDA device";
    }
  }
};

inline void PrintTo(const Epilogue& epilogue, std::ostream* out) {
  *out << (epilogue == Epilogue::none   ? "alone"
           : epilogue == Epilogue::relu ? "relu"
                                        : "relu, pool");
}
inline void PrintTo(const LinearShape& s, std::ostream* out) {
  *out << s.batch << "×" << s.in_features << " → " << s.out_features;
}
inline void PrintTo(const Conv2dShape& s, std::ostream* out) {
  *out << s.batch << "×" << s.in_height << "×" << s.in_width << "×" << s.in_channels << " → "
       << s.out_channels << ", kernel " << s.kernel << ", stride " << s.stride << ", padding "
       << s.padding;
}

// Numbers as a kernel stores them, and back.
template <class T>
T to_storage(double value) {
  if constexpr (std::is_same_v<T, bfloat16>) {
    return to_bfloat16(static_cast<float>(value));
  } else {
    return static_cast<T>(value);
  }
}
template <class T>
double to_double(T value) {
  if constexpr (std::is_same_v<T, bfloat16>) {
    return static_cast<double>(to_float(value));
  } else {
    return static_cast<double>(value);
  }
}
template <class T>
std::vector<double> to_doubles(const std::vector<T>& values) {
  std::vector<double> result;
  for (const T value : values) {
    result.push_back(to_double(value));
  }
  return result;
}

// Uniform in [-1, 1), rounded to what T can hold.
template <class T>
std::vector<T> random_storage(Index size, std::uint32_t stream) {
  std::vector<T> result;
  for (const double value : reference::random_values<double>(size, stream)) {
    result.push_back(to_storage<T>(value));
  }
  return result;
}

inline std::vector<float> random_floats(Index size, std::uint32_t stream) {
  return random_storage<float>(size, stream);
}

inline constexpr double kClose = 1e-6;  // a few roundings of float32

// ‖error‖ / ‖truth‖ that rounding leaves: sums in float32, and for bf16 one rounding to 8 bits of
// the result.
template <class T>
inline constexpr double kTolerance = std::is_same_v<T, bfloat16> ? 0x1.0p-8 : 2e-6;

// A vector in the device's memory.
template <class T>
class OnDevice {
 public:
  explicit OnDevice(const std::vector<T>& values) : OnDevice(std::ssize(values)) {
    cuda::copy_from_host(*cuda_stream(), values.data(), memory_, values.size() * sizeof(T));
  }
  explicit OnDevice(Index size)
      : size_(static_cast<std::size_t>(size)),
        memory_(static_cast<T*>(cuda::allocate(*cuda_stream(), size_ * sizeof(T)))) {}
  ~OnDevice() { cuda::deallocate(*cuda_stream(), memory_); }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;

  operator T*() { return memory_; }  // NOLINT(google-explicit-constructor): as a kernel's argument
  operator const T*() const { return memory_; }  // NOLINT(google-explicit-constructor)

  std::vector<T> to_host() const {
    std::vector<T> values(size_);
    cuda::copy_to_host(*cuda_stream(), memory_, values.data(), size_ * sizeof(T));
    return values;
  }

 private:
  std::size_t size_;
  T* memory_;
};

// What the body returns, run several times: in other orders of the threads on the emulated device,
// twice on a real one. The results must be the same bit for bit; one that depends on the order is a
// race.
template <class T>
std::vector<T> the_same_each_time(const std::function<std::vector<T>()>& body) {
  std::vector<std::vector<T>> results;
#ifdef INKLING_CUDA_EMULATION
  using emulation::ThreadOrder;
  for (const ThreadOrder& order :
       {ThreadOrder::forward(), ThreadOrder::reverse(), ThreadOrder::shuffled(1)}) {
    const emulation::ScopedThreadOrder scope(order);
    results.push_back(body());
  }
#else
  results.push_back(body());
  results.push_back(body());
#endif
  for (const std::vector<T>& result : results) {
    EXPECT_EQ(std::memcmp(result.data(), results[0].data(), result.size() * sizeof(T)), 0)
        << "the result depends on the order of the threads";
  }
  return results[0];
}

template <class T>
void expect_close(const std::vector<T>& result, const std::vector<double>& truth,
                  double tolerance) {
  ASSERT_EQ(result.size(), truth.size());
  EXPECT_LE(reference::relative_distance(to_doubles(result), truth), tolerance);
}

inline const Stream& cpu_stream() {
  static const std::shared_ptr<const Stream> kStream = cpu::open_stream(1);
  return *kStream;
}

}  // namespace inkling

// Adam, all tensors in one launch (multi-tensor apply).
//
//   block   a chunk of 2,048 elements of one tensor
//   thread  two vectors of four elements, all of whose loads are on their way before the first is
//           used
//
// Bound: memory, four float32 read and three written per element: 28 bytes, so LargerCNN's 6.9
// million weights take 194 MB per step, 40 µs of an H200's 4.8 TB/s. With an average of the weights
// it is 36 bytes.
//
// Test: script/test -R CudaKernels.Adam. Time: bench-kernels (script/gpu).
#include <limits>

#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/vec.h"
#include "kernels/error.h"

namespace inkling::cuda {
namespace {

struct Constants {
  float beta1;
  float beta2;
  float epsilon;
};

// As many as fit into a kernel's parameters; a network with more tensors takes another launch.
constexpr int kMaxTensorsPerLaunch = 32;
constexpr int kVecSize = 4;
constexpr int kVecsPerThread = 2;
constexpr int kChunk = kThreads * kVecsPerThread * kVecSize;

template <class T>
struct Tensors {
  AdamTensor<T> tensor[kMaxTensorsPerLaunch];
  int first_block[kMaxTensorsPerLaunch];  // ascending
  int count = 0;
};

// N elements of a tensor.
template <class T, int N>
struct Elements {
  Vec<T, N> weight, gradient, first_moment, second_moment;

  __device__ Elements(const AdamTensor<T>& tensor, Index first)
      : weight(load(tensor.weight + first)),
        gradient(load(tensor.gradient + first)),
        first_moment(load(tensor.first_moment + first)),
        second_moment(load(tensor.second_moment + first)) {}

  __device__ void update(const Constants& constants, const AdamCoefficients<T>& k) {
#pragma unroll
    for (int i = 0; i < N; ++i) {
      const float g = gradient.values[i];
      const float first = constants.beta1 * first_moment.values[i] + (1 - constants.beta1) * g;
      const float second =
          constants.beta2 * second_moment.values[i] + (1 - constants.beta2) * g * g;
      first_moment.values[i] = first;
      second_moment.values[i] = second;
      const float denominator = sqrtf(second) * k.second_scale + constants.epsilon;
      weight.values[i] = k.keep * weight.values[i] - k.step_size * first / denominator;
    }
  }
  __device__ void store(const AdamTensor<T>& tensor, Index first, T ema_rate) const {
    store_to(tensor.weight + first, weight);
    store_to(tensor.first_moment + first, first_moment);
    store_to(tensor.second_moment + first, second_moment);
    if (tensor.ema != nullptr) {
      store_average(tensor, first, ema_rate);
    }
  }

 private:
  using VecType = Vec<T, N>;
  __device__ void store_average(const AdamTensor<T>& tensor, Index first, T ema_rate) const {
    VecType ema = load(tensor.ema + first);
#pragma unroll
    for (int i = 0; i < N; ++i) {
      ema.values[i] += ema_rate * (weight.values[i] - ema.values[i]);
    }
    store_to(tensor.ema + first, ema);
  }
  __device__ static VecType load(const T* elements) {
    return *reinterpret_cast<const VecType*>(elements);
  }
  __device__ static void store_to(T* elements, const VecType& vec) {
    *reinterpret_cast<VecType*>(elements) = vec;
  }
};

// A chunk of a tensor, which is aligned.
template <class T>
__device__ void update_chunk(const AdamTensor<T>& tensor, Index first, const Constants& constants,
                             const AdamCoefficients<T>& coefficients) {
  using Vectors = Elements<T, kVecSize>;
  constexpr int kStep = kThreads * kVecSize;
  static_assert(kVecsPerThread == 2);
  first += static_cast<Index>(threadIdx.x) * kVecSize;
  Vectors vectors[kVecsPerThread] = {Vectors(tensor, first), Vectors(tensor, first + kStep)};
#pragma unroll
  for (int v = 0; v < kVecsPerThread; ++v) {
    vectors[v].update(constants, coefficients);
    vectors[v].store(tensor, first + v * kStep, coefficients.ema_rate);
  }
}

template <class T>
__global__ void adam_kernel(Tensors<T> tensors, Constants constants, bool all_aligned,
                            const AdamCoefficients<T>* step_coefficients) {
  const AdamCoefficients<T> coefficients = *step_coefficients;
  const int block = static_cast<int>(blockIdx.x);
  int t = tensors.count - 1;
  while (tensors.first_block[t] > block) {
    --t;
  }
  const AdamTensor<T>& tensor = tensors.tensor[t];
  const Index first = static_cast<Index>(block - tensors.first_block[t]) * kChunk;
  if (all_aligned && first + kChunk <= tensor.size) {
    update_chunk(tensor, first, constants, coefficients);
    return;
  }
  const Index end = first + kChunk < tensor.size ? first + kChunk : tensor.size;
  for (Index i = first + static_cast<int>(threadIdx.x); i < end; i += kThreads) {
    Elements<T, 1> element(tensor, i);
    element.update(constants, coefficients);
    element.store(tensor, i, coefficients.ema_rate);
  }
}

template <class T>
bool is_aligned(const AdamTensor<T>& tensor) {
  return is_vec_aligned<kVecSize>(tensor.weight) && is_vec_aligned<kVecSize>(tensor.gradient) &&
         is_vec_aligned<kVecSize>(tensor.first_moment) &&
         is_vec_aligned<kVecSize>(tensor.second_moment) && is_vec_aligned<kVecSize>(tensor.ema);
}

}  // namespace

template <class T>
void adam_update(const Stream& stream, const AdamUpdate<T>& args) {
  const Context& context = context_of(stream);
  const Constants constants{static_cast<float>(args.options.beta1),
                            static_cast<float>(args.options.beta2),
                            static_cast<float>(args.options.epsilon)};
  for (std::size_t first = 0; first < args.tensors.size(); first += kMaxTensorsPerLaunch) {
    Tensors<T> batch;
    Index blocks = 0;
    bool all_aligned = true;
    for (const AdamTensor<T>& tensor : args.tensors.subspan(
             first, std::min<std::size_t>(kMaxTensorsPerLaunch, args.tensors.size() - first))) {
      batch.tensor[batch.count] = tensor;
      batch.first_block[batch.count++] = static_cast<int>(blocks);
      blocks += ceil_divide(tensor.size, kChunk);
      all_aligned = all_aligned && is_aligned(tensor);
    }
    if (blocks > std::numeric_limits<std::int32_t>::max()) {
      throw TooLarge("adam: expected fewer than 2^31 chunks of " + std::to_string(kChunk) +
                     " weights, received " + std::to_string(blocks));
    }
    if (blocks > 0) {
      launch(adam_kernel<T>, {dim3(static_cast<unsigned>(blocks)), dim3(kThreads)}, context.stream,
             batch, constants, all_aligned, args.coefficients);
    }
  }
}

INKLING_INSTANTIATE(adam_update, float);

}  // namespace inkling::cuda

#include <stdexcept>

#include <cublas_v2.h>
#include <cudnn.h>

#include "bench/peers.h"
#include "kernels/cuda/runtime/context.h"

namespace inkling {
namespace {

void check(cublasStatus_t status) {
  if (status != CUBLAS_STATUS_SUCCESS) {
    throw std::runtime_error(std::string("cublas: ") + cublasGetStatusString(status));
  }
}
void check(cudnnStatus_t status) {
  if (status != CUDNN_STATUS_SUCCESS) {
    throw std::runtime_error(std::string("cudnn: ") + cudnnGetErrorString(status));
  }
}

constexpr std::size_t kWorkspaceBytes = std::size_t{512} << 20;

// What describes a convolution to cuDNN.
struct Descriptors {
  Descriptors(const Conv2dShape& s, Dtype dtype) {
    const cudnnDataType_t type = dtype == Dtype::bfloat16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT;
    const auto narrow = [](Index size) { return static_cast<int>(size); };
    check(cudnnCreateTensorDescriptor(&x));
    check(cudnnCreateTensorDescriptor(&y));
    check(cudnnCreateFilterDescriptor(&weight));
    check(cudnnCreateConvolutionDescriptor(&convolution));
    check(cudnnSetTensor4dDescriptor(x, CUDNN_TENSOR_NHWC, type, narrow(s.batch),
                                     narrow(s.in_channels), narrow(s.in_height),
                                     narrow(s.in_width)));
    check(cudnnSetTensor4dDescriptor(y, CUDNN_TENSOR_NHWC, type, narrow(s.batch),
                                     narrow(s.out_channels), narrow(s.out_height()),
                                     narrow(s.out_width())));
    check(cudnnSetFilter4dDescriptor(weight, type, CUDNN_TENSOR_NHWC, narrow(s.out_channels),
                                     narrow(s.in_channels), narrow(s.kernel), narrow(s.kernel)));
    check(cudnnSetConvolution2dDescriptor(convolution, narrow(s.padding), narrow(s.padding),
                                          narrow(s.stride), narrow(s.stride), 1, 1,
                                          CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
    // Float32 stays float32, as ours does: no TF32.
    check(cudnnSetConvolutionMathType(
        convolution, dtype == Dtype::bfloat16 ? CUDNN_TENSOR_OP_MATH : CUDNN_FMA_MATH));
  }
  ~Descriptors() {
    cudnnDestroyConvolutionDescriptor(convolution);
    cudnnDestroyFilterDescriptor(weight);
    cudnnDestroyTensorDescriptor(y);
    cudnnDestroyTensorDescriptor(x);
  }
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;

  cudnnTensorDescriptor_t x = nullptr;
  cudnnTensorDescriptor_t y = nullptr;
  cudnnFilterDescriptor_t weight = nullptr;
  cudnnConvolutionDescriptor_t convolution = nullptr;
};

// The memory of a tensor whatever it holds.
void* memory_of(Tensor& tensor) {
  return dispatch(tensor.dtype(), [&]<class T>() -> void* { return tensor.data<T>(); });
}
const void* memory_of(const Tensor& tensor) {
  return dispatch(tensor.dtype(), [&]<class T>() -> const void* { return tensor.data<T>(); });
}

}  // namespace

struct Peers::Handles {
  explicit Handles(const Device& device)
      : workspace({static_cast<Index>(kWorkspaceBytes)}, Dtype::uint8, device) {
    const cudaStream_t stream = cuda::context_of(device.stream()).stream;
    check(cublasCreate(&cublas));
    check(cublasSetStream(cublas, stream));
    check(cublasSetWorkspace(cublas, workspace.data<std::uint8_t>(), kWorkspaceBytes));
    check(cudnnCreate(&cudnn));
    check(cudnnSetStream(cudnn, stream));
  }
  ~Handles() {
    cudnnDestroy(cudnn);
    cublasDestroy(cublas);
  }
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;

  Tensor workspace;
  cublasHandle_t cublas = nullptr;
  cudnnHandle_t cudnn = nullptr;
};

Peers::Peers(const Device& device) : handles_(std::make_unique<Handles>(device)) {}
Peers::~Peers() = default;

std::string Peers::versions() const {
  int cublas = 0;
  check(cublasGetVersion(handles_->cublas, &cublas));
  return "cuBLAS " + std::to_string(cublas / 10000) + "." + std::to_string(cublas / 100 % 100) +
         ", cuDNN " + std::to_string(cudnnGetVersion() / 10000) + "." +
         std::to_string(cudnnGetVersion() / 100 % 100);
}

// cuBLAS is column-major: the row-major C = A B is its Cᵀ = Bᵀ Aᵀ.
std::function<void()> Peers::product(const Product& p, const Tensor& a, const Tensor& b,
                                     const Tensor& to) {
  Tensor c = to;
  const cudaDataType_t type = a.dtype() == Dtype::bfloat16 ? CUDA_R_16BF : CUDA_R_32F;
  const cudaDataType_t result = c.dtype() == Dtype::bfloat16 ? CUDA_R_16BF : CUDA_R_32F;
  const auto narrow = [](Index size) { return static_cast<int>(size); };
  return [=, this]() mutable {
    const float one = 1;
    const float zero = 0;
    check(cublasGemmEx(handles_->cublas, p.b_transposed ? CUBLAS_OP_T : CUBLAS_OP_N,
                       p.a_transposed ? CUBLAS_OP_T : CUBLAS_OP_N, narrow(p.n), narrow(p.m),
                       narrow(p.k), &one, memory_of(b), type, narrow(p.b_transposed ? p.k : p.n),
                       memory_of(a), type, narrow(p.a_transposed ? p.m : p.k), &zero, memory_of(c),
                       result, narrow(p.n),
                       type == CUDA_R_32F ? CUBLAS_COMPUTE_32F_PEDANTIC : CUBLAS_COMPUTE_32F,
                       CUBLAS_GEMM_DEFAULT));
  };
}

std::function<void()> Peers::convolution(Pass pass, const Conv2dShape& shape, const Tensor& given_x,
                                         const Tensor& given_weight, const Tensor& given_y) {
  Tensor x = given_x;
  Tensor weight = given_weight;
  Tensor y = given_y;
  auto descriptors = std::make_shared<Descriptors>(shape, x.dtype());
  Descriptors& d = *descriptors;
  Handles& h = *handles_;
  void* const space = h.workspace.data<std::uint8_t>();
  int found = 0;
  static constexpr float kOne = 1;
  static constexpr float kZero = 0;
  switch (pass) {
    case Pass::forward: {
      cudnnConvolutionFwdAlgoPerf_t best{};
      check(cudnnFindConvolutionForwardAlgorithmEx(
          h.cudnn, d.x, memory_of(x), d.weight, memory_of(weight), d.convolution, d.y, memory_of(y),
          1, &found, &best, space, kWorkspaceBytes));
      check(found > 0 ? best.status : CUDNN_STATUS_NOT_SUPPORTED);
      check(cudnnSetConvolutionMathType(d.convolution, best.mathType));
      return [=, &h]() mutable {
        const Descriptors& e = *descriptors;
        check(cudnnConvolutionForward(h.cudnn, &kOne, e.x, memory_of(x), e.weight,
                                      memory_of(weight), e.convolution, best.algo, space,
                                      kWorkspaceBytes, &kZero, e.y, memory_of(y)));
      };
    }
    case Pass::data_gradient: {
      cudnnConvolutionBwdDataAlgoPerf_t best{};
      check(cudnnFindConvolutionBackwardDataAlgorithmEx(
          h.cudnn, d.weight, memory_of(weight), d.y, memory_of(y), d.convolution, d.x, memory_of(x),
          1, &found, &best, space, kWorkspaceBytes));
      check(found > 0 ? best.status : CUDNN_STATUS_NOT_SUPPORTED);
      check(cudnnSetConvolutionMathType(d.convolution, best.mathType));
      return [=, &h]() mutable {
        const Descriptors& e = *descriptors;
        check(cudnnConvolutionBackwardData(h.cudnn, &kOne, e.weight, memory_of(weight), e.y,
                                           memory_of(y), e.convolution, best.algo, space,
                                           kWorkspaceBytes, &kZero, e.x, memory_of(x)));
      };
    }
    case Pass::weight_gradient: {
      cudnnConvolutionBwdFilterAlgoPerf_t best{};
      check(cudnnFindConvolutionBackwardFilterAlgorithmEx(
          h.cudnn, d.x, memory_of(x), d.y, memory_of(y), d.convolution, d.weight, memory_of(weight),
          1, &found, &best, space, kWorkspaceBytes));
      check(found > 0 ? best.status : CUDNN_STATUS_NOT_SUPPORTED);
      check(cudnnSetConvolutionMathType(d.convolution, best.mathType));
      return [=, &h]() mutable {
        const Descriptors& e = *descriptors;
        check(cudnnConvolutionBackwardFilter(h.cudnn, &kOne, e.x, memory_of(x), e.y, memory_of(y),
                                             e.convolution, best.algo, space, kWorkspaceBytes,
                                             &kZero, e.weight, memory_of(weight)));
      };
    }
  }
  return nullptr;
}

}  // namespace inkling

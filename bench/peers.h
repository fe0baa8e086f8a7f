// cuBLAS and cuDNN on the sizes of our kernels: what we are compared with. Nothing of them is in
// the product.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/tensor.h"
#include "kernels/args/conv2d.h"

namespace inkling {

// Each call returns the work, to be run on the device's stream, or nothing where the library was
// not found when this was built. The tensors' contents do not matter, their sizes do.
class Peers {
 public:
  explicit Peers(const Device& device);
  ~Peers();
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;

  // "cuBLAS 13.1, cuDNN 9.28", or "none".
  std::string versions() const;

  // C [m, n] = A [m, k] · B [k, n], row-major, either transposed in memory.
  struct Product {
    Index m = 0;
    Index n = 0;
    Index k = 0;
    bool a_transposed = false;
    bool b_transposed = false;
  };
  std::function<void()> product(const Product& product, const Tensor& a, const Tensor& b,
                                const Tensor& c);

  // The convolution alone, in NHWC, with the fastest of cuDNN's algorithms that it finds.
  enum class Pass { forward, data_gradient, weight_gradient };
  std::function<void()> convolution(Pass pass, const Conv2dShape& shape, const Tensor& x,
                                    const Tensor& weight, const Tensor& y);

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace inkling

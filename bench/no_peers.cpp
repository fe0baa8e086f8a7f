// Where cuBLAS and cuDNN were not found.
#include "bench/peers.h"

namespace inkling {

struct Peers::Handles {};

Peers::Peers(const Device&) {}
Peers::~Peers() = default;
std::string Peers::versions() const { return "none"; }
std::function<void()> Peers::product(const Product&, const Tensor&, const Tensor&, const Tensor&) {
  return nullptr;
}
std::function<void()> Peers::convolution(Pass, const Conv2dShape&, const Tensor&, const Tensor&,
                                         const Tensor&) {
  return nullptr;
}

}  // namespace inkling

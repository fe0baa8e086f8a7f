// What the cases of one precision are made with.
#pragma once

#include <exception>
#include <initializer_list>
#include <utility>

#include "bench/kernel_cases.h"

namespace inkling {

double bytes_of(std::initializer_list<Tensor> tensors);

// Small random numbers: a GPU that multiplies zeros draws less power and clocks higher.
Tensor random_tensor(const Shape& shape, Dtype dtype, const Device& device);

template <class T>
struct CaseBuilder {
  Device device;
  Index batch;
  Peers& peers;
  const VisitKernel& visitor;

  Tensor random(const Shape& shape) const { return random_tensor(shape, kDtypeOf<T>, device); }
  Tensor accum_zeros(const Shape& shape) const {
    return Tensor::zeros(shape, accum_dtype(kDtypeOf<T>), device);
  }

  void visit(const std::string& name, double flops, double bytes,
             std::function<void()> ours) const {
    visitor({name, kDtypeOf<T>, flops, bytes, std::move(ours), nullptr, ""});
  }
  // find_peer() may throw: a library that refuses one size is no reason to time nothing.
  template <class FindPeer>
  void visit(const std::string& name, double flops, double bytes, std::function<void()> ours,
             const char* peer_name, const FindPeer& find_peer) const {
    KernelCase kernel{name, kDtypeOf<T>, flops, bytes, std::move(ours), nullptr, ""};
    try {
      kernel.peer = find_peer();
      kernel.peer_name = kernel.peer ? peer_name : "";
    } catch (const std::exception& refusal) {
      kernel.peer_name = refusal.what();
    }
    visitor(kernel);
  }
};

// Layers with weights, and what only reads and writes memory.
template <class T>
void visit_layers(const CaseBuilder<T>& builder);
template <class T>
void visit_streams(const CaseBuilder<T>& builder);
// Over all parameters, which are float32 whatever the activations are.
void visit_parameters(const Device& device, const VisitKernel& visit);

}  // namespace inkling

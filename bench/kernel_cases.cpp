#include "bench/kernel_cases.h"

#include <algorithm>
#include <vector>

#include "bench/case_builder.h"
#include "kernels/cpu/simd/product.h"
#include "kernels/kernels.h"
#include "kernels/philox.h"

namespace inkling {

double bytes_of(std::initializer_list<Tensor> tensors) {
  double sum = 0;
  for (const Tensor& tensor : tensors) {
    sum += static_cast<double>(tensor.bytes());
  }
  return sum;
}

// Random numbers repeat after a million: making fifty of them takes longer than timing what they
// are for.
Tensor random_tensor(const Shape& shape, Dtype dtype, const Device& device) {
  static const std::vector<float> kPeriod = [] {
    std::vector<float> period(std::size_t{1} << 20);
    for (std::size_t i = 0; i < period.size(); ++i) {
      const Philox4 random = random4(1, RandomUse::test, 0, 0, static_cast<std::uint32_t>(i / 4));
      period[i] = uniform01(random.word[i % 4]) - 0.5F;
    }
    return period;
  }();
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < values.size(); i += kPeriod.size()) {
    const std::size_t count = std::min(kPeriod.size(), values.size() - i);
    std::copy_n(kPeriod.begin(), count, values.begin() + static_cast<std::ptrdiff_t>(i));
  }
  Tensor wide = Tensor::from_host<float>(shape, values, device);
  if (dtype == Dtype::float32) {
    return wide;
  }
  Tensor rounded(shape, dtype, device);
  pick(device.type(), cpu::cast_to_bfloat16, cuda::cast_to_bfloat16)(
      device.stream(),
      {.size = rounded.size(), .x = wide.data<float>(), .y = rounded.data<bfloat16>()});
  return rounded;
}

namespace {

template <class T>
void visit_precision(const CaseBuilder<T>& builder) {
  visit_layers(builder);
  visit_streams(builder);
}

}  // namespace

void visit_kernel_cases(const Device& device, Index batch, Peers& peers, const VisitKernel& visit) {
  if (device.type() == DeviceType::cuda || cpu::simd::has_bf16()) {
    visit_precision(CaseBuilder<bfloat16>{device, batch, peers, visit});
  }
  visit_precision(CaseBuilder<float>{device, batch, peers, visit});
  visit_parameters(device, visit);
}

}  // namespace inkling

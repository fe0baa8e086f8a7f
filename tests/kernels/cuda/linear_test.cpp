// Linear layers: odd sizes, tails of every tile, a single row; in float32 on the CUDA cores, in
// bf16 on the tensor cores where the sizes allow it and on the CUDA cores elsewhere.
#include <sstream>

#include "kernels/shapes.h"
#include "tests/kernels/cuda/storage.h"

namespace inkling {
namespace {

template <class T>
void check_linear_forward(const LinearShape& s, bool with_bias) {
  const auto x = random_storage<T>(s.batch * s.in_features, 1);
  const auto weight = random_storage<T>(s.out_features * s.in_features, 2);
  const auto bias = random_storage<Accum<T>>(s.out_features, 3);
  const OnDevice<T> on_x(x), on_weight(weight);
  const OnDevice<Accum<T>> on_bias(bias);
  const auto y = the_same_each_time<T>([&] {
    OnDevice<T> result(s.batch * s.out_features);
    cuda::linear_forward<T>(*cuda_stream(),
                            {.shape = s,
                             .x = on_x,
                             .weight = on_weight,
                             .bias = with_bias ? static_cast<const Accum<T>*>(on_bias) : nullptr,
                             .y = result});
    return result.to_host();
  });
  const auto x64 = to_doubles(x), weight64 = to_doubles(weight), bias64 = to_doubles(bias);
  std::vector<double> truth(y.size());
  cpu::linear_forward<double>(cpu_stream(), {.shape = s,
                                             .x = x64.data(),
                                             .weight = weight64.data(),
                                             .bias = with_bias ? bias64.data() : nullptr,
                                             .y = truth.data()});
  expect_close(y, truth, kTolerance<T>);
}

template <class T>
void check_linear_backward(const LinearShape& s) {
  const auto x = random_storage<T>(s.batch * s.in_features, 1);
  const auto weight = random_storage<T>(s.out_features * s.in_features, 2);
  const auto dy = random_storage<T>(s.batch * s.out_features, 3);
  const OnDevice<T> on_x(x), on_weight(weight), on_dy(dy);
  std::vector<Accum<T>> dweight, dbias;
  const auto dx = the_same_each_time<T>([&] {
    OnDevice<T> to_dx(std::ssize(x));
    OnDevice<Accum<T>> to_dweight(std::ssize(weight)), to_dbias(s.out_features);
    cuda::linear_backward<T>(*cuda_stream(), {.shape = s,
                                              .x = on_x,
                                              .weight = on_weight,
                                              .dy = on_dy,
                                              .dx = to_dx,
                                              .dweight = to_dweight,
                                              .dbias = to_dbias});
    dweight = to_dweight.to_host();
    dbias = to_dbias.to_host();
    return to_dx.to_host();
  });
  const auto x64 = to_doubles(x), weight64 = to_doubles(weight), dy64 = to_doubles(dy);
  std::vector<double> true_dx(x.size()), true_dweight(weight.size()), true_dbias(dbias.size());
  cpu::linear_backward<double>(cpu_stream(), {.shape = s,
                                              .x = x64.data(),
                                              .weight = weight64.data(),
                                              .dy = dy64.data(),
                                              .dx = true_dx.data(),
                                              .dweight = true_dweight.data(),
                                              .dbias = true_dbias.data()});
  expect_close(dx, true_dx, kTolerance<T>);
  expect_close(dweight, true_dweight, kTolerance<float>);
  expect_close(dbias, true_dbias, kTolerance<float>);
}

class CudaLinear : public CudaKernels,
                   public testing::WithParamInterface<std::tuple<Storage, LinearShape>> {
 public:
  static std::string name(const testing::TestParamInfo<ParamType>& info) {
    const auto& [storage, s] = info.param;
    std::ostringstream name;
    name << name_of(storage) << "_" << s.batch << "x" << s.in_features << "_to_" << s.out_features;
    return name.str();
  }
};

TEST_P(CudaLinear, MatchesTheCpuInFloat64) {
  const auto& [storage, shape] = GetParam();
  with_storage(storage, [&s = shape]<class T> {
    check_linear_forward<T>(s, true);
    check_linear_forward<T>(s, false);
    check_linear_backward<T>(s);
  });
}

INSTANTIATE_TEST_SUITE_P(Shapes, CudaLinear,
                         testing::Combine(kStorages, testing::ValuesIn(kLinearShapes)),
                         CudaLinear::name);

}  // namespace
}  // namespace inkling

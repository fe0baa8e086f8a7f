#include "engine/check/gradcheck.h"
#include "engine/ops/activation.h"
#include "engine/ops/conv2d.h"
#include "engine/ops/linear.h"
#include "engine/ops/loss.h"
#include "engine/ops/pooling.h"
#include "kernels/args/loss.h"
#include "kernels/shapes.h"

namespace inkling {
namespace {

using Inputs = std::vector<Variable>;
using Cases = std::vector<GradcheckCase>;

// Two evaluations for each element of the inputs: a shape of more multiplications in all would take
// seconds. The kernels' own tests have the larger ones.
constexpr Index kMaxMultiplications = 50'000'000;

std::string sides(const Shape& shape) {
  std::string text;
  for (const Index extent : shape) {
    text += (text.empty() ? "" : "×") + std::to_string(extent);
  }
  return text;
}

std::string to_text(double number) { return std::to_string(number).substr(0, 3); }

const char* name_of(Epilogue epilogue) {
  return epilogue == Epilogue::none   ? "conv2d"
         : epilogue == Epilogue::relu ? "conv2d+relu"
                                      : "conv2d+relu+max_pool2d";
}

bool affordable(Index multiplications, const std::vector<Shape>& inputs) {
  Index elements = 0;
  for (const Shape& input : inputs) {
    elements += element_count(input);
  }
  return multiplications * elements <= kMaxMultiplications;
}

void add_conv2d(Cases& cases, const Conv2dShape& s, Epilogue epilogue, bool has_bias) {
  std::vector<Shape> inputs{{s.batch, s.in_height, s.in_width, s.in_channels},
                            {s.kernel, s.kernel, s.in_channels, s.out_channels}};
  if (has_bias) {
    inputs.push_back({s.out_channels});
  }
  const bool pools = epilogue == Epilogue::relu_pool;
  const Index outputs = s.batch * s.out_height() * s.out_width() * s.out_channels;
  if (!affordable(outputs * s.patch(), inputs) ||
      (pools && (s.out_height() < 2 || s.out_width() < 2))) {
    return;
  }
  const Conv2dOptions options{.stride = s.stride, .padding = s.padding};
  GradcheckCase check{
      .op = name_of(epilogue),
      .description = sides(inputs[0]) + ", kernel " + std::to_string(s.kernel) + ", out " +
                     std::to_string(s.out_channels) + ", stride " + std::to_string(s.stride) +
                     ", padding " + std::to_string(s.padding) + (has_bias ? "" : ", no bias"),
      .inputs = inputs,
      .function = [=](const Inputs& in) {
        return conv2d(in[0], in[1], has_bias ? in[2] : Variable(), options, epilogue);
      }};
  if (epilogue != Epilogue::none) {
    check.reference = [=](const Inputs& in) {
      const Variable y = relu(conv2d(in[0], in[1], has_bias ? in[2] : Variable(), options));
      return pools ? max_pool2d(y, 2, 2) : y;
    };
  }
  cases.push_back(std::move(check));
}

void add_linear(Cases& cases, const LinearShape& s, bool has_bias) {
  std::vector<Shape> inputs{{s.batch, s.in_features}, {s.out_features, s.in_features}};
  if (has_bias) {
    inputs.push_back({s.out_features});
  }
  if (!affordable(s.batch * s.in_features * s.out_features, inputs)) {
    return;
  }
  cases.push_back({.op = "linear",
                   .description = sides(inputs[0]) + " → " + std::to_string(s.out_features) +
                                  (has_bias ? "" : ", no bias"),
                   .inputs = inputs,
                   .function = [=](const Inputs& in) {
                     return linear(in[0], in[1], has_bias ? in[2] : Variable());
                   }});
}

GradcheckCase pool2d_case(const char* op, const Pool2dShape& s,
                          Variable (*pool2d)(const Variable& x, Index kernel, Index stride)) {
  const Shape image{s.batch, s.in_height, s.in_width, s.channels};
  return {.op = op,
          .description = sides(image) + ", kernel " + std::to_string(s.kernel) + ", stride " +
                         std::to_string(s.stride),
          .inputs = {image},
          .function = [=](const Inputs& in) { return pool2d(in[0], s.kernel, s.stride); }};
}

// Average pooling as a convolution whose kernel has equal weights for a channel and its own result.
Variable avg_pool2d_by_conv2d(const Variable& x, const Pool2dShape& s) {
  const auto channels = static_cast<std::size_t>(s.channels);
  const auto window = static_cast<std::size_t>(s.kernel * s.kernel);
  std::vector<double> weight(window * channels * channels);
  for (std::size_t i = 0; i < window * channels; ++i) {
    weight[i * channels + i % channels] = 1 / static_cast<double>(window);
  }
  const Variable mean(Tensor::from_host<double>({s.kernel, s.kernel, s.channels, s.channels},
                                                weight, x.value().device()));
  return conv2d(x, mean, Variable(), {.stride = s.stride});
}

void add_elementwise(Cases& cases) {
  for (const Shape& shape : {Shape{1, 7}, Shape{3, 4, 5, 2}}) {
    cases.push_back({.op = "relu",
                     .description = sides(shape),
                     .inputs = {shape},
                     .function = [](const Inputs& in) { return relu(in[0]); }});
  }
  for (const double p : {0.0, 0.5, 0.9}) {
    cases.push_back({.op = "dropout",
                     .description = "5×9, p " + to_text(p),
                     .inputs = {{5, 9}},
                     .function = [p](const Inputs& in) {
                       const std::vector<std::int32_t> step{3};
                       return dropout(in[0], p,
                                      {.seed = 7,
                                       .layer = 1,
                                       .step = Tensor::from_host<std::int32_t>(
                                           {1}, step, in[0].value().device())});
                     }});
  }
  for (const Shape& shape : {Shape{1, 3, 3, 2}, Shape{2, 5, 4, 3}}) {
    cases.push_back({.op = "flatten",
                     .description = sides(shape),
                     .inputs = {shape},
                     .function = [](const Inputs& in) { return flatten(in[0]); }});
  }
}

void add_cross_entropy(Cases& cases, Index batch, Index classes, double smoothing,
                       bool one_of_no_class = false) {
  cases.push_back({.op = "cross_entropy",
                   .description = sides({batch, classes}) + ", smoothing " + to_text(smoothing) +
                                  (one_of_no_class ? ", one of no class" : ""),
                   .inputs = {{batch, classes}},
                   .function = [=](const Inputs& in) {
                     std::vector<std::uint8_t> labels;
                     for (Index row = 0; row < batch; ++row) {
                       labels.push_back(static_cast<std::uint8_t>(row * 2 % classes));
                     }
                     if (one_of_no_class) {
                       labels.back() = kNoClass;
                     }
                     const auto on_device =
                         Tensor::from_host<std::uint8_t>({batch}, labels, in[0].value().device());
                     return cross_entropy(in[0], on_device, smoothing).loss;
                   }});
}

Cases make_cases() {
  Cases cases;
  for (const Epilogue epilogue : {Epilogue::none, Epilogue::relu, Epilogue::relu_pool}) {
    for (const Conv2dShape& shape : kConv2dShapes) {
      add_conv2d(cases, shape, epilogue, /*has_bias=*/true);
    }
    add_conv2d(cases, {2, 5, 5, 2, 3, 3, 1, 0}, epilogue, /*has_bias=*/false);
  }
  for (const Pool2dShape& shape : kPool2dShapes) {
    cases.push_back(pool2d_case("max_pool2d", shape, max_pool2d));
    cases.push_back(pool2d_case("avg_pool2d", shape, avg_pool2d));
    cases.back().reference = [shape](const Inputs& in) {
      return avg_pool2d_by_conv2d(in[0], shape);
    };
  }
  for (const LinearShape& shape : kLinearShapes) {
    add_linear(cases, shape, /*has_bias=*/true);
  }
  add_linear(cases, {3, 5, 2}, /*has_bias=*/false);
  add_elementwise(cases);
  for (const double smoothing : {0.0, 0.1}) {
    add_cross_entropy(cases, 1, 10, smoothing);
    add_cross_entropy(cases, 5, 3, smoothing);
    add_cross_entropy(cases, 4, 1, smoothing);
    add_cross_entropy(cases, 5, 10, smoothing, /*one_of_no_class=*/true);
  }
  return cases;
}

}  // namespace

const std::vector<GradcheckCase>& gradcheck_cases() {
  static const std::vector<GradcheckCase> kCases = make_cases();
  return kCases;
}

}  // namespace inkling

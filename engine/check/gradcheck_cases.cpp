#include "engine/check/gradcheck.h"
#include "engine/ops/activation.h"
#include "engine/ops/conv2d.h"
#include "engine/ops/linear.h"
#include "engine/ops/loss.h"
#include "engine/ops/pooling.h"

namespace inkling {
namespace {

const char* name(Epilogue epilogue) {
  return epilogue == Epilogue::none   ? "conv2d"
         : epilogue == Epilogue::relu ? "conv2d+relu"
                                      : "conv2d+relu+max_pool2d";
}

std::string sides(const Shape& shape) {
  std::string text;
  for (const Index extent : shape) {
    text += (text.empty() ? "" : "×") + std::to_string(extent);
  }
  return text;
}

GradcheckCase conv2d_case(Epilogue epilogue, Shape images, Index kernel, Index out, Index stride,
                          Index padding, bool bias = true) {
  const Conv2dOptions options{.stride = stride, .padding = padding};
  std::vector<Shape> inputs{images, {kernel, kernel, images[3], out}};
  if (bias) {
    inputs.push_back({out});
  }
  return {name(epilogue),
          sides(images) + ", kernel " + std::to_string(kernel) + ", out " + std::to_string(out) +
              ", stride " + std::to_string(stride) + ", padding " + std::to_string(padding) +
              (bias ? "" : ", no bias"),
          std::move(inputs), [options, epilogue, bias](const std::vector<Variable>& in) {
            return conv2d(in[0], in[1], bias ? in[2] : Variable(), options, epilogue);
          }};
}

void add_conv2d(std::vector<GradcheckCase>& cases) {
  for (const Epilogue epilogue : {Epilogue::none, Epilogue::relu, Epilogue::relu_pool}) {
    cases.push_back(conv2d_case(epilogue, {1, 6, 6, 1}, 3, 4, 1, 1));
    cases.push_back(conv2d_case(epilogue, {2, 7, 5, 3}, 3, 2, 1, 1));
    cases.push_back(conv2d_case(epilogue, {3, 9, 8, 2}, 3, 3, 2, 1));
    cases.push_back(conv2d_case(epilogue, {1, 8, 11, 2}, 5, 2, 3, 2));
    cases.push_back(conv2d_case(epilogue, {2, 5, 5, 2}, 3, 3, 1, 0, /*bias=*/false));
    cases.push_back(conv2d_case(epilogue, {19, 4, 4, 1}, 2, 2, 1, 0));  // more images than chunks
    cases.push_back(conv2d_case(epilogue, {1, 5, 4, 8}, 3, 16, 1, 1));  // channels for tensor cores
  }
  cases.push_back(conv2d_case(Epilogue::none, {2, 3, 4, 3}, 1, 5, 1, 0));
  // Padding wider than the image.
  cases.push_back(conv2d_case(Epilogue::none, {1, 2, 2, 1}, 4, 1, 1, 3));
  cases.push_back(conv2d_case(Epilogue::none, {1, 3, 3, 2}, 3, 2, 1, 0));  // one output
}

GradcheckCase max_pool2d_case(const Shape& images, Index kernel, Index stride) {
  return {
      "max_pool2d",
      sides(images) + ", kernel " + std::to_string(kernel) + ", stride " + std::to_string(stride),
      {images},
      [=](const std::vector<Variable>& in) { return max_pool2d(in[0], kernel, stride); }};
}

void add_vectors(std::vector<GradcheckCase>& cases) {
  for (const Shape& shape : {Shape{1, 7}, Shape{3, 4, 5, 2}}) {
    cases.push_back({"relu", sides(shape), {shape}, [](const std::vector<Variable>& in) {
                       return relu(in[0]);
                     }});
  }
  for (const double p : {0.0, 0.5, 0.9}) {
    cases.push_back({"dropout",
                     "5×9, p " + std::to_string(p).substr(0, 3),
                     {{5, 9}},
                     [p](const std::vector<Variable>& in) {
                       const std::vector<std::int32_t> step{3};
                       return dropout(in[0], p,
                                      {.seed = 7,
                                       .layer = 1,
                                       .step = Tensor::from_host<std::int32_t>(
                                           {1}, step, in[0].value().device())});
                     }});
  }
  for (const Shape& shape : {Shape{1, 3, 3, 2}, Shape{2, 5, 4, 3}}) {
    cases.push_back({"flatten", sides(shape), {shape}, [](const std::vector<Variable>& in) {
                       return flatten(in[0]);
                     }});
  }
  for (const bool bias : {true, false}) {
    for (const auto& [batch, in_features, out] :
         {std::tuple{1, 5, 3}, {4, 7, 1}, {3, 1, 6}, {2, 9, 70}, {3, 16, 24}}) {
      std::vector<Shape> inputs{{batch, in_features}, {out, in_features}};
      if (bias) {
        inputs.push_back({out});
      }
      cases.push_back({"linear",
                       std::to_string(batch) + "×" + std::to_string(in_features) + " → " +
                           std::to_string(out) + (bias ? "" : ", no bias"),
                       inputs, [bias](const std::vector<Variable>& in) {
                         return linear(in[0], in[1], bias ? in[2] : Variable());
                       }});
    }
  }
}

void add_cross_entropy(std::vector<GradcheckCase>& cases) {
  for (const double smoothing : {0.0, 0.1}) {
    for (const auto& [batch, classes] : {std::pair{1, 10}, {5, 3}, {4, 1}}) {
      cases.push_back({"cross_entropy",
                       std::to_string(batch) + "×" + std::to_string(classes) + ", smoothing " +
                           std::to_string(smoothing).substr(0, 3),
                       {{batch, classes}},
                       [smoothing, rows = batch, count = classes](const std::vector<Variable>& in) {
                         std::vector<std::uint8_t> labels(static_cast<std::size_t>(rows));
                         for (int row = 0; row < rows; ++row) {
                           labels[static_cast<std::size_t>(row)] =
                               static_cast<std::uint8_t>(row * 2 % count);
                         }
                         const auto on_device = Tensor::from_host<std::uint8_t>(
                             {rows}, labels, in[0].value().device());
                         return cross_entropy(in[0], on_device, smoothing).loss;
                       }});
    }
  }
}

std::vector<GradcheckCase> make_cases() {
  std::vector<GradcheckCase> cases;
  add_conv2d(cases);
  cases.push_back(max_pool2d_case({1, 4, 4, 1}, 2, 2));
  cases.push_back(max_pool2d_case({2, 7, 5, 3}, 2, 2));  // an odd row and column dropped
  cases.push_back(max_pool2d_case({2, 6, 7, 2}, 3, 1));  // windows that overlap
  cases.push_back(max_pool2d_case({1, 9, 9, 2}, 3, 2));
  add_vectors(cases);
  add_cross_entropy(cases);
  return cases;
}

}  // namespace

const std::vector<GradcheckCase>& gradcheck_cases() {
  static const std::vector<GradcheckCase> kCases = make_cases();
  return kCases;
}

}  // namespace inkling

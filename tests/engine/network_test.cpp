#include "engine/network.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/kernels/reference.h"

namespace inkling {
namespace {

using testing::MatchesRegex;

const Device kCpu = Device::cpu(2);

std::string message(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

NetworkSpec small_spec(const std::vector<Layer>& layers) {
  return {.name = "Small", .height = 6, .width = 5, .channels = 2, .layers = layers};
}

TEST(LargerCnn, HasTheContractsParametersUnderPyTorchsNamesAndShapes) {
  const Network network(larger_cnn(), kCpu);
  EXPECT_EQ(network.parameter_count(), 6'926'602);
  EXPECT_EQ(network.classes(), 10);
  std::map<std::string, Shape> shapes;
  for (const Parameter& parameter : network.parameters()) {
    shapes[parameter.name] = parameter.file_shape();
  }
  const std::map<std::string, Shape> expected{
      {"conv1.weight", {64, 1, 3, 3}},    {"conv1.bias", {64}},
      {"conv2.weight", {128, 64, 3, 3}},  {"conv2.bias", {128}},
      {"conv3.weight", {256, 128, 3, 3}}, {"conv3.bias", {256}},
      {"fc1.weight", {512, 12544}},       {"fc1.bias", {512}},
      {"fc2.weight", {256, 512}},         {"fc2.bias", {256}},
      {"fc3.weight", {10, 256}},          {"fc3.bias", {10}}};
  EXPECT_EQ(shapes, expected);
}

TEST(NetworkSpec, SurvivesJson) {
  const std::string json = to_json(larger_cnn());
  EXPECT_EQ(to_json(parse_network_spec(json)), json);
}

TEST(NetworkSpec, CarriesTheNamesOfItsClasses) {
  NetworkSpec spec = larger_cnn(32, 32, 2);
  EXPECT_EQ(Network(spec, kCpu, std::nullopt).class_names(), (std::vector<std::string>{"0", "1"}));
  spec.class_names = {"お", "T-shirt/top"};
  const NetworkSpec read = parse_network_spec(to_json(spec));
  EXPECT_EQ(read.class_names, spec.class_names);
  EXPECT_EQ(Network(read, kCpu, std::nullopt).class_names(), spec.class_names);
  spec.class_names.emplace_back("a third");
  EXPECT_THROW(Network(spec, kCpu, std::nullopt), std::invalid_argument);
}

TEST(NetworkSpec, RejectsClassesThatAreNoNames) {
  const std::string json = to_json(larger_cnn());
  for (const char* classes : {"[]", "7", "[7]", "[\"\"]", "[\"a\", null]"}) {
    EXPECT_THROW(
        parse_network_spec(json.substr(0, json.size() - 1) + ",\"classes\":" + classes + "}"),
        std::invalid_argument)
        << classes;
  }
}

// A value for each field that is unlike its default and unlike its neighbors'.
struct DistinctValue {
  double position;

  std::string operator()(const std::string&) const { return "\"a layer's name\""; }
  std::string operator()(Index) const { return std::to_string(5 + static_cast<int>(position)); }
  std::string operator()(double) const { return std::to_string(0.0625 * (1 + position)); }
};

TEST(NetworkSpec, ReadsAndWritesEachFieldOfEachLayer) {
  for_each_layer_type([]<class T>() {
    std::string json = std::string(R"({"type": ")") + T::kType + '"';
    std::vector<std::string> values;
    for (const auto& [key, default_value] : T{}.to_json()) {
      values.push_back(
          std::visit(DistinctValue{static_cast<double>(values.size())}, default_value));
      json += std::string(", \"") + key + "\": " + values.back();
    }
    const NetworkSpec spec = parse_network_spec(
        R"({"name": "N", "input": {"height": 2, "width": 2, "channels": 1}, "layers": [)" + json +
        "}]}");
    const auto& layer = std::get<T>(spec.layers[0]);
    std::size_t i = 0;
    for (const auto& [key, value] : layer.to_json()) {
      const auto written =
          std::visit([](const auto& field) { return nlohmann::json(field); }, value);
      EXPECT_EQ(written, nlohmann::json::parse(values[i++])) << T::kType << ": " << key;
    }
  });
}

TEST(NetworkSpec, SaysWhatIsWrongInOneLine) {
  const auto layer = [](const std::string& text) {
    return R"({"name": "N", "input": {"height": 2, "width": 2, "channels": 1}, "layers": [)" +
           text + "]}";
  };
  EXPECT_EQ(message([] { parse_network_spec("nonsense"); }),
            "network spec: expected JSON, received something else");
  EXPECT_EQ(message([&] { parse_network_spec(layer("")); }),
            "network spec, the network: expected layers as a list of 1 to 1000 layers, "
            "received []");
  EXPECT_THAT(message([&] { parse_network_spec(layer(R"({"type": "gelu"})")); }),
              MatchesRegex("network spec, layer 0: expected a type of conv2d, [a-z0-9_, ]*relu"
                           "[a-z0-9_, ]*, received \"gelu\""));
  EXPECT_EQ(message([&] { parse_network_spec(layer(R"({"type": "relu", "slope": 1})")); }),
            "network spec, layer 0: expected only known keys, received \"slope\"");
  EXPECT_EQ(message([&] {
              parse_network_spec(layer(R"({"type": "linear", "name": "a", "out_features": 1e9})"));
            }),
            "network spec, layer 0: expected out_features as a whole number from 1 to 1048576, "
            "received 1000000000.0");
  EXPECT_EQ(message([&] { parse_network_spec(layer(R"({"type": "dropout", "p": 1})")); }),
            "network spec, layer 0: expected p of at least 0 and below 1, received 1");
  EXPECT_EQ(message([&] { parse_network_spec(layer("7")); }),
            "network spec, layer 0: expected an object, received 7");
}

TEST(Network, NamesTheLayerThatDoesNotFit) {
  EXPECT_EQ(message([] {
              Network(small_spec({layers::Linear{"fc", 3}}), kCpu);
            }),
            "layer 0 of Small: expected a vector (put flatten before it), received [6, 5, 2]");
  EXPECT_EQ(
      message([] {
        Network(small_spec({layers::Flatten{}, layers::Conv2d{"c", 1, 3, {.padding = 1}}}), kCpu);
      }),
      "layer 1 of Small: expected an image [height, width, channels] (put it "
      "before flatten), received [60]");
  EXPECT_EQ(message([] {
              Network(small_spec({layers::Conv2d{"c", 1, 7, {}}}), kCpu);
            }),
            "layer 0 of Small: expected an image that holds a kernel of 7, received [6, 5, 2]");
  EXPECT_EQ(message([] { Network(small_spec({layers::Relu{}}), kCpu); }),
            "the end of Small: expected a vector of logits, received [6, 5, 2]");
  EXPECT_EQ(message([] {
              Network(
                  small_spec({layers::Flatten{}, layers::Linear{"a", 3}, layers::Linear{"a", 3}}),
                  kCpu);
            }),
            "layer 2 of Small: expected a name that no other layer has, received a.weight twice");
}

TEST(Network, RejectsImagesOfAnotherSize) {
  const Network network(small_spec({layers::Flatten{}, layers::Linear{"fc", 3}}), kCpu);
  EXPECT_EQ(message([&] {
              network.forward(Variable(Tensor::zeros({1, 5, 6, 2}, Dtype::float32, kCpu)));
            }),
            "Small: expected images [batch, 6, 5, 2], received [1, 5, 6, 2]");
}

TEST(Network, DrawsWeightsWithinPyTorchsBoundsAndByTheSeed) {
  const NetworkSpec spec = small_spec(
      {layers::Conv2d{"c", 30, 3, {.padding = 1}}, layers::Flatten{}, layers::Linear{"fc", 40}});
  const Network network(spec, kCpu, 5);
  const std::map<std::string, double> bounds{{"c.weight", std::sqrt(1.0 / 18)},
                                             {"c.bias", std::sqrt(1.0 / 18)},
                                             {"fc.weight", std::sqrt(1.0 / 900)},
                                             {"fc.bias", std::sqrt(1.0 / 900)}};
  for (const Parameter& parameter : network.parameters()) {
    const double bound = bounds.at(parameter.name);
    double max_value = 0;
    double sum = 0;
    for (const float value : parameter.to_file()) {
      max_value = std::max(max_value, std::abs(static_cast<double>(value)));
      sum += static_cast<double>(value);
    }
    const auto size = static_cast<double>(parameter.variable.value().size());
    EXPECT_LE(max_value, bound) << parameter.name;
    EXPECT_GE(max_value, 0.8 * bound) << parameter.name;
    EXPECT_LE(std::abs(sum), 5 * bound / std::sqrt(3.0) * std::sqrt(size))
        << parameter.name << ": the mean is 0";
  }
  EXPECT_EQ(Network(spec, kCpu, 5).parameters()[0].to_file(), network.parameters()[0].to_file());
  EXPECT_NE(Network(spec, kCpu, 6).parameters()[0].to_file(), network.parameters()[0].to_file());
}

TEST(Network, AppliesDropoutInTrainingOnly) {
  const Network network(
      small_spec({layers::Flatten{}, layers::Dropout{0.5}, layers::Linear{"fc", 3}}), kCpu);
  const Variable images(
      Tensor::from_host<float>({4, 6, 5, 2}, reference::random_values<float>(240, 1), kCpu));
  const auto run = [&](std::int32_t step) {
    const auto on_device =
        Tensor::from_host<std::int32_t>({1}, std::vector<std::int32_t>{step}, kCpu);
    return network.forward(images, {.seed = 1, .step = on_device}).value().to_host<float>();
  };
  EXPECT_EQ(network.forward(images).value().to_host<float>(),
            network.forward(images).value().to_host<float>());
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST(Parameter, ConvertsConvolutionsToPyTorchsLayoutAndBack) {
  Network network(
      small_spec({layers::Conv2d{"c", 3, 2, {}}, layers::Flatten{}, layers::Linear{"fc", 1}}),
      kCpu);
  Parameter& weight = network.parameters()[0];
  ASSERT_EQ(weight.file_shape(), (Shape{3, 2, 2, 2}));
  std::vector<float> file(24);
  for (std::size_t i = 0; i < file.size(); ++i) {
    file[i] = static_cast<float>(i);
  }
  weight.from_file(file);
  EXPECT_EQ(weight.to_file(), file);
  // Memory is [kernel row, kernel column, in, out]: row 1, column 0, in 1, out 2 is the file's [2,
  // 1, 1, 0].
  EXPECT_EQ(weight.variable.value().data<float>()[((1 * 2 + 0) * 2 + 1) * 3 + 2],
            ((2 * 2 + 1) * 2 + 1) * 2 + 0);
  EXPECT_THROW(weight.from_file(std::vector<float>(23)), std::invalid_argument);
}

TEST(Network, WithoutASeedHasZeros) {
  const Network network(larger_cnn(), Device::cpu(1), std::nullopt);
  for (const Parameter& parameter : network.parameters()) {
    const auto values = parameter.variable.value().to_host<float>();
    EXPECT_TRUE(std::all_of(values.begin(), values.end(), [](float value) { return value == 0; }))
        << parameter.name;
  }
}

}  // namespace
}  // namespace inkling

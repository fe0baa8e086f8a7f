#include "engine/network_spec.h"

#include <optional>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace inkling {
namespace {

using layers::FieldReader;
using Json = nlohmann::json;

constexpr std::size_t kMaxLayers = 1000;
constexpr std::size_t kMaxClasses = 4096;
constexpr std::size_t kMaxClassName = 256;  // bytes

std::vector<std::string_view> keys_of(const layers::Fields& fields) {
  std::vector<std::string_view> keys{"type"};
  for (const auto& [key, value] : fields) {
    keys.emplace_back(key);
  }
  return keys;
}

Layer parse_layer(const FieldReader& json) {
  const std::string type = json.text("type");
  std::optional<Layer> layer;
  std::string known;
  for_each_layer_type([&]<class T>() {
    known += std::string(known.empty() ? "" : ", ") + T::kType;
    if (type == T::kType) {
      json.allow_only(keys_of(T{}.to_json()));
      layer = T::from_json(json);
    }
  });
  if (!layer) {
    json.fail("a type of " + known, type);
  }
  return *layer;
}

std::vector<std::string> parse_class_names(const FieldReader& network, const Json& root) {
  std::vector<std::string> names;
  if (!root.contains("classes")) {
    return names;
  }
  const Json& classes = network.member("classes");
  if (!classes.is_array() || classes.empty() || classes.size() > kMaxClasses) {
    network.fail("classes as a list of 1 to " + std::to_string(kMaxClasses) + " names", classes);
  }
  for (const Json& name : classes) {
    if (!name.is_string() || name.get_ref<const std::string&>().empty() ||
        name.get_ref<const std::string&>().size() > kMaxClassName) {
      network.fail("the name of a class as 1 to " + std::to_string(kMaxClassName) + " bytes", name);
    }
    names.push_back(name.get<std::string>());
  }
  return names;
}

}  // namespace

NetworkSpec parse_network_spec(std::string_view json) {
  const Json root = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) {
    throw std::invalid_argument("network spec: expected JSON, received something else");
  }
  const FieldReader network(root, "the network");
  network.allow_only({"name", "input", "layers", "classes"});
  const FieldReader input(network.member("input"), "input");
  input.allow_only({"height", "width", "channels"});
  NetworkSpec spec{.name = network.text("name"),
                   .height = input.extent("height"),
                   .width = input.extent("width"),
                   .channels = input.extent("channels"),
                   .layers = {},
                   .class_names = parse_class_names(network, root)};
  const Json& layers = network.member("layers");
  if (!layers.is_array() || layers.empty() || layers.size() > kMaxLayers) {
    network.fail("layers as a list of 1 to " + std::to_string(kMaxLayers) + " layers", layers);
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    spec.layers.push_back(parse_layer(FieldReader(layers[i], "layer " + std::to_string(i))));
  }
  return spec;
}

std::string to_json(const NetworkSpec& spec) {
  Json list = Json::array();
  for (const Layer& layer : spec.layers) {
    std::visit(
        [&](const auto& of) {
          list.push_back({{"type", of.kType}});
          layers::write_fields(list.back(), of.to_json());
        },
        layer);
  }
  Json json = {
      {"name", spec.name},
      {"input", {{"height", spec.height}, {"width", spec.width}, {"channels", spec.channels}}},
      {"layers", list}};
  if (!spec.class_names.empty()) {
    json["classes"] = spec.class_names;
  }
  return json.dump();
}

NetworkSpec larger_cnn(Index height, Index width, Index classes) {
  using layers::Conv2d, layers::Dropout, layers::Flatten, layers::Linear, layers::MaxPool2d,
      layers::Relu;
  const Conv2dOptions same{.stride = 1, .padding = 1};
  return {.name = "LargerCNN",
          .height = height,
          .width = width,
          .channels = 1,
          .layers = {Conv2d{"conv1", 64, 3, same}, Relu{}, Conv2d{"conv2", 128, 3, same}, Relu{},
                     MaxPool2d{}, Conv2d{"conv3", 256, 3, same}, Relu{}, MaxPool2d{}, Flatten{},
                     Linear{"fc1", 512}, Relu{}, Dropout{}, Linear{"fc2", 256}, Relu{},
                     Linear{"fc3", classes}}};
}

}  // namespace inkling

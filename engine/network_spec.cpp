#include "engine/network_spec.h"

#include <algorithm>
#include <initializer_list>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace inkling {
namespace {

using Json = nlohmann::json;

// No extent of a sane network is larger; a hostile file must not make sizes that overflow.
constexpr Index kMaxExtent = 1 << 20;
constexpr std::size_t kMaxLayers = 1000;

[[noreturn]] void fail(std::string_view where, const std::string& expected,
                       const std::string& received) {
  throw std::invalid_argument("network spec, " + std::string(where) + ": expected " + expected +
                              ", received " + received);
}

// Only what is flat: dump() recurses, and a hostile file may be nested a million deep.
std::string shown(const Json& value) {
  if (value.is_structured() && !value.empty()) {
    return std::string("an ") + value.type_name();
  }
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 60) + "…" : text;
}

const Json& member(const Json& object, const char* key, std::string_view where) {
  const auto found = object.find(key);
  if (found == object.end()) {
    fail(where, std::string("the key \"") + key + "\"", shown(object));
  }
  return *found;
}

Index extent(const Json& object, const char* key, std::string_view where, Index min = 1) {
  const Json& value = member(object, key, where);
  if (!value.is_number_integer() || value < min || value > kMaxExtent) {
    fail(where,
         std::string(key) + " as a whole number from " + std::to_string(min) + " to " +
             std::to_string(kMaxExtent),
         shown(value));
  }
  return value.get<Index>();
}

std::string text(const Json& object, const char* key, std::string_view where) {
  const Json& value = member(object, key, where);
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
    fail(where, std::string(key) + " as text", shown(value));
  }
  return value.get<std::string>();
}

void check_keys(const Json& object, std::initializer_list<std::string_view> known,
                std::string_view where) {
  if (!object.is_object()) {
    fail(where, "an object", shown(object));
  }
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      fail(where, "only known keys", "\"" + key + "\"");
    }
  }
}

LayerSpec parse_layer(const Json& layer, std::string_view where) {
  if (!layer.is_object()) {
    fail(where, "an object", shown(layer));
  }
  const std::string type = text(layer, "type", where);
  if (type == "conv2d") {
    check_keys(layer, {"type", "name", "out_channels", "kernel", "stride", "padding"}, where);
    return Conv2dSpec{.name = text(layer, "name", where),
                      .out_channels = extent(layer, "out_channels", where),
                      .kernel = extent(layer, "kernel", where),
                      .stride = extent(layer, "stride", where),
                      .padding = extent(layer, "padding", where, 0)};
  }
  if (type == "linear") {
    check_keys(layer, {"type", "name", "out_features"}, where);
    return LinearSpec{.name = text(layer, "name", where),
                      .out_features = extent(layer, "out_features", where)};
  }
  if (type == "max_pool2d") {
    check_keys(layer, {"type", "kernel", "stride"}, where);
    return MaxPool2dSpec{.kernel = extent(layer, "kernel", where),
                         .stride = extent(layer, "stride", where)};
  }
  if (type == "dropout") {
    check_keys(layer, {"type", "p"}, where);
    const Json& p = member(layer, "p", where);
    if (!p.is_number() || !(p >= 0 && p < 1)) {
      fail(where, "p of at least 0 and below 1", shown(p));
    }
    return DropoutSpec{.p = p.get<double>()};
  }
  check_keys(layer, {"type"}, where);
  if (type == "relu") {
    return ReluSpec{};
  }
  if (type == "flatten") {
    return FlattenSpec{};
  }
  fail(where, "a type of conv2d, linear, relu, max_pool2d, flatten, dropout", "\"" + type + "\"");
}

struct ToJson {
  Json operator()(const Conv2dSpec& s) const {
    return {{"type", "conv2d"},   {"name", s.name},     {"out_channels", s.out_channels},
            {"kernel", s.kernel}, {"stride", s.stride}, {"padding", s.padding}};
  }
  Json operator()(const LinearSpec& s) const {
    return {{"type", "linear"}, {"name", s.name}, {"out_features", s.out_features}};
  }
  Json operator()(const ReluSpec&) const { return {{"type", "relu"}}; }
  Json operator()(const MaxPool2dSpec& s) const {
    return {{"type", "max_pool2d"}, {"kernel", s.kernel}, {"stride", s.stride}};
  }
  Json operator()(const FlattenSpec&) const { return {{"type", "flatten"}}; }
  Json operator()(const DropoutSpec& s) const { return {{"type", "dropout"}, {"p", s.p}}; }
};

}  // namespace

NetworkSpec parse_network_spec(std::string_view json) {
  const Json root = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) {
    throw std::invalid_argument("network spec: expected JSON, received something else");
  }
  check_keys(root, {"name", "input", "layers"}, "the network");
  const Json& input = member(root, "input", "the network");
  check_keys(input, {"height", "width", "channels"}, "input");
  NetworkSpec spec{.name = text(root, "name", "the network"),
                   .height = extent(input, "height", "input"),
                   .width = extent(input, "width", "input"),
                   .channels = extent(input, "channels", "input"),
                   .layers = {}};
  const Json& layers = member(root, "layers", "the network");
  if (!layers.is_array() || layers.empty() || layers.size() > kMaxLayers) {
    fail("layers", "a list of 1 to " + std::to_string(kMaxLayers) + " layers", shown(layers));
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    spec.layers.push_back(parse_layer(layers[i], "layer " + std::to_string(i)));
  }
  return spec;
}

std::string to_json(const NetworkSpec& spec) {
  Json layers = Json::array();
  for (const LayerSpec& layer : spec.layers) {
    layers.push_back(std::visit(ToJson{}, layer));
  }
  return Json{
      {"name", spec.name},
      {"input", {{"height", spec.height}, {"width", spec.width}, {"channels", spec.channels}}},
      {"layers", layers}}
      .dump();
}

NetworkSpec larger_cnn() {
  return {
      .name = "LargerCNN",
      .height = 28,
      .width = 28,
      .channels = 1,
      .layers = {Conv2dSpec{"conv1", 64, 3, 1, 1}, ReluSpec{}, Conv2dSpec{"conv2", 128, 3, 1, 1},
                 ReluSpec{}, MaxPool2dSpec{}, Conv2dSpec{"conv3", 256, 3, 1, 1}, ReluSpec{},
                 MaxPool2dSpec{}, FlattenSpec{}, LinearSpec{"fc1", 512}, ReluSpec{}, DropoutSpec{},
                 LinearSpec{"fc2", 256}, ReluSpec{}, LinearSpec{"fc3", 10}}};
}

}  // namespace inkling

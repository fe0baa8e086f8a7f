// What a network is made of, as data. It travels as JSON inside the weights file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/layers/layers.h"

namespace inkling {

struct NetworkSpec {
  std::string name;
  Index height = 0;  // of the input
  Index width = 0;
  Index channels = 0;
  std::vector<Layer> layers;
  // NOLINTNEXTLINE(readability-redundant-member-init): GCC wants it in every initializer else
  std::vector<std::string> class_names = {};  // of the last layer's outputs; empty: their numbers
};

// Reads a network from JSON:
//
//   {"name": "…", "input": {"height": 28, "width": 28, "channels": 1}, "layers": [
//     {"type": "conv2d", "name": "conv1", "out_channels": 64,
//      "kernel": 3, "stride": 1, "padding": 1},
//     {"type": "relu"},
//     {"type": "max_pool2d", "kernel": 2, "stride": 2},
//     {"type": "flatten"},
//     {"type": "dropout", "p": 0.5},
//     {"type": "linear", "name": "fc1", "out_features": 512}, …],
//    "classes": ["zero", "one", …]}
//
// "classes" may be left out. A layer's keys are "type" and the fields in its header,
// engine/layers/<type>.h; all are required, others are rejected. Throws std::invalid_argument with
// one line that names the layer.
NetworkSpec parse_network_spec(std::string_view json);
std::string to_json(const NetworkSpec& spec);

// The network of the earlier application: three convolutions, three linear layers, 6,926,602
// parameters; for pictures of another size or other classes its first and last layers differ.
NetworkSpec larger_cnn(Index height = 28, Index width = 28, Index classes = 10);

}  // namespace inkling

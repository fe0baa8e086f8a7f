// The layers that networks are made of, one file each. The variant registers them for
// network files, Network and the tests.
#pragma once

#include <type_traits>
#include <variant>

#include "engine/layers/avg_pool2d.h"
#include "engine/layers/conv2d.h"
#include "engine/layers/dropout.h"
#include "engine/layers/flatten.h"
#include "engine/layers/linear.h"
#include "engine/layers/max_pool2d.h"
#include "engine/layers/relu.h"

namespace inkling {

using Layer = std::variant<layers::Conv2d, layers::Linear, layers::Relu, layers::MaxPool2d,
                           layers::AvgPool2d, layers::Flatten, layers::Dropout>;

// Calls body.operator()<T>() for each type of layer: for_each_layer_type([&]<class T>() { … }).
template <class Body>
void for_each_layer_type(const Body& body) {
  const auto call = [&]<class... T>(std::type_identity<std::variant<T...>>) {
    (body.template operator()<T>(), ...);
  };
  call(std::type_identity<Layer>{});
}

}  // namespace inkling

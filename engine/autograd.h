// Reverse-mode differentiation: the graph is nothing but closures and a topological order (after
// Karpathy's micrograd). A training, from images [64, 28, 28, 1] and labels uint8 [64]:
//
//   Network network(larger_cnn(), device);                  // on a GPU or the CPU
//   Adam adam(network.variables(), {.weight_decay = 1e-4});
//   for (Index step = 1; step <= steps; ++step) {
//     Variable logits = network.forward(Variable(images));  // [64, 28, 28, 1] → [64, 10]
//     CrossEntropy result = cross_entropy(logits, labels);
//     result.loss.backward();                               // the gradient of every parameter
//     adam.update(/*learning_rate=*/0.001, step);
//     losses.push_back(result.loss.value().to_host<float>()[0]);
//   }
//   save_model("digits.safetensors", network, {});          // opens in PyTorch, too
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/tensor.h"

namespace inkling {

// A tensor and, if it requires one, its gradient. A handle: copies are the same variable. An
// operation returns a new one that knows its inputs and how to carry its gradient back to them. One
// graph belongs to one thread at a time.
class Variable {
 public:
  // Given the gradient of the result, returns that of each input, in order; an undefined tensor
  // where none is needed.
  using Backward = std::function<std::vector<Tensor>(const Tensor& grad_output)>;

  Variable() = default;  // no variable: an absent optional input
  explicit Variable(Tensor value, bool requires_grad = false);

  // The result of an operation. Inputs and closure are dropped when none of the inputs needs a
  // gradient, or under NoGrad.
  static Variable from_op(Tensor value, std::vector<Variable> inputs, Backward backward);

  bool defined() const { return node_ != nullptr; }
  const Tensor& value() const { return node_->value; }
  // The value, or an undefined tensor when this is no variable.
  Tensor value_or_undefined() const { return defined() ? node_->value : Tensor(); }
  Tensor& value() { return node_->value; }
  const Tensor& grad() const { return node_->grad; }  // undefined until backward() has reached it
  bool requires_grad() const { return node_ != nullptr && node_->requires_grad; }
  void clear_grad() { node_->grad = Tensor(); }

  // Accumulates d(this)/d(leaf) into the grad of each leaf that requires one. gradient is that of
  // this variable itself; the default is 1, for a single element. Frees the graph: a second call
  // throws std::logic_error.
  void backward(const Tensor& gradient = Tensor());

 private:
  struct Node {
    Node() = default;
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    Tensor value;
    Tensor grad;
    bool requires_grad = false;
    bool used_up = false;
    std::vector<Variable> inputs;
    Backward backward;
  };

  static std::vector<Node*> reverse_topological_order(Node* root);

  std::shared_ptr<Node> node_;
};

// While one is in scope, operations on this thread build no graph (torch.no_grad).
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool enabled_before_;
};

}  // namespace inkling

#include "engine/autograd.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "kernels/kernels.h"

namespace inkling {
namespace {

thread_local bool grad_enabled = true;

// sum += part. The first part is shared, not copied; an operation may have returned the same tensor
// for several inputs, so the second part is added to a clone, not in place.
void add_to(Tensor& sum, const Tensor& part) {
  if (!sum.defined()) {
    sum = part;
    return;
  }
  Tensor total = sum.clone();
  dispatch(total.dtype(), [&]<class T>() {
    pick(total.device().type(), cpu::accumulate<T>, cuda::accumulate<T>)(
        total.device().stream(), {.size = total.size(), .x = part.data<T>(), .y = total.data<T>()});
  });
  sum = std::move(total);
}

}  // namespace

NoGrad::NoGrad() : enabled_before_(grad_enabled) { grad_enabled = false; }
NoGrad::~NoGrad() { grad_enabled = enabled_before_; }

// A chain of nodes that own one another would be destroyed by recursion, and a long one overflow
// the stack: nodes without another owner are released here, one at a time.
Variable::Node::~Node() {
  std::vector<Variable> pending = std::move(inputs);
  while (!pending.empty()) {
    const Variable last = std::move(pending.back());
    pending.pop_back();
    if (last.node_ != nullptr && last.node_.use_count() == 1) {
      std::move(last.node_->inputs.begin(), last.node_->inputs.end(), std::back_inserter(pending));
      last.node_->inputs.clear();
    }
  }
}

Variable::Variable(Tensor value, bool requires_grad) : node_(std::make_shared<Node>()) {
  node_->value = std::move(value);
  node_->requires_grad = requires_grad;
}

Variable Variable::from_op(Tensor value, std::vector<Variable> inputs, Backward backward) {
  const bool needed =
      grad_enabled && std::any_of(inputs.begin(), inputs.end(),
                                  [](const Variable& input) { return input.requires_grad(); });
  Variable result(std::move(value), needed);
  if (needed) {
    result.node_->inputs = std::move(inputs);
    result.node_->backward = std::move(backward);
  }
  return result;
}

// Each node that leads to root and needs a gradient, after all that use it. Iterative, so that no
// depth overflows the stack.
std::vector<Variable::Node*> Variable::reverse_topological_order(Node* root) {
  std::vector<Node*> order;
  std::unordered_set<Node*> seen{root};
  std::vector<std::pair<Node*, std::size_t>> path{{root, 0}};
  while (!path.empty()) {
    auto& [node, next] = path.back();
    if (next == node->inputs.size()) {
      order.push_back(node);
      path.pop_back();
      continue;
    }
    const Variable& input = node->inputs[next++];
    if (input.requires_grad() && seen.insert(input.node_.get()).second) {
      path.emplace_back(input.node_.get(), 0);
    }
  }
  std::reverse(order.begin(), order.end());
  return order;
}

void Variable::backward(const Tensor& gradient) {
  if (!requires_grad()) {
    throw std::logic_error("backward: expected a result of variables that require a gradient");
  }
  if (node_->used_up) {
    throw std::logic_error("backward: this graph has been used up: run the forward pass again");
  }
  if (!gradient.defined() && value().size() != 1) {
    throw std::invalid_argument(
        "backward: expected a single element or a gradient, received shape " +
        to_string(value().shape()));
  }
  if (gradient.defined() && gradient.shape() != value().shape()) {
    throw std::invalid_argument("backward: expected a gradient of shape " +
                                to_string(value().shape()) + ", received " +
                                to_string(gradient.shape()));
  }
  add_to(node_->grad, gradient.defined()
                          ? gradient
                          : Tensor::full(value().shape(), 1, value().dtype(), value().device()));
  for (Node* node : reverse_topological_order(node_.get())) {
    if (!node->backward) {
      continue;  // a leaf keeps its gradient
    }
    const std::vector<Tensor> grads = node->backward(node->grad);
    for (std::size_t i = 0; i < node->inputs.size(); ++i) {
      if (node->inputs[i].requires_grad()) {
        add_to(node->inputs[i].node_->grad, grads.at(i));
      }
    }
    // What this node kept is free again before the next one works. Its inputs stay, as they own
    // nodes yet to come.
    node->backward = nullptr;
    node->grad = Tensor();
    node->used_up = true;
  }
}

}  // namespace inkling

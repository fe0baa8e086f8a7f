// Adam, and how the learning rate moves over a training.
#pragma once

#include <span>
#include <vector>

#include "engine/autograd.h"
#include "engine/choices.h"
#include "engine/device_array.h"
#include "kernels/args/adam.h"

namespace inkling {

enum class ScheduleKind : std::uint8_t { constant, step, cosine, one_cycle };

inline constexpr Choice<ScheduleKind> kScheduleKinds[] = {{"constant", ScheduleKind::constant},
                                                          {"step", ScheduleKind::step},
                                                          {"cosine", ScheduleKind::cosine},
                                                          {"one-cycle", ScheduleKind::one_cycle}};

// A pure function of the step, so that a resumed training follows the same curve.
struct Schedule {
  ScheduleKind kind = ScheduleKind::constant;
  double peak = 0.001;
  Index total_steps = 1;
  // step: × step_factor each step_every steps.
  Index step_every = 1;
  double step_factor = 0.1;
  // one-cycle (Smith & Topin 2018, as PyTorch's OneCycleLR anneals it, by cosines): from peak / 25
  // up to peak over the first warmup share of all steps, then down to peak / 250,000.
  double warmup = 0.3;

  // step counts from 0. cosine (Loshchilov & Hutter 2017) falls from peak to 0 at total_steps.
  double learning_rate(Index step) const;
};

// Kingma & Ba 2015. Keeps two moments for each parameter, on its device.
class Adam {
 public:
  // The parameters are handles: update() writes their values. So are the averages, where there are
  // any: one for each parameter, which follows it as an exponential moving average with
  // options.ema_decay. Throws std::invalid_argument for another number of them or other shapes.
  Adam(std::vector<Variable> parameters, const AdamOptions& options,
       std::vector<Variable> averages = {});

  // One step of all parameters from their gradients, which are then cleared; step counts from 1.
  // Throws std::logic_error when a parameter has no gradient.
  void update(double learning_rate, Index step);

  // The same in two parts, for float32 parameters: the coefficients of consecutive steps, one for
  // each learning rate, `first_step` counting from 1; and a step with one of them that is on the
  // parameters' device already. Throws std::invalid_argument for another number of them.
  std::vector<AdamCoefficients<float>> coefficient_table(std::span<const double> learning_rates,
                                                         Index first_step) const;
  void update(const DeviceArray<AdamCoefficients<float>>& coefficients);

  const AdamOptions& options() const { return options_; }
  // What a checkpoint needs, in the order of the parameters.
  std::vector<Tensor>& first_moments() { return first_moments_; }
  std::vector<Tensor>& second_moments() { return second_moments_; }

 private:
  template <class T>
  void update_with(const AdamCoefficients<T>* coefficients);

  std::vector<Variable> parameters_;
  std::vector<Variable> averages_;  // empty, or as many
  AdamOptions options_;
  std::vector<Tensor> first_moments_;
  std::vector<Tensor> second_moments_;
};

}  // namespace inkling

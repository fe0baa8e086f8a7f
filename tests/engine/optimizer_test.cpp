#include "engine/optimizer.h"

#include <cmath>

#include <gtest/gtest.h>

#include "engine/ops/linear.h"

namespace inkling {
namespace {

const Device kCpu = Device::cpu(1);

TEST(Adam, FindsTheMinimumOfAParabola) {
  Variable x(Tensor::from_host<double>({1, 1}, std::vector<double>{4}, kCpu), true);
  Adam adam({x}, {});
  for (int i = 0; i < 2000; ++i) {
    linear(x, x, Variable()).backward();  // x²
    adam.update(0.01, i + 1);
  }
  EXPECT_LE(std::abs(x.value().to_host<double>()[0]), 1e-3);
}

TEST(Adam, TakesARowOfItsTableAsItTakesTheLearningRate) {
  const std::vector<double> learning_rates{0.01, 0.02, 0.005};
  const auto descend = [&](bool by_table) {
    Variable x(Tensor::from_host<float>({1, 1}, std::vector<float>{4}, kCpu), true);
    Adam adam({x}, {.weight_decay = 0.1});
    const auto table = adam.coefficient_table(learning_rates, 1);
    for (std::size_t i = 0; i < learning_rates.size(); ++i) {
      linear(x, x, Variable()).backward();
      if (by_table) {
        const auto row = std::span(table).subspan(i, 1);
        adam.update(DeviceArray<AdamCoefficients<float>>::from_host(row, kCpu));
      } else {
        adam.update(learning_rates[i], static_cast<Index>(i) + 1);
      }
    }
    return x.value().to_host<float>()[0];
  };
  EXPECT_EQ(descend(true), descend(false));
  EXPECT_THROW(Adam({}, {}).update(DeviceArray<AdamCoefficients<float>>(2, kCpu)),
               std::invalid_argument);
  EXPECT_THROW(Adam({}, {}).update(DeviceArray<AdamCoefficients<float>>()), std::invalid_argument);
  EXPECT_LT(descend(true), 4);
}

TEST(Adam, ClearsGradientsAndThrowsWithoutOne) {
  Variable x(Tensor::zeros({1}, Dtype::float32, kCpu), true);
  Adam adam({x}, {});
  EXPECT_THROW(adam.update(0.1, 1), std::logic_error);
}

TEST(Schedule, ConstantStaysAndStepFallsByItsFactor) {
  const Schedule constant{.kind = ScheduleKind::constant, .peak = 0.5, .total_steps = 10};
  EXPECT_EQ(constant.learning_rate(0), 0.5);
  EXPECT_EQ(constant.learning_rate(9), 0.5);
  const Schedule step{.kind = ScheduleKind::step,
                      .peak = 1,
                      .total_steps = 10,
                      .step_every = 4,
                      .step_factor = 0.1};
  EXPECT_EQ(step.learning_rate(3), 1);
  EXPECT_LE(std::abs(step.learning_rate(4) - 0.1), 1e-15);
  EXPECT_LE(std::abs(step.learning_rate(8) - 0.01), 1e-15);
}

TEST(Schedule, CosineFallsFromPeakToZero) {
  const Schedule cosine{.kind = ScheduleKind::cosine, .peak = 2, .total_steps = 100};
  EXPECT_EQ(cosine.learning_rate(0), 2);
  EXPECT_LE(std::abs(cosine.learning_rate(50) - 1), 1e-12);
  EXPECT_LE(std::abs(cosine.learning_rate(100)), 1e-12);
}

TEST(Schedule, OneCycleRisesToItsPeakAndFallsFarBelowItsStart) {
  const Schedule cycle{
      .kind = ScheduleKind::one_cycle, .peak = 1, .total_steps = 100, .warmup = 0.3};
  EXPECT_LE(std::abs(cycle.learning_rate(0) - 1.0 / 25), 1e-12);
  EXPECT_LE(std::abs(cycle.learning_rate(30) - 1), 1e-12);
  EXPECT_LE(std::abs(cycle.learning_rate(100) - 1.0 / 250'000), 1e-12);
  for (Index step = 1; step <= 100; ++step) {
    EXPECT_EQ(cycle.learning_rate(step) > cycle.learning_rate(step - 1), step <= 30) << step;
  }
}

TEST(Choices, NamesTurnIntoValuesAndUnknownOnesListThem) {
  for (const auto& [name, kind] : kScheduleKinds) {
    EXPECT_EQ(parse_choice(kScheduleKinds, name), kind);
    EXPECT_STREQ(name_of(kScheduleKinds, kind), name);
  }
  try {
    parse_choice(kScheduleKinds, "linear");
    FAIL() << "expected an error";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "expected constant, step, cosine or one-cycle, received linear");
  }
}

}  // namespace
}  // namespace inkling

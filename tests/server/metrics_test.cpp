#include "server/metrics.h"

#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/predicting.h"

namespace inkling {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Metrics, CountRequestsByRouteAndStatusAndTheirTimes) {
  Metrics metrics("1.2.3");
  metrics.answered("/predict/", 200, milliseconds(3));
  metrics.answered("/predict/", 200, milliseconds(30));
  metrics.answered("/predict/", 400, milliseconds(3));
  metrics.refused(431);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("inkling_build_info{version=\"1.2.3\"} 1"));
  EXPECT_THAT(text, HasSubstr("inkling_requests_total{route=\"/predict/\",status=\"200\"} 2"));
  EXPECT_THAT(text, HasSubstr("inkling_requests_total{route=\"/predict/\",status=\"400\"} 1"));
  EXPECT_THAT(text, HasSubstr("inkling_request_seconds_count{route=\"/predict/\"} 3"));
  EXPECT_THAT(text,
              HasSubstr("inkling_request_seconds_bucket{route=\"/predict/\",le=\"0.005\"} 2"));
  EXPECT_THAT(text, HasSubstr("inkling_refused_total{status=\"431\"} 1"));
  EXPECT_THAT(text, HasSubstr("process_resident_memory_bytes "));
}

TEST(Metrics, ShowTheModelThatAnswersNow) {
  Metrics metrics("1");
  metrics.serves_model("First", "abc");
  metrics.serves_model("Second", "def");
  metrics.serves_model("Second", "def");
  EXPECT_THAT(metrics.text(), HasSubstr("inkling_model_info{name=\"Second\",sha256=\"def\"} 1"));
  EXPECT_THAT(metrics.text(), Not(HasSubstr("First")));
}

TEST(Metrics, ReadTheirGaugesWhenAsked) {
  Metrics metrics("1");
  std::size_t connections = 3;
  metrics.set_gauges({[&] { return connections; }, [] { return std::size_t{7}; }});
  EXPECT_THAT(metrics.text(), HasSubstr("inkling_connections 3"));
  connections = 4;
  EXPECT_THAT(metrics.text(), HasSubstr("inkling_connections 4"));
  EXPECT_THAT(metrics.text(), HasSubstr("inkling_queue_length 7"));
}

TEST(Metrics, CountAPredictionItsStepsAndItsDoubt) {
  Metrics metrics("1");
  const CurrentModel model({{always_seven, explained, "Model", 0.9}, "", "{}"});
  const Handler handler = predict_handler(model, &metrics);
  Response answer;
  const Request request{
      "POST", "/", "", {{"content-type", kFormType}}, file_form("file", png_of(stroke()))};
  handler(request, reply_into(answer));
  EXPECT_EQ(answer.status, 200);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("inkling_predictions_total{class=\"7\"} 1"));
  EXPECT_THAT(text, HasSubstr("inkling_abstentions_total 1"));
  EXPECT_THAT(text, HasSubstr("inkling_confidence_bucket{le=\"0.7\"} 0"));
  EXPECT_THAT(text, HasSubstr("inkling_confidence_bucket{le=\"0.8\"} 1"));
  for (const std::string step : {"decode", "prepare", "infer"}) {
    EXPECT_THAT(text, HasSubstr("inkling_step_seconds_count{step=\"" + step + "\"} 1"));
  }
}

TEST(CountedHandler, CountsWhatIsAnsweredOnceAndWhatIsNot) {
  Metrics metrics("1");
  Response answer;
  const auto ask = [&](Handler handler) {
    counted(std::move(handler), "/a", metrics)({}, reply_into(answer));
  };
  ask([](const Request&, const Reply& reply) {
    reply({404, {}, "first"});
    reply({200, {}, "second"});
  });
  ask([](const Request&, const Reply&) {});
  EXPECT_THROW(ask([](const Request&, const Reply&) { throw std::runtime_error("x"); }),
               std::runtime_error);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("inkling_requests_total{route=\"/a\",status=\"404\"} 1"));
  EXPECT_THAT(text, HasSubstr("inkling_requests_total{route=\"/a\",status=\"500\"} 2"));
  EXPECT_THAT(text, Not(HasSubstr("status=\"200\"")));
}

}  // namespace
}  // namespace inkling

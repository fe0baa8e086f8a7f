#include "server/metrics.h"

#include <array>
#include <atomic>
#include <fstream>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include "server/http/attempt.h"

namespace inkling {
namespace {

constexpr std::array<std::pair<Step, const char*>, 4> kSteps{{{Step::queue, "queue"},
                                                              {Step::decode, "decode"},
                                                              {Step::prepare, "prepare"},
                                                              {Step::infer, "infer"}}};

// Seconds: from a tenth of a prediction to where clients give up.
const prometheus::Histogram::BucketBoundaries kTimes{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                                     0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                                     1,      2.5,     5,      10};
const prometheus::Histogram::BucketBoundaries kBatchSizes{1, 2, 4, 8, 16, 32, 64, 128, 256};
const prometheus::Histogram::BucketBoundaries kConfidences{0.1, 0.2, 0.3, 0.4,  0.5, 0.6,
                                                           0.7, 0.8, 0.9, 0.99, 1};

double seconds(Metrics::Clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

// proc(5): resident pages are the second number.
double resident_bytes() {
  double all = 0;
  double resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace

struct Metrics::Impl {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter()
          .Name("inkling_requests_total")
          .Help("Requests answered, by route and status.")
          .Register(registry);
  prometheus::Family<prometheus::Histogram>& request_times =
      prometheus::BuildHistogram()
          .Name("inkling_request_seconds")
          .Help("From a whole request to its answer, by route.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& refused =
      prometheus::BuildCounter()
          .Name("inkling_refused_total")
          .Help("Requests and connections refused before a route was found, by status.")
          .Register(registry);
  prometheus::Family<prometheus::Histogram>& steps =
      prometheus::BuildHistogram()
          .Name("inkling_step_seconds")
          .Help(
              "Parts of a prediction: waiting in the queue, decoding the file, preparing it, "
              "inference.")
          .Register(registry);
  prometheus::Histogram& batch_size = prometheus::BuildHistogram()
                                          .Name("inkling_batch_size")
                                          .Help("Pictures in one call of the network.")
                                          .Register(registry)
                                          .Add({}, kBatchSizes);
  prometheus::Family<prometheus::Counter>& predictions = prometheus::BuildCounter()
                                                             .Name("inkling_predictions_total")
                                                             .Help("Predictions, by class.")
                                                             .Register(registry);
  prometheus::Counter& abstentions = prometheus::BuildCounter()
                                         .Name("inkling_abstentions_total")
                                         .Help("Predictions that abstained.")
                                         .Register(registry)
                                         .Add({});
  prometheus::Histogram& confidence = prometheus::BuildHistogram()
                                          .Name("inkling_confidence")
                                          .Help("Predictions' confidence: drift shows here.")
                                          .Register(registry)
                                          .Add({}, kConfidences);
  prometheus::Family<prometheus::Gauge>& model = prometheus::BuildGauge()
                                                     .Name("inkling_model_info")
                                                     .Help("1 for the model that answers.")
                                                     .Register(registry);
  prometheus::Gauge& connections = prometheus::BuildGauge()
                                       .Name("inkling_connections")
                                       .Help("Open connections.")
                                       .Register(registry)
                                       .Add({});
  prometheus::Gauge& waiting = prometheus::BuildGauge()
                                   .Name("inkling_queue_length")
                                   .Help("Requests that wait for a thread.")
                                   .Register(registry)
                                   .Add({});
  prometheus::Gauge& memory = prometheus::BuildGauge()
                                  .Name("process_resident_memory_bytes")
                                  .Help("Resident memory.")
                                  .Register(registry)
                                  .Add({});
  std::array<prometheus::Histogram*, kSteps.size()> step_times{};
  Gauges gauges;
  prometheus::Gauge* served = nullptr;  // of model
};

Metrics::Metrics(const std::string& version) : impl_(std::make_unique<Impl>()) {
  prometheus::BuildGauge()
      .Name("inkling_build_info")
      .Help("1 for the version that runs.")
      .Register(impl_->registry)
      .Add({{"version", version}})
      .Set(1);
  for (const auto& [step, name] : kSteps) {
    impl_->step_times.at(static_cast<std::size_t>(step)) =
        &impl_->steps.Add({{"step", name}}, kTimes);
  }
}

Metrics::~Metrics() = default;

void Metrics::answered(const std::string& route, int status, Clock::duration took) {
  impl_->requests.Add({{"route", route}, {"status", std::to_string(status)}}).Increment();
  impl_->request_times.Add({{"route", route}}, kTimes).Observe(seconds(took));
}

void Metrics::refused(int status) {
  impl_->refused.Add({{"status", std::to_string(status)}}).Increment();
}

void Metrics::took(Step step, Clock::duration time) {
  impl_->step_times.at(static_cast<std::size_t>(step))->Observe(seconds(time));
}

void Metrics::inferred(std::size_t pictures) {
  impl_->batch_size.Observe(static_cast<double>(pictures));
}

void Metrics::predicted(const std::string& class_name, double confidence, bool abstains) {
  impl_->predictions.Add({{"class", class_name}}).Increment();
  impl_->confidence.Observe(confidence);
  if (abstains) {
    impl_->abstentions.Increment();
  }
}

void Metrics::serves_model(const std::string& name, const std::string& sha256) {
  prometheus::Gauge& next = impl_->model.Add({{"name", name}, {"sha256", sha256}});
  next.Set(1);
  prometheus::Gauge* const before = std::exchange(impl_->served, &next);
  if (before != nullptr && before != &next) {
    impl_->model.Remove(before);
  }
}

void Metrics::set_gauges(Gauges gauges) { impl_->gauges = std::move(gauges); }

std::string Metrics::text() const {
  if (impl_->gauges.connections) {
    impl_->connections.Set(static_cast<double>(impl_->gauges.connections()));
  }
  if (impl_->gauges.waiting) {
    impl_->waiting.Set(static_cast<double>(impl_->gauges.waiting()));
  }
  impl_->memory.Set(resident_bytes());
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

namespace {

// Passes the answer on, and counts it; also the 500 that is answered where it is dropped.
class CountingReceiver : public Reply::Receiver {
 public:
  CountingReceiver(Reply reply, std::shared_ptr<const std::string> route, Metrics& metrics)
      : reply_(std::move(reply)), route_(std::move(route)), metrics_(metrics) {}
  ~CountingReceiver() override { count(500); }
  CountingReceiver(const CountingReceiver&) = delete;
  CountingReceiver& operator=(const CountingReceiver&) = delete;

  void receive(Response response) noexcept override {
    count(response.status);
    reply_(std::move(response));
  }
  bool waits() const noexcept override { return reply_.waits(); }

 private:
  void count(int status) noexcept {
    if (!counted_.exchange(true)) {
      attempt("metrics",
              [&] { metrics_.answered(*route_, status, Metrics::Clock::now() - began_); });
    }
  }

  Reply reply_;
  std::shared_ptr<const std::string> route_;
  Metrics& metrics_;
  Metrics::Clock::time_point began_ = Metrics::Clock::now();
  std::atomic<bool> counted_ = false;
};

}  // namespace

Handler counted(Handler handler, const std::string& route, Metrics& metrics) {
  const auto shared_route = std::make_shared<const std::string>(route);
  return [handler = std::move(handler), shared_route, &metrics](Request request, Reply reply) {
    handler(std::move(request),
            Reply(std::make_shared<CountingReceiver>(std::move(reply), shared_route, metrics)));
  };
}

}  // namespace inkling

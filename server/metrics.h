// What operators watch: GET /metrics, in Prometheus's text format.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/http/message.h"

namespace inkling {

// The parts of a prediction that take time.
enum class Step { queue, decode, prepare, infer };

// What is read when somebody asks.
struct Gauges {
  std::function<std::size_t()> connections;  // open
  std::function<std::size_t()> waiting;      // requests in the queue
};

// Thread-safe but for what says otherwise. Counting may throw std::bad_alloc, as a handler may.
class Metrics {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Metrics(const std::string& version);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // A request that found its route, of which there are few: "/predict/".
  void answered(const std::string& route, int status, Clock::duration took);
  // One that was refused before: malformed, too large, too slow, for want of room, not let in, or
  // for a path or a method that there is not.
  void refused(int status);
  void took(Step step, Clock::duration time);
  // One call of the network.
  void inferred(std::size_t pictures);
  // class_name: one of the network's.
  void predicted(const std::string& class_name, double confidence, bool abstains);

  // Not thread-safe: by one thread, and the gauges before the first request.
  void serves_model(const std::string& name, const std::string& sha256);
  void set_gauges(Gauges gauges);

  std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Counts what the handler answers, and how long it takes.
Handler counted(Handler handler, const std::string& route, Metrics& metrics);

// Measures a step from its construction to stop().
class StepTimer {
 public:
  StepTimer(Metrics* metrics, Step step)  // nullptr: measures nothing
      : metrics_(metrics), step_(step), began_(Metrics::Clock::now()) {}
  void stop() const {
    if (metrics_ != nullptr) {
      metrics_->took(step_, Metrics::Clock::now() - began_);
    }
  }

 private:
  Metrics* metrics_;
  Step step_;
  Metrics::Clock::time_point began_;
};

}  // namespace inkling

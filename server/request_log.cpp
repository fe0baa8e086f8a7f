#include "server/request_log.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <utility>

#include "server/http/attempt.h"
#include "server/http/json_text.h"
#include "server/timestamp.h"

namespace inkling {
namespace {

using Clock = std::chrono::steady_clock;

// Passes the answer on, and writes its line.
class LoggingReceiver : public Reply::Receiver {
 public:
  LoggingReceiver(const Request& request, Reply reply, std::string port,
                  std::shared_ptr<spdlog::logger> log)
      : reply_(std::move(reply)),
        port_(std::move(port)),
        log_(std::move(log)),
        id_(request.id),
        trace_(trace_id(request.header("traceparent").value_or(""))),
        method_(request.method),
        path_(request.path),
        bytes_(request.body.size()) {}
  ~LoggingReceiver() override {
    Response dropped;
    dropped.status = 500;  // as the connection answers then
    write(dropped);
  }
  LoggingReceiver(const LoggingReceiver&) = delete;
  LoggingReceiver& operator=(const LoggingReceiver&) = delete;

  void receive(Response response) noexcept override {
    write(response);
    reply_(std::move(response));
  }
  bool waits() const noexcept override { return reply_.waits(); }

 private:
  void write(const Response& response) noexcept {
    if (!written_.exchange(true)) {
      attempt("request log", [&] { log_->info(line(response)); });
    }
  }

  std::string line(const Response& response) const {
    const double ms = std::chrono::duration<double, std::milli>(Clock::now() - began_).count();
    JsonObject line;
    line.add("time", now_as_text()).add("id", id_);
    if (!trace_.empty()) {
      line.add("trace", trace_);
    }
    line.add("port", port_)
        .add("method", method_)
        .add("path", path_)
        .add("status", response.status)
        .add("ms", std::round(ms * 100) / 100)
        .add_json("in", std::to_string(bytes_))
        .add_json("out", std::to_string(response.body.size()));
    if (!response.log.empty()) {
      line.add_members_of(response.log);
    }
    return line.text();
  }

  Reply reply_;
  std::string port_;
  std::shared_ptr<spdlog::logger> log_;
  std::string id_;
  std::string trace_;
  std::string method_;
  std::string path_;
  std::size_t bytes_;
  Clock::time_point began_ = Clock::now();
  std::atomic<bool> written_ = false;
};

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

// version "-" trace-id "-" parent-id "-" flags: 2, 32, 16 and 2 hexadecimal digits.
std::string trace_id(std::string_view traceparent) {
  constexpr std::size_t kSize = 55;
  if (traceparent.size() < kSize || (traceparent.size() > kSize && traceparent[kSize] != '-')) {
    return "";
  }
  const std::string_view trace = traceparent.substr(3, 32);
  const bool sound = traceparent[2] == '-' && traceparent[35] == '-' && traceparent[52] == '-' &&
                     is_hex(traceparent.substr(0, 2)) && is_hex(trace) &&
                     is_hex(traceparent.substr(36, 16)) && is_hex(traceparent.substr(53, 2)) &&
                     trace.find_first_not_of('0') != std::string_view::npos;
  return sound ? std::string(trace) : "";
}

Handler logged(Handler handler, const std::string& port, std::shared_ptr<spdlog::logger> log) {
  return [handler = std::move(handler), port, log = std::move(log)](Request request, Reply reply) {
    Reply logging(std::make_shared<LoggingReceiver>(request, std::move(reply), port, log));
    handler(std::move(request), std::move(logging));
  };
}

}  // namespace inkling

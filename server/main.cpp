// inkling-server: answers predictions on one port, and serves the page that asks for them on
// another.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <malloc.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include "engine/program/command_line.h"
#include "engine/program/resources.h"
#include "server/access/cross_origin.h"
#include "server/access/forwarded.h"
#include "server/access/gate.h"
#include "server/healthcheck_command.h"
#include "server/keygen_command.h"
#include "server/load_model.h"
#include "server/log_sink.h"
#include "server/request_log.h"
#include "server/service.h"
#include "server/settings.h"
#include "server/work_queue.h"

namespace inkling {
namespace {

// A connection is a descriptor, and the usual soft limit of 1,024 is for programs that use
// select().
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return;
  }
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);  // where it is refused, HttpServer keeps below the old one
}

// An address that a browser opens: "every address" is none.
std::string url(const std::string& host, std::uint16_t port) {
  const bool everywhere = host == "0.0.0.0" || host == "::";
  const bool ipv6 = !everywhere && host.find(':') != std::string::npos;
  return "http://" +
         (everywhere ? "localhost"
          : ipv6     ? "[" + host + "]"
                     : host) +
         ":" + std::to_string(port);
}

// The router behind all that a request passes on its way to it. Router and gate outlive the server.
Handler handler_of(const Router& router, const AccessSettings& access, Gate& gate,
                   const std::string& port, std::shared_ptr<spdlog::logger> request_log) {
  Handler handler = gate.guard([&router](Request request, Reply reply) {
    router.handle(std::move(request), std::move(reply));
  });
  if (access.trust_proxy) {
    handler = behind_proxy(std::move(handler));
  }
  if (!access.cors_origins.empty()) {
    handler = with_cross_origin(std::move(handler), access.cors_origins);
  }
  return request_log ? logged(std::move(handler), port, std::move(request_log)) : handler;
}

// What ECS and Kubernetes hand a secret over with. A flag goes before it.
std::optional<std::string> environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): none sets
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

GateOptions gate_options(const AccessSettings& access, Metrics& metrics) {
  GateOptions options;
  options.api_keys = access.api_keys;
  if (access.api_keys.empty()) {
    options.api_keys_text = environment(kApiKeysVariable);
  }
  options.session_lifetime = std::chrono::hours(access.session_hours);
  options.address_per_minute = access.rate_limit;
  options.on_refused = [&metrics](int status) { metrics.refused(status); };
  if (!access.session_secret.empty()) {
    options.session_secret = read_session_secret(access.session_secret);
  } else if (auto secret = environment(kSessionSecretVariable)) {
    options.session_secret = checked_session_secret(std::move(*secret), kSessionSecretVariable);
  }
  return options;
}

// Lines that are JSON and nothing else.
std::shared_ptr<spdlog::logger> make_request_log() {
  auto log = std::make_shared<spdlog::logger>("requests", std::make_shared<LogSink>());
  log->set_pattern("%v");
  return log;
}

void set_log_level(LogLevel level) {
  switch (level) {
    case LogLevel::info:
      return spdlog::set_level(spdlog::level::info);
    case LogLevel::warning:
      return spdlog::set_level(spdlog::level::warn);
    case LogLevel::error:
      return spdlog::set_level(spdlog::level::err);
  }
}

// Those that mean something to it, blocked for every thread so that sigwait() gets them; those that
// would end it although they mean nothing to it are ignored.
sigset_t take_over_signals() {
  for (const int meaningless : {SIGPIPE, SIGUSR1, SIGUSR2}) {  // SIGPIPE: the log's reader may go
    std::signal(meaningless, SIG_IGN);
  }
  sigset_t signals;
  sigemptyset(&signals);
  for (const int meaningful : {SIGINT, SIGTERM, SIGQUIT, SIGHUP}) {
    sigaddset(&signals, meaningful);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// glibc's malloc() would raise both with each large allocation that is given back, and keep up to
// 64 MiB for each thread. So large pictures' memory goes back to the system, and that of drawings
// is there for the next one. Call it before any other thread exists.
void bound_what_malloc_keeps() {
  // NOLINTBEGIN(concurrency-mt-unsafe)
  mallopt(M_MMAP_THRESHOLD, 8 << 20);
  mallopt(M_TRIM_THRESHOLD, 32 << 20);
  // NOLINTEND(concurrency-mt-unsafe)
}

// From now on a signal that stops it does not wait for requests that are under way.
void end_at_once_by(sigset_t signals) {
  sigdelset(&signals, SIGHUP);
  std::thread([signals] {
    int signal = 0;
    sigwait(&signals, &signal);
    spdlog::warn("ended at once");
    std::_Exit(kFailure);
  }).detach();
}

// Requests that are being answered finish with the weights they began with.
void reload(CurrentModel& model, Metrics& metrics, const std::filesystem::path& weights,
            InferencePrecision precision) {
  try {
    ServedModel next = load_served_model(weights, precision);
    check_replaceable(model.get()->recognizer, next.recognizer);
    metrics.serves_model(next.recognizer.model_name, next.sha256);
    model.replace(std::move(next));
    spdlog::info("reloaded {}", weights.string());
  } catch (const std::exception& error) {
    spdlog::error("kept the weights: {}", error.what());
  }
}

void reload(Gate& gate, const std::filesystem::path& keys) {
  try {
    gate.reload();
    spdlog::info("reloaded {}", keys.string());
  } catch (const std::exception& error) {
    spdlog::error("kept the API keys: {}", error.what());
  }
}

// Until a signal asks it to stop.
void wait_for_stop(const sigset_t& signals, const std::function<void()>& on_hangup) {
  int signal = 0;
  sigwait(&signals, &signal);
  while (signal == SIGHUP) {
    on_hangup();
    sigwait(&signals, &signal);
  }
}

void serve(const Settings& settings, const sigset_t& signals) {
  const std::filesystem::path weights = settings.model.empty() ? shipped_model() : settings.model;
  CurrentModel model(load_served_model(weights, settings.precision));
  std::atomic<bool> ready = true;
  const std::size_t max_body = settings.http.connection.http.max_body;
  WorkLimits limits;
  limits.bytes = std::max(limits.bytes, 4 * max_body);
  Metrics metrics(INKLING_VERSION);
  metrics.serves_model(model.get()->recognizer.model_name, model.get()->sha256);
  Gate gate(gate_options(settings.access, metrics));
  std::optional<FeedbackStore> feedback;
  if (!settings.feedback.empty()) {
    feedback.emplace(settings.feedback, settings.feedback_mebibytes << 20U);
  }
  DecodingMemory memory(settings.decode_mebibytes << 20U);
  Batcher batcher(&metrics);
  // Its threads use all of the above to their end.
  WorkQueue work(settings.http.threads, limits, &batcher);
  const ServiceParts parts{.model = model,
                           .ready = ready,
                           .version = INKLING_VERSION,
                           .max_body = max_body,
                           .source_url = INKLING_SOURCE_URL,
                           .work = &work,
                           .metrics = &metrics,
                           .gate = &gate,
                           .feedback = feedback ? &*feedback : nullptr,
                           .memory = &memory,
                           .batcher = &batcher};
  const Router api = api_router(parts);
  const Router page =
      page_router(parts, settings.web.empty() ? find_resource("web") : settings.web);

  raise_descriptor_limit();
  HttpServerOptions options = settings.http;
  options.max_buffered = std::max(options.max_buffered, 4 * max_body);
  options.on_refused = [&metrics](int status) { metrics.refused(status); };
  HttpServer server(options);
  metrics.set_gauges(
      {[&server] { return server.connections(); }, [&work] { return work.waiting(); }});
  const auto request_log = settings.log_requests ? make_request_log() : nullptr;
  const auto port = server.listen(settings.host, settings.port,
                                  handler_of(api, settings.access, gate, "api", request_log));
  const auto ui_port = server.listen(settings.host, settings.ui_port,
                                     handler_of(page, settings.access, gate, "page", request_log));
  server.start();
  spdlog::info("{} is ready", model.get()->recognizer.model_name);
  spdlog::info("API  {}", url(settings.host, port));
  spdlog::info("page {}", url(settings.host, ui_port));

  wait_for_stop(signals, [&] {
    reload(model, metrics, weights, settings.precision);
    if (!settings.access.api_keys.empty()) {
      reload(gate, settings.access.api_keys);
    }
  });
  ready = false;
  spdlog::info("stopping");
  end_at_once_by(signals);
  std::this_thread::sleep_for(settings.drain);
  server.stop();
}

}  // namespace
}  // namespace inkling

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "keygen") {
    return inkling::run_keygen(argc - 1, argv + 1);
  }
  if (command == "healthcheck") {
    return inkling::run_healthcheck(argc - 1, argv + 1);
  }
  inkling::Settings settings;
  CLI::App app{"Recognizes handwritten digits over HTTP, and serves a page to draw them.",
               "inkling-server"};
  inkling::add_flags(app, settings);
  if (const auto exit_code = inkling::parse_command_line(app, argc, argv)) {
    return *exit_code;
  }

  inkling::bound_what_malloc_keeps();
  // Before any thread exists, which would not have them blocked.
  const sigset_t signals = inkling::take_over_signals();
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("inkling-server", std::make_shared<inkling::LogSink>()));
  inkling::set_log_level(settings.log_level);
  try {
    inkling::serve(settings, signals);
    return inkling::kSuccess;
  } catch (const std::exception& error) {
    std::cerr << "inkling-server: " << error.what() << '\n';
    return inkling::kFailure;
  }
}

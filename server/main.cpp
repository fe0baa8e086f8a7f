// inkling-server: answers predictions on one port, and serves the page that asks for them on
// another.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include "data/prepare.h"
#include "engine/inference/inference_plan.h"
#include "engine/inference/saliency.h"
#include "engine/program/command_line.h"
#include "engine/program/resources.h"
#include "server/log_sink.h"
#include "server/service.h"
#include "server/settings.h"
#include "server/work_queue.h"

namespace inkling {
namespace {

void check_model(const InferencePlan& plan, const std::string& weights) {
  check_preparable(plan.height(), plan.width(), weights);
  constexpr int kDigits = 10;
  if (plan.class_names().empty() && plan.classes() != kDigits) {
    throw std::runtime_error(
        weights + ": expected a model of ten digits, or of classes with names, received " +
        std::to_string(plan.classes()) + " classes without names");
  }
}

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

// README.md beside the weights, as model hubs have it; empty when there is none.
std::string card_of(const std::filesystem::path& model) {
  std::ifstream file(model.parent_path() / "README.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

// Handlers of the routers, which outlive the server.
Handler handler_of(const Router& router) {
  return [&router](Request request, Reply reply) {
    router.handle(std::move(request), std::move(reply));
  };
}

// Those that stop it, blocked for every thread so that sigwait() gets them; those that would end it
// although they mean nothing to it are ignored.
sigset_t take_over_signals() {
  for (const int meaningless : {SIGPIPE, SIGUSR1, SIGUSR2}) {  // SIGPIPE: the log's reader may go
    std::signal(meaningless, SIG_IGN);
  }
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  for (const int stop : {SIGINT, SIGTERM, SIGQUIT}) {
    sigaddset(&stop_signals, stop);
  }
  struct sigaction at_hangup {};
  sigaction(SIGHUP, nullptr, &at_hangup);
  if (at_hangup.sa_handler != SIG_IGN) {  // as nohup has it
    sigaddset(&stop_signals, SIGHUP);
  }
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  return stop_signals;
}

// From now on one of these does not wait for requests that are under way.
void end_at_once_by(const sigset_t& signals) {
  std::thread([signals] {
    int signal = 0;
    sigwait(&signals, &signal);
    spdlog::warn("ended at once");
    std::_Exit(kFailure);
  }).detach();
}

void serve(const Settings& settings, const sigset_t& stop_signals) {
  const std::filesystem::path model = settings.model.empty() ? shipped_model() : settings.model;
  const InferencePlan plan(model, 1, settings.precision);
  check_model(plan, model.string());
  const Saliency saliency(model);
  const std::size_t max_body = settings.http.connection.http.max_body;
  WorkLimits limits;
  limits.bytes = std::max(limits.bytes, 4 * max_body);
  WorkQueue work(settings.http.threads, limits);
  const ServiceParts parts{
      {[&plan](std::span<const std::uint8_t> digit) { return plan.probabilities(digit); },
       [&saliency](std::span<const std::uint8_t> digit, int answer) {
         return saliency.of(digit, answer);
       },
       plan.model_name(), plan.calibration().min_confidence, plan.height(), plan.class_names()},
      INKLING_VERSION,
      max_body,
      card_of(model),
      INKLING_SOURCE_URL,
      &work};
  const Router api = api_router(parts);
  const Router page =
      page_router(parts, settings.web.empty() ? find_resource("web") : settings.web);

  raise_descriptor_limit();
  HttpServerOptions options = settings.http;
  options.max_buffered = std::max(options.max_buffered, 4 * max_body);
  HttpServer server(options);
  const auto port = server.listen(settings.host, settings.port, handler_of(api));
  const auto ui_port = server.listen(settings.host, settings.ui_port, handler_of(page));
  server.start();
  spdlog::info("{} with {} parameters is ready", plan.model_name(), plan.parameter_count());
  spdlog::info("API  {}", url(settings.host, port));
  spdlog::info("page {}", url(settings.host, ui_port));

  int signal = 0;
  sigwait(&stop_signals, &signal);
  spdlog::info("stopping");
  end_at_once_by(stop_signals);
  server.stop();
}

}  // namespace
}  // namespace inkling

int main(int argc, char** argv) {
  inkling::Settings settings;
  CLI::App app{"Recognizes handwritten digits over HTTP, and serves a page to draw them.",
               "inkling-server"};
  inkling::add_flags(app, settings);
  if (const auto exit_code = inkling::parse_command_line(app, argc, argv)) {
    return *exit_code;
  }

  // Before any thread exists, which would not have them blocked.
  const sigset_t stop_signals = inkling::take_over_signals();
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("inkling-server", std::make_shared<inkling::LogSink>()));
  try {
    inkling::serve(settings, stop_signals);
    return inkling::kSuccess;
  } catch (const std::exception& error) {
    std::cerr << "inkling-server: " << error.what() << '\n';
    return inkling::kFailure;
  }
}

#include "server/settings.h"

#include <chrono>

#include "engine/program/flags.h"
#include "kernels/processors.h"
#include "server/access/cross_origin.h"

namespace inkling {
namespace {

constexpr std::uint64_t kHour = 3600;

void add_seconds(CLI::App& app, const std::string& flag, std::chrono::milliseconds& value,
                 const std::string& help, std::uint64_t least = 1) {
  const auto set = [&value](const std::uint64_t& seconds) {
    value = std::chrono::seconds(seconds);
  };
  app.add_option_function<std::uint64_t>(flag, set, help)
      ->check(whole_number_in(least, kHour))
      ->default_str(std::to_string(value.count() / 1000));
}

CLI::Validator cors_origin() {
  return {[](std::string& text) -> std::string {
            return text == "*" || is_origin(text)
                       ? ""
                       : "expected an origin such as https://example.org, or *, received " + text;
          },
          "ORIGIN"};
}

void add_bytes(CLI::App& app, const std::string& flag, std::size_t& value, const std::string& help,
               std::uint64_t least, std::uint64_t most) {
  app.add_option(flag, value, help)->check(whole_number_in(least, most))->capture_default_str();
}

void add_file_flags(CLI::App& app, Settings& settings) {
  app.option_defaults()->group("Files");
  app.add_option("--model", settings.model, "weights file (default: those that come with it)")
      ->type_name("FILE");
  app.add_option("--web", settings.web,
                 "folder of the page's files (default: those that come with it)")
      ->type_name("DIR");
  add_choice(app, "--precision", settings.precision, kInferencePrecisions,
             "fast: bf16 and int8 where the processor has them, with the same answers");
}

void add_network_flags(CLI::App& app, Settings& settings) {
  app.option_defaults()->group("Network");
  app.add_option("--host", settings.host, "address to listen on; 0.0.0.0 is every one of IPv4")
      ->check(not_empty("an address"))
      ->capture_default_str();
  app.add_option("--port", settings.port, "port of the API, 0 for any free one")
      ->check(port_number())
      ->capture_default_str();
  app.add_option("--ui-port", settings.ui_port, "port of the page, 0 for any free one")
      ->check(port_number())
      ->capture_default_str();
}

void add_log_flags(CLI::App& app, Settings& settings) {
  app.option_defaults()->group("Log");
  app.add_flag("--log-requests", settings.log_requests,
               "a line of JSON for each request, on standard error as all of the log");
  add_choice(app, "--log-level", settings.log_level, kLogLevels,
             "least grave of the server's own lines that are written");
}

void add_access_flags(CLI::App& app, AccessSettings& access) {
  app.option_defaults()->group("Access");
  app.add_option("--api-keys", access.api_keys,
                 "file of API keys, one of which each request then needs; inkling-server keygen\n"
                 "makes them (default: the lines in $INKLING_API_KEYS, if it is set)")
      ->type_name("FILE")
      ->check(not_empty("a file"));
  app.add_option("--session-hours", access.session_hours,
                 "how long a browser stays signed in to the page")
      ->check(whole_number_in(1, 8760))
      ->capture_default_str();
  app.add_option(
         "--session-secret", access.session_secret,
         "file of at least 32 random bytes that sign sessions, for several servers and for\n"
         "restarts (default: $INKLING_SESSION_SECRET, or new ones at each start)")
      ->type_name("FILE");
  app.add_option("--rate-limit", access.rate_limit,
                 "requests of one address a minute; 429 (default: any number)")
      ->check(whole_number_in(1, 1'000'000));
  app.add_flag("--trust-proxy", access.trust_proxy,
               "take the client's address from X-Forwarded-For, as a load balancer writes it");
  app.add_option("--cors-origin", access.cors_origins,
                 "site whose pages may ask and read the answers; may be repeated; * is every one")
      ->type_name("ORIGIN")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->check(cors_origin());
}

void add_feedback_flags(CLI::App& app, Settings& settings) {
  app.option_defaults()->group("Feedback");
  app.add_option("--feedback", settings.feedback,
                 "folder for pictures whose senders say what they show; inkling export-feedback\n"
                 "makes a data set of them (default: none are taken)")
      ->type_name("DIR")
      ->check(not_empty("a folder"));
  app.add_option("--max-feedback", settings.feedback_mebibytes,
                 "what the folder's files may come to, in MiB; 507")
      ->check(whole_number_in(1, 1'000'000))
      ->capture_default_str();
}

void add_limit_flags(CLI::App& app, Settings& settings) {
  app.option_defaults()->group("Limits");
  HttpServerOptions& http = settings.http;
  http.threads = available_processors();
  app.add_option("--threads", http.threads,
                 "threads that recognize one client's pictures (one more is for\nothers), and as "
                 "many that serve connections")
      ->check(whole_number_in(1, 255))
      ->capture_default_str();
  app.add_option("--max-connections", http.max_connections, "connections open at once")
      ->check(whole_number_in(1, 1'000'000))
      ->capture_default_str();
  HttpLimits& limits = http.connection.http;
  add_bytes(app, "--max-body", limits.max_body, "largest request body in bytes; 413", 1024,
            64U << 20U);
  add_bytes(app, "--max-headers", limits.max_head, "largest request headers in bytes; 431", 1024,
            1U << 20U);
  add_bytes(app, "--max-url", limits.max_target, "longest path and query in bytes; 414", 64,
            64U << 10U);
  app.add_option("--decode-memory", settings.decode_mebibytes,
                 "memory in MiB for the pictures that are decoded at once; a large\none waits for "
                 "its share")
      ->check(whole_number_in(8, 1'000'000))
      ->capture_default_str();
}

void add_timeout_flags(CLI::App& app, Settings& settings) {
  app.option_defaults()->group("Time-outs in seconds");
  HttpServerOptions& http = settings.http;
  ConnectionLimits& limits = http.connection;
  add_seconds(app, "--header-timeout", limits.head_timeout, "for a request's headers; 408");
  add_seconds(app, "--body-timeout", limits.body_timeout,
              "for a request's body, and one more for each 64 KiB that came; 408");
  add_seconds(app, "--answer-timeout", limits.answer_timeout,
              "for the answer to a whole request; 503");
  add_seconds(app, "--send-timeout", limits.send_timeout,
              "without the client's reading any of its answer");
  add_seconds(app, "--idle-timeout", limits.idle_timeout,
              "between requests; longer than the load balancer's");
  add_seconds(app, "--drain", settings.drain,
              "that it goes on at a stop, /readyz being 503, until a load balancer\nhas noticed",
              0);
  add_seconds(app, "--grace", http.grace,
              "that requests under way are given at a stop; a second signal\nends it at once", 0);
}

}  // namespace

void add_flags(CLI::App& app, Settings& settings) {
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.set_version_flag("--version", "inkling-server " INKLING_VERSION);
  add_file_flags(app, settings);
  add_network_flags(app, settings);
  add_log_flags(app, settings);
  add_access_flags(app, settings.access);
  add_feedback_flags(app, settings);
  add_limit_flags(app, settings);
  add_timeout_flags(app, settings);
  app.footer(
      "Exit codes: 0 stopped by a signal, 1 it could not start or was ended at once, 2 a\n"
      "mistake in the command line.\n\n"
      "Example:\n"
      "  inkling-server --host 127.0.0.1 --port 8000 --ui-port 8501\n\n"
      "inkling-server keygen makes API keys, and inkling-server healthcheck says whether a server\n"
      "is alive: see their --help.");
}

}  // namespace inkling

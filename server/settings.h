// What the command line says.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/choices.h"
#include "engine/inference/precision.h"
#include "engine/program/command_line.h"
#include "server/http/pistache_server.h"

namespace inkling {

// Of the lines that the server writes about itself, the least grave ones that it writes. The lines
// of requests are no such lines.
enum class LogLevel { info, warning, error };
inline constexpr Choice<LogLevel> kLogLevels[] = {
    {"info", LogLevel::info}, {"warning", LogLevel::warning}, {"error", LogLevel::error}};

// Who may ask, and how often.
struct AccessSettings {
  std::filesystem::path api_keys;        // empty: everybody
  std::filesystem::path session_secret;  // empty: one of the process's own
  int session_hours = 12;
  std::optional<int> rate_limit;          // requests of an address a minute
  bool trust_proxy = false;               // X-Forwarded-For says who the client is
  std::vector<std::string> cors_origins;  // whose pages may read the answers
};

struct Settings {
  std::filesystem::path model;  // empty: the shipped one
  std::filesystem::path web;    // empty: the shipped one
  InferencePrecision precision = InferencePrecision::fast;
  std::string host = "0.0.0.0";
  std::uint16_t port = 8000;
  std::uint16_t ui_port = 8501;
  bool log_requests = false;
  LogLevel log_level = LogLevel::info;
  AccessSettings access;
  std::filesystem::path feedback;  // folder; empty: none is taken
  std::uint64_t feedback_mebibytes = 256;
  // From a signal that stops it until it takes no more connections: meanwhile /readyz says 503, and
  // a load balancer that asks there sends its requests elsewhere.
  std::chrono::milliseconds drain{0};
  std::size_t decode_mebibytes = 256;  // that pictures may take which are decoded at once
  HttpServerOptions http;              // threads: also those that recognize pictures
};

// The program's flags, which fill the settings when the command line is parsed.
void add_flags(CLI::App& app, Settings& settings);

}  // namespace inkling

// What the command line says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/inference/precision.h"
#include "engine/program/command_line.h"
#include "server/http/pistache_server.h"

namespace inkling {

struct Settings {
  std::filesystem::path model;  // empty: the shipped one
  std::filesystem::path web;    // empty: the shipped one
  InferencePrecision precision = InferencePrecision::fast;
  std::string host = "0.0.0.0";
  std::uint16_t port = 8000;
  std::uint16_t ui_port = 8501;
  bool log_requests = false;
  HttpServerOptions http;  // threads: also those that recognize pictures
};

// The program's flags, which fill the settings when the command line is parsed.
void add_flags(CLI::App& app, Settings& settings);

}  // namespace inkling

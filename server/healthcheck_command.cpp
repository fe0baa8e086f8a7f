#include "server/healthcheck_command.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "engine/program/command_line.h"
#include "engine/program/flags.h"
#include "server/http/file_descriptor.h"

namespace inkling {
namespace {

// Of each step. A server that takes longer to say that it is alive is not.
constexpr timeval kPatience{2, 0};

std::string error_text() { return std::generic_category().message(errno); }

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Addresses addresses_of(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found)) {
    throw std::runtime_error(gai_strerror(error));
  }
  return {found, &freeaddrinfo};
}

// To the first of its addresses that lets itself be connected to.
FileDescriptor connect_to(const std::string& host, std::uint16_t port) {
  const Addresses addresses = addresses_of(host, port);
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    FileDescriptor fd(socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);  // connect(), too
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    if (connect(fd.get(), address->ai_addr, address->ai_addrlen) == 0) {
      return fd;
    }
  }
  throw std::runtime_error(error_text());
}

// The answer's first line.
std::string status_line(const FileDescriptor& connection) {
  constexpr std::string_view kRequest =
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (send(connection.get(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(kRequest.size())) {
    throw std::runtime_error(error_text());
  }
  std::string line;
  std::array<char, 256> bytes{};
  while (line.find("\r\n") == std::string::npos) {
    const ssize_t count = recv(connection.get(), bytes.data(), bytes.size(), 0);
    if (count <= 0) {
      throw std::runtime_error(count == 0 ? "a closed connection" : error_text());
    }
    line.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return line.substr(0, line.find("\r\n"));
}

void expect_alive(const std::string& host, std::uint16_t port) {
  const std::string line = status_line(connect_to(host, port));
  if (line.rfind("HTTP/1.1 200 ", 0) != 0) {
    throw std::runtime_error(line);
  }
}

}  // namespace

int run_healthcheck(int argc, const char* const* argv) {
  CLI::App app{"Says whether a server is alive: asks it for /healthz.",
               "inkling-server healthcheck"};
  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;
  app.add_option("--host", host, "its address")
      ->check(not_empty("an address"))
      ->capture_default_str();
  app.add_option("--port", port, "its port, of the API or the page")
      ->check(whole_number_in(1, 65535))
      ->capture_default_str();
  app.footer(
      "Exit codes: 0 it is alive, 1 it is not, 2 a mistake in the command line.\n\n"
      "Example, for Docker's HEALTHCHECK:\n"
      "  inkling-server healthcheck --port 8000");
  if (const auto exit_code = parse_command_line(app, argc, argv)) {
    return *exit_code;
  }
  try {
    expect_alive(host, port);
    return kSuccess;
  } catch (const std::exception& error) {
    std::cerr << "inkling-server: expected 200 for /healthz from " << host << " port " << port
              << ", received: " << error.what() << '\n';
    return kFailure;
  }
}

}  // namespace inkling

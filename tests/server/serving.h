// A server on a free port, for tests that talk to it.
#pragma once

#include <cstdint>

#include <gtest/gtest.h>

#include "server/http/pistache_server.h"
#include "tests/server/http_client.h"

namespace inkling {

inline constexpr auto kLocalhost = "127.0.0.1";
inline constexpr auto kGet = "GET /there HTTP/1.1\r\nHost: h\r\n\r\n";

// Answers with what it was asked.
inline void echo(const Request& request, const Reply& reply) {
  reply({200, {}, request.method + " " + request.path + " " + request.body});
}

// One I/O thread, so that a thread that spins or waits is seen by whoever comes next.
class Serving {
 public:
  explicit Serving(const Handler& handler, const HttpServerOptions& options = {})
      : server_(options) {
    port_ = server_.listen(kLocalhost, 0, handler);
    server_.start();
  }
  std::uint16_t port() const { return port_; }
  HttpServer& server() { return server_; }

 private:
  HttpServer server_;
  std::uint16_t port_ = 0;
};

inline void expect_alive(std::uint16_t port) { EXPECT_EQ(request(port, kGet).body, "GET /there "); }

}  // namespace inkling

// The HTTP server: ports, I/O threads, connections. Its implementation alone knows Pistache.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "server/http/connection.h"
#include "server/http/message.h"

namespace inkling {

struct HttpServerOptions {
  ConnectionLimits connection;
  int threads = 1;  // I/O threads; handlers run on them, unless queued()
  // Open at once. For one more, who holds most gives one up; where none can be, it is answered 503.
  int max_connections = 1000;
  // Bytes of unfinished requests that all connections may hold together, small ones not counted.
  // Who holds most gives way, by 503.
  std::size_t max_buffered = std::size_t{64} << 20U;
  // Called by the I/O threads with the status of what is refused before a handler is asked. May
  // throw, which ends the connection.
  std::function<void(int)> on_refused;
  // How long stop() waits for requests that are being read or answered.
  std::chrono::milliseconds grace = std::chrono::seconds(8);
};

// listen() any number of times, then start() once, then stop() once. Not thread-safe.
class HttpServer {
 public:
  explicit HttpServer(const HttpServerOptions& options = {});
  ~HttpServer();  // stops
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Binds a port (0: any free one), whose requests go to the handler, and returns it. Clients may
  // connect from now on; they are served after start(). Throws std::runtime_error with one line.
  std::uint16_t listen(const std::string& host, std::uint16_t port, const Handler& handler);

  // Returns at once; the I/O threads serve. Throws std::runtime_error.
  void start();

  std::size_t connections() const;  // open now; thread-safe

  // Accepts no more, lets requests finish, closes every connection, joins the threads. Safe to call
  // again.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace inkling

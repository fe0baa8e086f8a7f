// Pistache carries the server: its reactor is the I/O threads and their event loops. Its accept
// loop, transport, HTTP parser, response writer and time-outs are not used; docs/pistache.md says
// why.
#include "server/http/pistache_server.h"

#include <algorithm>
#include <utility>

#include <pistache/reactor.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include "server/http/attempt.h"
#include "server/http/listening_sockets.h"
#include "server/http/pistache_server_thread.h"

namespace inkling {
namespace {

namespace Aio = Pistache::Aio;

// Without a descriptor left, accepting would fail over and over: the cap stays below the limit.
HttpServerOptions within_descriptor_limit(HttpServerOptions options) {
  const auto reserved = 64 + 8 * static_cast<rlim_t>(options.threads);  // what is no connection
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    const rlim_t available = std::max(limit.rlim_cur, reserved + 1) - reserved;
    options.max_connections =
        static_cast<int>(std::min<rlim_t>(available, static_cast<rlim_t>(options.max_connections)));
  }
  return options;
}

}  // namespace

struct HttpServer::Impl {
  explicit Impl(const HttpServerOptions& options)
      : shared(std::make_shared<IoThreadsState>(options)) {}

  std::shared_ptr<IoThreadsState> shared;
  std::shared_ptr<Aio::Reactor> reactor;
};

HttpServer::HttpServer(const HttpServerOptions& options)
    : impl_(std::make_unique<Impl>(within_descriptor_limit(options))) {}

HttpServer::~HttpServer() { stop(); }

std::uint16_t HttpServer::listen(const std::string& host, std::uint16_t port,
                                 const Handler& handler) {
  std::uint16_t bound = port;
  for (FileDescriptor& socket : open_listening_sockets(host, port)) {
    bound = port_of(socket.get());
    impl_->shared->listeners.push_back({std::move(socket), handler});
  }
  return bound;
}

void HttpServer::start() {
  reserve_memory();
  auto reactor = Aio::Reactor::create();
  reactor->init(
      Aio::AsyncContext(static_cast<std::size_t>(impl_->shared->options.threads), "http"));
  reactor->addHandler(std::make_shared<IoThread>(impl_->shared));
  reactor->run();
  impl_->reactor = std::move(reactor);  // else stop() would wait for threads that never ran
}

std::size_t HttpServer::connections() const { return impl_->shared->admission.open(); }

void HttpServer::stop() {
  IoThreadsState& shared = *impl_->shared;
  if (impl_->reactor) {
    shared.connections.stopping = true;
    for (const auto& mailbox : shared.mailboxes) {
      mailbox->wake();
    }
    if (!shared.admission.wait_for_end(shared.options.grace)) {
      spdlog::warn("stopped with requests under way");
    }
    impl_->reactor->shutdown();
    impl_->reactor.reset();  // joins the threads, then closes what is left
    for (const auto& mailbox : shared.mailboxes) {
      mailbox->take_clients().clear();  // replies that are still held keep it alive, not these
    }
  }
  shared.listeners.clear();
  shared.mailboxes.clear();
}

}  // namespace inkling

// Pistache carries the server: its reactor is the I/O threads and their event loops. Its accept
// loop, transport, HTTP parser, response writer and time-outs are not used; docs/pistache.md says
// why.
#include "server/http/pistache_server.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <list>
#include <stdexcept>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pistache/os.h>
#include <pistache/reactor.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "server/http/listening_socket.h"
#include "server/http/open_count.h"
#include "server/http/response_bytes.h"

namespace inkling {
namespace {

namespace Aio = Pistache::Aio;
namespace Polling = Pistache::Polling;
using Interest = Pistache::Flags<Polling::NotifyOn>;

const Interest kReadable(Polling::NotifyOn::Read);
constexpr long kTickNanoseconds = 100'000'000;
constexpr int kAcceptedARound = 128;

struct Listener {
  int fd = -1;
  Handler handler;
};

// What all I/O threads share.
struct Shared {
  explicit Shared(const HttpServerOptions& given)
      : options(given),
        connections{given.connection, MemoryBudget(given.max_buffered)},
        open(given.max_connections, given.threads) {}

  HttpServerOptions options;
  ConnectionsState connections;
  std::list<Listener> listeners;                    // constant once started
  std::vector<std::shared_ptr<Mailbox>> mailboxes;  // constant once started
  OpenCount open;
};

std::string last_error() { return std::generic_category().message(errno); }

// One I/O thread and its connections. Everything here runs on that thread, but for construction,
// registerPoller and destruction, which happen before it starts and after it ended.
class IoThread : public Aio::Handler {
 public:
  explicit IoThread(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  ~IoThread() override;
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  std::shared_ptr<Aio::Handler> clone() const override {
    return std::make_shared<IoThread>(shared_);
  }
  void registerPoller(Polling::Epoll& poller) override;
  void onReady(const Aio::FdSet& fds) override;

 private:
  // A connection, and what the poller watches for on its behalf.
  struct Client {
    std::shared_ptr<Connection> connection;
    Interest watched;
  };
  using Clients = std::unordered_map<int, Client>;

  bool accept_waiting(const Listener& listener);
  void accepted(int fd, const Listener& listener);
  void serve(Clients::iterator client, const Aio::FdSet::Entry& event);
  void deliver_answers();
  void tick();
  void listen_again();
  void stop_listening();
  void stop_for_good();
  void settle(Clients::iterator client);
  const Listener* listener_of(int fd) const;

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<Mailbox> mailbox_;
  Polling::Epoll* poller_ = nullptr;
  int timer_fd_ = -1;
  bool listening_ = false;
  bool stopped_ = false;
  Clients clients_;
};

IoThread::~IoThread() {
  // Those that outlived the grace period.
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    shared_->open.release_slot();
  }
  if (timer_fd_ >= 0) {
    close(timer_fd_);
  }
}

void IoThread::registerPoller(Polling::Epoll& poller) {
  poller_ = &poller;
  mailbox_ = std::make_shared<Mailbox>();
  shared_->mailboxes.push_back(mailbox_);
  poller.addFd(mailbox_->fd(), kReadable, Polling::Tag(mailbox_->fd()));

  timer_fd_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  const itimerspec every{{0, kTickNanoseconds}, {0, kTickNanoseconds}};
  if (timer_fd_ < 0 || timerfd_settime(timer_fd_, 0, &every, nullptr) != 0) {
    throw std::runtime_error(std::string("cannot set up a timer: ") + last_error());
  }
  poller.addFd(timer_fd_, kReadable, Polling::Tag(timer_fd_));
  listen_again();
}

// One round: each client that is ready gets one piece read and one request begun, then the answers
// that came meanwhile go out. What they lead to waits for the next round. New clients come after
// the old ones: a descriptor that is closed in this round and given out again has no event in it.
void IoThread::onReady(const Aio::FdSet& fds) {
  try {
    std::vector<int> others;
    for (const auto& event : fds) {
      const int fd = static_cast<int>(event.getTag().value());
      if (const auto client = clients_.find(fd); client != clients_.end()) {
        serve(client, event);
      } else {
        others.push_back(fd);
      }
    }
    deliver_answers();
    for (const int fd : others) {
      if (const Listener* listener = listener_of(fd)) {
        static_cast<void>(accept_waiting(*listener));  // if there are more: the next round
      }
      if (fd == timer_fd_) {
        tick();
      }
    }
    if (shared_->connections.stopping) {
      stop_for_good();
    }
  } catch (const std::exception& error) {
    spdlog::error("I/O thread: {}", error.what());  // one client's trouble must not end the process
  }
}

void IoThread::serve(Clients::iterator client, const Aio::FdSet::Entry& event) {
  Connection& connection = *client->second.connection;
  if (event.isWritable()) {
    connection.on_writable();
  }
  if (event.isReadable()) {
    connection.on_readable();
  }
  // Broken; that is reported whether watched for or not, and again and again.
  if (!event.isReadable() && !event.isWritable()) {
    connection.on_broken();
  }
  settle(client);
}

void IoThread::deliver_answers() {
  for (const auto& [to, response] : mailbox_->take()) {
    const auto connection = to.lock();
    if (!connection) {
      continue;
    }
    connection->answer(response);
    const auto client = clients_.find(connection->fd());
    if (client != clients_.end() && client->second.connection == connection) {
      settle(client);
    }
  }
}

// After each call into a connection: watches for what it waits for now, or removes it.
void IoThread::settle(Clients::iterator client) {
  auto& [connection, watched] = client->second;
  if (connection->finished()) {
    poller_->removeFd(client->first);
    clients_.erase(client);
    shared_->open.release_slot();
    return;
  }
  Interest wanted;
  if (connection->wants_input()) {
    wanted.setFlag(Polling::NotifyOn::Read);
  }
  if (connection->wants_output()) {
    wanted.setFlag(Polling::NotifyOn::Write);
  }
  if (wanted == watched) {
    return;
  }
  poller_->rearmFd(client->first, wanted, Polling::Tag(client->first));
  watched = wanted;
}

// Accepts a bounded number per round, so that open connections are not starved; true when more may
// be pending.
bool IoThread::accept_waiting(const Listener& listener) {
  for (int i = 0; i < kAcceptedARound; ++i) {
    const int fd = accept4(listener.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      accepted(fd, listener);
    } else if (errno == EAGAIN) {  // another thread took it
      return false;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      // No memory, no descriptors: it would be reported again at once and for ever. A pause, until
      // the next tick. (Or another thread has stopped listening for good.)
      if (!shared_->connections.stopping) {
        spdlog::error("cannot accept a connection: {}", last_error());
      }
      stop_listening();
      return false;
    }
  }
  return true;
}

void IoThread::accepted(int fd, const Listener& listener) {
  if (!shared_->open.take_slot()) {
    const std::string busy = to_bytes(busy_response("Too many open connections"),
                                      {.keep_alive = false}, std::time(nullptr));
    static_cast<void>(::send(fd, busy.data(), busy.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    close(fd);
    return;
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  clients_[fd] = {
      std::make_shared<Connection>(fd, listener.handler, shared_->connections, mailbox_),
      kReadable};
  poller_->addFd(fd, kReadable, Polling::Tag(fd));
}

void IoThread::tick() {
  std::uint64_t ignored = 0;
  static_cast<void>(!::read(timer_fd_, &ignored, sizeof(ignored)));
  const auto now = Connection::Clock::now();
  for (auto next = clients_.begin(); next != clients_.end();) {
    const auto client = next++;
    client->second.connection->check_deadline(now);
    if (shared_->connections.stopping) {
      client->second.connection->close_if_idle(now);
    }
    settle(client);
  }
  if (!shared_->connections.stopping) {
    listen_again();
  }
}

void IoThread::listen_again() {
  if (std::exchange(listening_, true)) {
    return;
  }
  for (const Listener& listener : shared_->listeners) {
    poller_->addFd(listener.fd, kReadable, Polling::Tag(listener.fd));
  }
}

void IoThread::stop_listening() {
  if (!std::exchange(listening_, false)) {
    return;
  }
  for (const Listener& listener : shared_->listeners) {
    poller_->removeFd(listener.fd);
  }
}

// Accepted connections are served; closing the listeners makes the kernel refuse new ones.
void IoThread::stop_for_good() {
  if (std::exchange(stopped_, true)) {
    return;
  }
  for (const Listener& listener : shared_->listeners) {
    while (accept_waiting(listener)) {
    }
    ::shutdown(listener.fd, SHUT_RDWR);
  }
  stop_listening();
  shared_->open.listener_closed();
}

const Listener* IoThread::listener_of(int fd) const {
  for (const Listener& listener : shared_->listeners) {
    if (listener.fd == fd) {
      return &listener;
    }
  }
  return nullptr;
}

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
  explicit Impl(const HttpServerOptions& options) : shared(std::make_shared<Shared>(options)) {}

  std::shared_ptr<Shared> shared;
  std::shared_ptr<Aio::Reactor> reactor;
};

HttpServer::HttpServer(const HttpServerOptions& options)
    : impl_(std::make_unique<Impl>(within_descriptor_limit(options))) {}

HttpServer::~HttpServer() { stop(); }

std::uint16_t HttpServer::listen(const std::string& host, std::uint16_t port, Handler handler) {
  const int fd = open_listening_socket(host, port);
  impl_->shared->listeners.push_back({fd, std::move(handler)});
  return port_of(fd);
}

void HttpServer::start() {
  auto reactor = Aio::Reactor::create();
  reactor->init(
      Aio::AsyncContext(static_cast<std::size_t>(impl_->shared->options.threads), "http"));
  reactor->addHandler(std::make_shared<IoThread>(impl_->shared));
  reactor->run();
  impl_->reactor = std::move(reactor);  // else stop() would wait for threads that never ran
}

void HttpServer::stop() {
  Shared& shared = *impl_->shared;
  if (impl_->reactor) {
    shared.connections.stopping = true;
    for (const auto& mailbox : shared.mailboxes) {
      mailbox->wake();
    }
    if (!shared.open.wait_for_end(shared.options.grace)) {
      spdlog::warn("stopped with requests under way");
    }
    impl_->reactor->shutdown();
    impl_->reactor.reset();  // joins the threads, then closes what is left
  }
  for (const Listener& listener : shared.listeners) {
    close(listener.fd);
  }
  shared.listeners.clear();
  shared.mailboxes.clear();
}

}  // namespace inkling

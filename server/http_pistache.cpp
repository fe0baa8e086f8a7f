// Pistache carries the connections: its reactor is the I/O threads, its transport the peers. Its
// accept loop, HTTP parser, response writer and time-outs are not used; docs/pistache.md says why.
#include "server/http_pistache.h"

#include <cerrno>
#include <condition_variable>
#include <ctime>
#include <list>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pistache/peer.h>
#include <pistache/reactor.h>
#include <pistache/tcp.h>
#include <pistache/transport.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "server/listening_socket.h"

namespace inkling {
namespace {

namespace Aio = Pistache::Aio;
namespace Polling = Pistache::Polling;
namespace Tcp = Pistache::Tcp;

const Pistache::Flags<Polling::NotifyOn> kReadable(Polling::NotifyOn::Read);
constexpr auto kConnection = "connection";  // the name under which a peer carries its Connection
constexpr long kTickNanoseconds = 100'000'000;
constexpr rlim_t kReservedDescriptors = 64;  // for everything that is no connection

struct Listener {
  int fd = -1;
  Handler handler;
};

// What all I/O threads share.
struct Shared {
  explicit Shared(const HttpServerOptions& given)
      : options(given), connections{given.connection, MemoryBudget(given.max_buffered)} {}

  HttpServerOptions options;
  ConnectionsState connections;
  std::list<Listener> listeners;                    // constant once started
  std::vector<std::shared_ptr<Mailbox>> mailboxes;  // constant once started

  bool take_slot() {
    const std::lock_guard lock(mutex);
    if (open == options.max_connections) return false;
    ++open;
    return true;
  }
  void give_slot() {
    const std::lock_guard lock(mutex);
    --open;
    changed.notify_all();
  }

  std::mutex mutex;
  std::condition_variable changed;
  int open = 0;  // connections
};

std::string last_error() { return std::generic_category().message(errno); }

std::shared_ptr<Connection> connection_of(const std::shared_ptr<Tcp::Peer>& peer) {
  return std::static_pointer_cast<Connection>(peer->getData(kConnection));
}

// One I/O thread's connections. Everything here runs on that thread, but for construction,
// registerPoller and destruction, which happen before it starts and after it ended.
class Transport : public Tcp::Transport {
 public:
  explicit Transport(std::shared_ptr<Shared> shared);
  ~Transport() override;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  std::shared_ptr<Aio::Handler> clone() const override {
    return std::make_shared<Transport>(shared_);
  }
  void registerPoller(Polling::Epoll& poller) override;
  void onReady(const Aio::FdSet& fds) override;

  void deliver_answers();
  void closed() { shared_->give_slot(); }

 private:
  void accept_one(const Listener& listener);
  void tick();
  void listen_again();
  void stop_listening();
  const Listener* listener_of(int fd) const;

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<Mailbox> mailbox_;
  Polling::Epoll* poller_ = nullptr;
  int timer_fd_ = -1;
  bool listening_ = false;
};

// Where Pistache hands over what it received.
class Input : public Tcp::Handler {
  PROTOTYPE_OF(Tcp::Handler, Input)

  void onInput(const char* bytes, std::size_t size,
               const std::shared_ptr<Tcp::Peer>& peer) override {
    connection_of(peer)->receive({bytes, size});
    // At once: the client may have closed its side behind the request, which is read next.
    static_cast<Transport*>(transport())->deliver_answers();
  }
  void onDisconnection(const std::shared_ptr<Tcp::Peer>& /*peer*/) override {
    static_cast<Transport*>(transport())->closed();
  }
};

Transport::Transport(std::shared_ptr<Shared> shared)
    : Tcp::Transport(std::make_shared<Input>()), shared_(std::move(shared)) {}

Transport::~Transport() {
  for (const auto& [fd, peer] : peers) {  // those that outlived the grace
    close(fd);
    closed();
  }
  if (timer_fd_ >= 0) close(timer_fd_);
}

void Transport::registerPoller(Polling::Epoll& poller) {
  Tcp::Transport::registerPoller(poller);
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

void Transport::onReady(const Aio::FdSet& fds) {
  std::vector<Polling::Event> incoming;
  for (const auto& entry : fds) {
    const int fd = static_cast<int>(entry.getTag().value());
    if (const Listener* listener = listener_of(fd)) {
      accept_one(*listener);
    } else if (fd == timer_fd_) {
      tick();
    } else {
      if (entry.isWritable()) {
        // Not by Pistache's queue, which spins while a client does not read.
        if (const auto peer = peers.find(fd); peer != peers.end()) {
          connection_of(peer->second)->flush();
        }
      }
      if (entry.isReadable() || entry.isHangup()) {
        incoming.emplace_back(entry.getTag()).flags.setFlag(Polling::NotifyOn::Read);
      }
    }
  }
  try {
    Tcp::Transport::onReady(Aio::FdSet(std::move(incoming)));
  } catch (const std::exception& error) {
    spdlog::error("I/O thread: {}", error.what());  // one client's trouble must not end the process
  }
  deliver_answers();
  if (shared_->connections.stopping) stop_listening();
}

// Until there is none: an answer given may lead to the next request, and that to the next answer.
void Transport::deliver_answers() {
  for (auto letters = mailbox_->take(); !letters.empty(); letters = mailbox_->take()) {
    for (const auto& [to, response] : letters) {
      if (const auto connection = to.lock()) connection->answer(response);
    }
  }
}

void Transport::accept_one(const Listener& listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  const int fd = accept4(listener.fd, reinterpret_cast<sockaddr*>(&address), &size,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    // Another thread took it, or the client has gone. Anything else (no memory, no descriptors)
    // would be reported again at once and for ever: pause until the next tick.
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return;
    if (!shared_->connections.stopping)
      spdlog::error("cannot accept a connection: {}", last_error());
    stop_listening();
    return;
  }
  if (!shared_->take_slot()) {
    const std::string busy =
        to_bytes(json_response(503, R"({"detail":"Too many open connections"})"),
                 {.keep_alive = false}, std::time(nullptr));
    static_cast<void>(::send(fd, busy.data(), busy.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    close(fd);
    return;
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  auto peer =
      Tcp::Peer::Create(fd, Pistache::Address::fromUnix(reinterpret_cast<sockaddr*>(&address)));
  peer->putData(kConnection,
                std::make_shared<Connection>(fd, listener.handler, shared_->connections, mailbox_));
  handleNewPeer(peer);
  // Pistache watches for input alone. Edge-triggered, so being writable all the time is no event.
  reactor()->modifyFd(
      key(), fd, Polling::NotifyOn::Read | Polling::NotifyOn::Write | Polling::NotifyOn::Shutdown,
      Polling::Mode::Edge);
}

void Transport::tick() {
  std::uint64_t ignored = 0;
  static_cast<void>(!::read(timer_fd_, &ignored, sizeof(ignored)));
  const auto now = Connection::Clock::now();
  for (const auto& [fd, peer] : peers) {
    const auto connection = connection_of(peer);
    connection->check_deadline(now);
    if (shared_->connections.stopping) connection->close_if_idle();
  }
  if (!shared_->connections.stopping) listen_again();
}

void Transport::listen_again() {
  if (std::exchange(listening_, true)) return;
  for (const Listener& listener : shared_->listeners) {
    poller_->addFd(listener.fd, kReadable, Polling::Tag(listener.fd));
  }
}

void Transport::stop_listening() {
  if (!std::exchange(listening_, false)) return;
  for (const Listener& listener : shared_->listeners) poller_->removeFd(listener.fd);
}

const Listener* Transport::listener_of(int fd) const {
  for (const Listener& listener : shared_->listeners) {
    if (listener.fd == fd) return &listener;
  }
  return nullptr;
}

}  // namespace

struct HttpServer::Impl {
  explicit Impl(const HttpServerOptions& options) : shared(std::make_shared<Shared>(options)) {}

  std::shared_ptr<Shared> shared;
  std::shared_ptr<Aio::Reactor> reactor;
};

HttpServer::HttpServer(const HttpServerOptions& options) : impl_(std::make_unique<Impl>(options)) {
  // Without a descriptor left, accepting would fail over and over: the cap stays below the limit.
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > 2 * kReservedDescriptors) {
    const auto most = std::min<rlim_t>(limit.rlim_cur - kReservedDescriptors, 1'000'000);
    impl_->shared->options.max_connections =
        std::min(options.max_connections, static_cast<int>(most));
  }
}

HttpServer::~HttpServer() { stop(); }

std::uint16_t HttpServer::listen(const std::string& host, std::uint16_t port, Handler handler) {
  const int fd = open_listening_socket(host, port);
  impl_->shared->listeners.push_back({fd, std::move(handler)});
  return port_of(fd);
}

void HttpServer::start() {
  impl_->reactor = Aio::Reactor::create();
  impl_->reactor->init(
      Aio::AsyncContext(static_cast<std::size_t>(impl_->shared->options.threads), "http"));
  impl_->reactor->addHandler(std::make_shared<Transport>(impl_->shared));
  impl_->reactor->run();
}

void HttpServer::stop() {
  Shared& shared = *impl_->shared;
  if (impl_->reactor) {
    shared.connections.stopping = true;
    for (const Listener& listener : shared.listeners) ::shutdown(listener.fd, SHUT_RDWR);
    for (const auto& mailbox : shared.mailboxes) mailbox->wake();
    {
      std::unique_lock lock(shared.mutex);
      shared.changed.wait_for(lock, shared.options.grace, [&] { return shared.open == 0; });
    }
    impl_->reactor->shutdown();
    impl_->reactor.reset();  // joins the threads, then closes what is left
  }
  for (const Listener& listener : shared.listeners) close(listener.fd);
  shared.listeners.clear();
  shared.mailboxes.clear();
}

}  // namespace inkling

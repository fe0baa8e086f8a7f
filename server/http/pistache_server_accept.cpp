// How connections come to an I/O thread: accepted, shared out, or told that there is no room.
#include <algorithm>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include "server/http/attempt.h"
#include "server/http/give_way.h"
#include "server/http/pistache_server_thread.h"
#include "server/http/response_bytes.h"

namespace inkling {
namespace {

namespace Polling = Pistache::Polling;

const Pistache::Flags<Polling::NotifyOn> kReadable(Polling::NotifyOn::Read);
constexpr int kAcceptedARound = 128;

}  // namespace

// Accepts a bounded number per round, so that open connections are not starved; true when more may
// be pending.
bool IoThread::accept_waiting(const Listener& listener) {
  for (int i = 0; i < kAcceptedARound; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    FileDescriptor socket(accept4(listener.socket.get(), reinterpret_cast<sockaddr*>(&address),
                                  &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.is_open()) {
      accepted(std::move(socket), peer_address(address), listener);
    } else if (errno == EAGAIN) {  // another thread took it
      return false;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      // No memory, no descriptors: it would be reported again at once and for ever. A pause, until
      // the next tick. (Or another thread has stopped listening for good.)
      if (!shared_->connections.stopping) {
        spdlog::error("cannot accept a connection: {}", std::generic_category().message(errno));
      }
      stop_listening();
      return false;
    }
  }
  return true;
}

// To the thread that has the fewest connections.
void IoThread::accepted(FileDescriptor socket, const PeerAddress& address,
                        const Listener& listener) {
  auto slot = admit(address);
  if (!slot) {
    if (shared_->connections.on_refused) {
      shared_->connections.on_refused(503);
    }
    const std::string busy = to_bytes(busy_response("Too many open connections"),
                                      {.keep_alive = false}, std::time(nullptr));
    static_cast<void>(::send(socket.get(), busy.data(), busy.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    return;
  }
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const auto& least = *std::min_element(
      shared_->mailboxes.begin(), shared_->mailboxes.end(),
      [](const auto& a, const auto& b) { return a->connections < b->connections; });
  const bool stays = mailbox_->connections <= least->connections;
  NewClient client{std::move(socket), &listener.handler, *std::move(slot)};
  if (stays) {
    ++mailbox_->connections;
    take_over(std::move(client));
  } else {
    least->hand_over(std::move(client));
  }
}

// Where all slots are taken, one of this thread's connections is closed for it; another thread may
// be quicker to take the place.
std::optional<Admission::Slot> IoThread::admit(const PeerAddress& address) {
  while (true) {
    if (auto slot = shared_->admission.admit(address)) {
      return slot;
    }
    GivesWay gives_way;
    for (const auto& [fd, client] : clients_) {
      gives_way.consider(*client.connection);
    }
    Connection* const found = gives_way.found();
    if (found == nullptr) {
      return std::nullopt;
    }
    step(*found, [](Connection& other) { other.finish(); });
  }
}

void IoThread::take_new_clients() {
  for (NewClient& client : mailbox_->take_clients()) {
    take_over(std::move(client));
  }
}

void IoThread::take_over(NewClient client) {
  const int fd = client.socket.get();
  const bool taken = attempt("new connection", [&] {
    auto connection =
        std::make_shared<Connection>(std::move(client), shared_->connections, mailbox_);
    clients_[fd] = {std::move(connection), kReadable};
    poller_->addFd(fd, kReadable, Polling::Tag(fd));
  });
  if (!taken) {
    clients_.erase(fd);
    --mailbox_->connections;
  }
}

void IoThread::listen_again() {
  if (std::exchange(listening_, true)) {
    return;
  }
  for (const Listener& listener : shared_->listeners) {
    poller_->addFd(listener.socket.get(), kReadable, Polling::Tag(listener.socket.get()));
  }
}

void IoThread::stop_listening() {
  if (!std::exchange(listening_, false)) {
    return;
  }
  for (const Listener& listener : shared_->listeners) {
    poller_->removeFd(listener.socket.get());
  }
}

// Accepted connections are served; closing the listeners makes the kernel refuse new ones.
void IoThread::stop_for_good() {
  if (stopped_) {
    return;
  }
  for (const Listener& listener : shared_->listeners) {
    while (accept_waiting(listener)) {
    }
    ::shutdown(listener.socket.get(), SHUT_RDWR);
  }
  stop_listening();
  stopped_ = true;  // not before: where memory failed, the next round tries again
  shared_->admission.listener_closed();
}

const Listener* IoThread::listener_of(int fd) const {
  for (const Listener& listener : shared_->listeners) {
    if (listener.socket.get() == fd) {
      return &listener;
    }
  }
  return nullptr;
}

}  // namespace inkling

#include "server/http/pistache_server_thread.h"

#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <sys/timerfd.h>

#include "server/http/attempt.h"
#include "server/http/give_way.h"

namespace inkling {
namespace {

namespace Aio = Pistache::Aio;
namespace Polling = Pistache::Polling;

const Pistache::Flags<Polling::NotifyOn> kReadable(Polling::NotifyOn::Read);
constexpr long kTickNanoseconds = 100'000'000;

std::string last_error() { return std::generic_category().message(errno); }

}  // namespace

void IoThread::registerPoller(Polling::Epoll& poller) {
  poller_ = &poller;
  mailbox_ = std::make_shared<Mailbox>();
  shared_->mailboxes.push_back(mailbox_);
  poller.addFd(mailbox_->fd(), kReadable, Polling::Tag(mailbox_->fd()));

  timer_ = FileDescriptor(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  const itimerspec every{{0, kTickNanoseconds}, {0, kTickNanoseconds}};
  if (!timer_.is_open() || timerfd_settime(timer_.get(), 0, &every, nullptr) != 0) {
    throw std::runtime_error("cannot set up a timer: " + last_error());
  }
  poller.addFd(timer_.get(), kReadable, Polling::Tag(timer_.get()));
  listen_again();
}

void IoThread::onReady(const Aio::FdSet& fds) {
  attempt("I/O thread", [&] { round(fds); });  // what it did not come to is reported again
}

// Each client that is ready gets one piece read and one request begun, then the answers that came
// meanwhile go out. What they lead to waits for the next round. New clients come after the old
// ones: a descriptor that is closed in this round and given out again has no event in it.
void IoThread::round(const Aio::FdSet& fds) {
  for (const auto& event : fds) {
    const auto client = clients_.find(static_cast<int>(event.getTag().value()));
    if (client != clients_.end()) {
      step(*client->second.connection, [&](Connection& connection) { serve(connection, event); });
    }
  }
  deliver_answers();
  bool ticks = false;
  for (const auto& event : fds) {
    const int fd = static_cast<int>(event.getTag().value());
    ticks = ticks || fd == timer_.get();
    if (const Listener* listener = listener_of(fd)) {
      static_cast<void>(accept_waiting(*listener));  // if there are more: the next round
    }
  }
  take_new_clients();
  if (ticks) {
    tick();
  }
  if (shared_->connections.stopping) {
    stop_for_good();
  }
}

void IoThread::serve(Connection& connection, const Aio::FdSet::Entry& event) {
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
  if (connection.wants_room()) {
    make_room_for(connection);
  }
}

void IoThread::make_room_for(Connection& asking) {
  do {
    GivesWay gives_way(asking, Connection::Clock::now());
    for (const auto& [fd, client] : clients_) {
      gives_way.consider(*client.connection);
    }
    Connection* const found = gives_way.found();
    if (found == nullptr) {
      asking.refuse_for_room();
      return;
    }
    step(*found, [](Connection& other) { other.refuse_for_room(); });
  } while (!asking.read_on());
}

void IoThread::deliver_answers() noexcept {
  auto letter = mailbox_->take_letters();
  while (letter) {
    if (const auto connection = letter->to.lock()) {
      step(*connection, [&](Connection& to) { to.answer(letter->response); });
    }
    letter = std::exchange(letter->next, nullptr);
  }
}

// Watches for what the connection waits for now, or removes it.
void IoThread::settle(Clients::iterator client) {
  auto& [connection, watched] = client->second;
  if (connection->finished()) {
    remove(client);
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

void IoThread::remove(Clients::iterator client) noexcept {
  attempt("poller", [&] { poller_->removeFd(client->first); });  // as closing it does
  clients_.erase(client);
  --mailbox_->connections;
}

void IoThread::tick() {
  std::uint64_t ignored = 0;
  static_cast<void>(!::read(timer_.get(), &ignored, sizeof(ignored)));
  const auto now = Connection::Clock::now();
  for (auto next = clients_.begin(); next != clients_.end();) {
    const auto client = next++;
    step(*client->second.connection, [&](Connection& connection) {
      connection.check_deadline(now);
      if (shared_->connections.stopping) {
        connection.close_if_idle(now);
      }
    });
  }
  if (!shared_->connections.stopping) {
    listen_again();
  }
  refill_reserve();
}

}  // namespace inkling

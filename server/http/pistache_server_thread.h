// One thread of the reactor, and the connections that it serves.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include <pistache/os.h>
#include <pistache/reactor.h>

#include "server/http/admission.h"
#include "server/http/attempt.h"
#include "server/http/connection.h"
#include "server/http/mailbox.h"
#include "server/http/pistache_server.h"

namespace inkling {

struct Listener {
  FileDescriptor socket;
  Handler handler;
};

// What all I/O threads share.
struct IoThreadsState {
  explicit IoThreadsState(const HttpServerOptions& given)
      : options(given),
        connections{given.connection, given.on_refused},
        admission({given.max_connections, given.max_buffered}, given.threads) {}

  HttpServerOptions options;
  ConnectionsState connections;
  Admission admission;
  std::list<Listener> listeners;                    // constant once started
  std::vector<std::shared_ptr<Mailbox>> mailboxes;  // constant once started; one for each thread
};

// Everything runs on its thread, but for construction, registerPoller and destruction, which happen
// before it starts and after it ended. What goes wrong with one connection, want of memory say,
// ends that one and nothing else.
class IoThread : public Pistache::Aio::Handler {
 public:
  explicit IoThread(std::shared_ptr<IoThreadsState> shared) : shared_(std::move(shared)) {}

  std::shared_ptr<Pistache::Aio::Handler> clone() const override {
    return std::make_shared<IoThread>(shared_);
  }
  void registerPoller(Pistache::Polling::Epoll& poller) override;
  void onReady(const Pistache::Aio::FdSet& fds) override;

 private:
  using Interest = Pistache::Flags<Pistache::Polling::NotifyOn>;

  // A connection, and what the poller watches for on its behalf.
  struct Client {
    std::shared_ptr<Connection> connection;
    Interest watched;
  };
  using Clients = std::unordered_map<int, Client>;

  void round(const Pistache::Aio::FdSet& fds);
  template <class Step>
  void step(Connection& connection, Step take) noexcept;
  void serve(Connection& connection, const Pistache::Aio::FdSet::Entry& event);
  void make_room_for(Connection& asking);
  void settle(Clients::iterator client);
  void remove(Clients::iterator client) noexcept;
  void deliver_answers() noexcept;
  void tick();

  bool accept_waiting(const Listener& listener);
  void accepted(FileDescriptor socket, const PeerAddress& address, const Listener& listener);
  std::optional<Admission::Slot> admit(const PeerAddress& address);
  void take_over(NewClient client);
  void take_new_clients();
  void listen_again();
  void stop_listening();
  void stop_for_good();
  const Listener* listener_of(int fd) const;

  std::shared_ptr<IoThreadsState> shared_;
  std::shared_ptr<Mailbox> mailbox_;
  Pistache::Polling::Epoll* poller_ = nullptr;
  FileDescriptor timer_;
  bool listening_ = false;
  bool stopped_ = false;
  Clients clients_;
};

// One call into a connection, and what follows from it, which may be its end.
template <class Step>
void IoThread::step(Connection& connection, Step take) noexcept {
  const auto kept = connection.shared_from_this();
  if (!attempt("connection", [&] { take(connection); })) {
    connection.finish();
  }
  const auto client = clients_.find(connection.fd());
  if (client == clients_.end() || client->second.connection != kept) {
    return;
  }
  if (!attempt("poller", [&] { settle(client); })) {
    connection.finish();
    remove(client);
  }
}

}  // namespace inkling

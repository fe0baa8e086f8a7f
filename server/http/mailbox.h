// What comes to an I/O thread from other threads: answers for its connections, and new clients.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "server/http/admission.h"
#include "server/http/file_descriptor.h"
#include "server/http/message.h"

namespace inkling {

class Connection;

// An answer on its way. It is made when the request comes, so that sending it off cannot fail for
// want of memory.
struct Letter {
  explicit Letter(std::weak_ptr<Connection> addressee) : to(std::move(addressee)) {}

  std::weak_ptr<Connection> to;
  std::optional<Response> response;  // nullopt: the handler gave none
  std::shared_ptr<Letter> next;      // in the mailbox
};

// A client whose connection has not begun.
struct NewClient {
  FileDescriptor socket;
  const Handler* handler;
  Admission::Slot slot;
};

// Thread-safe. The I/O thread waits for fd() to become readable, then takes what has come. Only it
// touches connections and their sockets, so a late answer cannot reach another client whose socket
// reuses the descriptor.
class Mailbox {
 public:
  Mailbox();  // throws std::system_error
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  void post(std::shared_ptr<Letter> letter) noexcept;  // once a letter
  void hand_over(NewClient client);
  void wake() const noexcept;  // makes fd() readable without anything in it

  // What has come so far, in its order; nullptr: nothing.
  std::shared_ptr<Letter> take_letters() noexcept;
  std::vector<NewClient> take_clients() noexcept;

  int fd() const { return event_.get(); }

  // Connections of the thread, those on their way to it included: by this new ones are shared out.
  std::atomic<int> connections = 0;

 private:
  FileDescriptor event_;
  std::mutex mutex_;
  std::shared_ptr<Letter> first_;
  Letter* last_ = nullptr;
  std::vector<NewClient> clients_;
};

}  // namespace inkling

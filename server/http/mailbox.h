// Answers on their way from any thread to the I/O thread that owns the connection.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "server/http/message.h"

namespace inkling {

class Connection;

// Thread-safe. The I/O thread waits for fd() to become readable, then takes what has come. Only it
// touches connections and their sockets, so a late answer cannot reach another client whose socket
// reuses the descriptor.
class Mailbox {
 public:
  using Letter = std::pair<std::weak_ptr<Connection>, Response>;

  Mailbox();  // throws std::system_error
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  void post(std::weak_ptr<Connection> to, Response response);
  void wake() const;  // makes fd() readable without a letter
  std::vector<Letter> take();

  int fd() const { return event_fd_; }

 private:
  int event_fd_;
  std::mutex mutex_;
  std::vector<Letter> letters_;
};

}  // namespace inkling

#include "server/http/mailbox.h"

#include <cerrno>
#include <system_error>

#include <sys/eventfd.h>
#include <unistd.h>

namespace inkling {

Mailbox::Mailbox() : event_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (event_fd_ < 0) {
    throw std::system_error(errno, std::generic_category(), "eventfd");
  }
}

Mailbox::~Mailbox() { close(event_fd_); }

void Mailbox::post(std::weak_ptr<Connection> to, Response response) {
  {
    const std::lock_guard lock(mutex_);
    letters_.emplace_back(std::move(to), std::move(response));
  }
  wake();
}

void Mailbox::wake() const {
  // It fails only when the counter is full, and then the fd is readable already.
  static_cast<void>(eventfd_write(event_fd_, 1));
}

std::vector<Mailbox::Letter> Mailbox::take() {
  eventfd_t ignored = 0;
  static_cast<void>(eventfd_read(event_fd_, &ignored));  // before the letters: none is overlooked
  const std::lock_guard lock(mutex_);
  return std::exchange(letters_, {});
}

}  // namespace inkling

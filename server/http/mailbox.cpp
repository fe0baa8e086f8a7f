#include "server/http/mailbox.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>

namespace inkling {

Mailbox::Mailbox() : event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!event_.is_open()) {
    throw std::system_error(errno, std::generic_category(), "eventfd");
  }
}

Mailbox::~Mailbox() {
  for (auto letter = take_letters(); letter;) {  // one by one: else each destroys the next within
    letter = std::exchange(letter->next, nullptr);
  }
}

void Mailbox::post(std::shared_ptr<Letter> letter) noexcept {
  {
    const std::lock_guard lock(mutex_);
    Letter* const posted = letter.get();
    (first_ ? last_->next : first_) = std::move(letter);
    last_ = posted;
  }
  wake();
}

void Mailbox::hand_over(NewClient client) {
  {
    const std::lock_guard lock(mutex_);
    clients_.push_back(std::move(client));
  }
  ++connections;
  wake();
}

void Mailbox::wake() const noexcept {
  // It fails only when the counter is full, and then the fd is readable already.
  static_cast<void>(eventfd_write(event_.get(), 1));
}

std::shared_ptr<Letter> Mailbox::take_letters() noexcept {
  eventfd_t ignored = 0;
  static_cast<void>(eventfd_read(event_.get(), &ignored));  // first, so that none is overlooked
  const std::lock_guard lock(mutex_);
  return std::exchange(first_, nullptr);
}

std::vector<NewClient> Mailbox::take_clients() noexcept {
  const std::lock_guard lock(mutex_);
  return std::exchange(clients_, {});
}

}  // namespace inkling

#include "server/http/admission.h"

#include <utility>

namespace inkling {

std::optional<Admission::Slot> Admission::admit(const PeerAddress& address) {
  const std::lock_guard lock(mutex_);
  if (open_ == limits_.connections) {
    return std::nullopt;
  }
  const auto place = shares_.try_emplace(address).first;
  ++place->second.connections;
  ++open_;
  return Slot(*this, place);
}

std::size_t Admission::open() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(open_);
}

void Admission::listener_closed() {
  const std::lock_guard lock(mutex_);
  --listening_;
  changed_.notify_all();
}

bool Admission::wait_for_end(std::chrono::milliseconds grace) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, grace, [this] { return open_ == 0 && listening_ == 0; });
}

Admission::Slot::Slot(Slot&& other) noexcept
    : admission_(std::exchange(other.admission_, nullptr)),
      place_(other.place_),
      held_(std::exchange(other.held_, 0)) {}

Admission::Slot::~Slot() {
  if (admission_ == nullptr) {
    return;
  }
  const std::lock_guard lock(admission_->mutex_);
  Share& share = place_->second;
  share.bytes -= held_;
  admission_->bytes_ -= held_;
  if (--share.connections == 0) {
    admission_->shares_.erase(place_);
  }
  --admission_->open_;
  admission_->changed_.notify_all();
}

bool Admission::Slot::hold(std::size_t bytes) noexcept {
  const std::size_t now = bytes > kSmallRequest ? bytes - kSmallRequest : 0;
  if (now == held_) {
    return true;
  }
  const std::lock_guard lock(admission_->mutex_);
  const std::size_t others = admission_->bytes_ - held_;
  if (now > held_ && others + now > admission_->limits_.bytes) {
    return false;
  }
  admission_->bytes_ = others + now;
  place_->second.bytes += now - held_;  // modulo 2^64 where it is less
  held_ = now;
  return true;
}

Admission::Share Admission::Slot::share() const {
  const std::lock_guard lock(admission_->mutex_);
  return place_->second;
}

}  // namespace inkling

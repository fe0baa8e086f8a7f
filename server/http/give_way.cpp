#include "server/http/give_way.h"

namespace inkling {

GivesWay::GivesWay(const Connection& asking, Connection::Clock::time_point now)
    : asking_(&asking), asking_share_(asking.slot().share().bytes), now_(now) {}

void GivesWay::consider(Connection& connection) {
  const auto silent_since = connection.silent_since();
  if (!silent_since || &connection == asking_ ||
      (asking_ != nullptr && connection.slot().held() == 0)) {
    return;
  }
  const Admission::Share all = connection.slot().share();
  const std::size_t share =
      asking_ != nullptr ? all.bytes : static_cast<std::size_t>(all.connections);
  if (found_ == nullptr || share > share_ || (share == share_ && *silent_since < silent_since_)) {
    found_ = &connection;
    share_ = share;
    silent_since_ = *silent_since;
  }
}

Connection* GivesWay::found() const {
  if (found_ == nullptr || asking_ == nullptr || share_ > asking_share_) {
    return found_;
  }
  const bool silent = share_ == asking_share_ && now_ - silent_since_ > kSilent;
  return silent ? found_ : nullptr;
}

}  // namespace inkling

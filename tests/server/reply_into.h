// A Reply that keeps the response, for tests that call a handler themselves.
#pragma once

#include <memory>
#include <utility>

#include "server/http/message.h"

namespace inkling {

// `answer` outlives it.
inline Reply reply_into(Response& answer) {
  class Receiver : public Reply::Receiver {
   public:
    explicit Receiver(Response& to) : answer_(to) {}
    void receive(Response response) noexcept override { answer_ = std::move(response); }
    bool waits() const noexcept override { return true; }

   private:
    Response& answer_;
  };
  return Reply(std::make_shared<Receiver>(answer));
}

}  // namespace inkling

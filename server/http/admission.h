// How many connections are open, how much their unfinished requests hold, and whose they are.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>

#include "server/http/peer_address.h"

namespace inkling {

struct AdmissionLimits {
  int connections = 1000;  // open at once
  // Of unfinished requests of all connections together, each without its first kSmallRequest.
  std::size_t bytes = std::size_t{64} << 20U;
};

// What is no more is not counted: requests without a picture always find room.
inline constexpr std::size_t kSmallRequest = std::size_t{16} << 10U;

// Thread-safe. Outlives its slots.
class Admission {
 public:
  // What the connections of one address hold together.
  struct Share {
    int connections = 0;
    std::size_t bytes = 0;
  };

  // One connection's place, given back at its end. A slot itself is for one thread at a time.
  class Slot {
   public:
    Slot(Slot&& other) noexcept;
    Slot& operator=(Slot&&) = delete;
    ~Slot();

    // Its unfinished request has so many bytes from here on. False, and nothing has changed, where
    // that would be more than all may hold; giving back always succeeds.
    bool hold(std::size_t bytes) noexcept;
    std::size_t held() const { return held_; }  // as it is counted
    Share share() const;                        // of its address
    const PeerAddress& address() const { return place_->first; }

   private:
    friend class Admission;
    using Place = std::map<PeerAddress, Share>::iterator;
    Slot(Admission& admission, Place place) : admission_(&admission), place_(place) {}

    Admission* admission_;  // nullptr: moved from
    Place place_;
    std::size_t held_ = 0;
  };

  // listening: threads that accept connections.
  Admission(const AdmissionLimits& limits, int listening)
      : limits_(limits), listening_(listening) {}

  std::optional<Slot> admit(const PeerAddress& address);  // nullopt: all slots are taken

  std::size_t open() const;  // connections

  void listener_closed();  // one of the threads
  // Whether every thread stopped listening and every connection has ended, within the grace.
  bool wait_for_end(std::chrono::milliseconds grace);

 private:
  AdmissionLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<PeerAddress, Share> shares_;  // of those that have a connection
  std::size_t bytes_ = 0;
  int open_ = 0;
  int listening_;
};

}  // namespace inkling

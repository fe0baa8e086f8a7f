// Which connection is closed where there is no room for all: one of the address that holds most, so
// that who takes much is the first to lose it and everybody else is served; of these the one whose
// client has been silent the longest. Connections whose request is being answered are left alone.
#pragma once

#include <chrono>
#include <cstddef>

#include "server/http/connection.h"

namespace inkling {

// Begun, shown each connection, asked.
class GivesWay {
 public:
  // To a new connection.
  GivesWay() = default;

  // To the bytes of a connection that wants_room(): one that holds some, of an address that holds
  // more than the asking one's, or as much and is silent; else the asking one is to give way.
  GivesWay(const Connection& asking, Connection::Clock::time_point now);

  void consider(Connection& connection);
  Connection* found() const;  // nullptr: none

 private:
  static constexpr std::chrono::seconds kSilent{1};  // longer than an upload pauses

  const Connection* asking_ = nullptr;
  std::size_t asking_share_ = 0;
  Connection::Clock::time_point now_;

  Connection* found_ = nullptr;
  std::size_t share_ = 0;  // of its address
  Connection::Clock::time_point silent_since_;
};

}  // namespace inkling

// Whose connection it is, as far as shares are concerned.
#pragma once

#include <array>
#include <cstdint>

#include <sys/socket.h>

namespace inkling {

// An IPv4 address, or the first half of an IPv6 address: the rest is for one customer to choose.
using PeerAddress = std::array<std::uint8_t, 16>;

// All zeros for what is neither.
PeerAddress peer_address(const sockaddr_storage& address);

}  // namespace inkling

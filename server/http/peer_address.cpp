#include "server/http/peer_address.h"

#include <algorithm>
#include <cstring>

#include <netinet/in.h>

namespace inkling {
namespace {

constexpr std::size_t kPrefix = 8;   // bytes of an IPv6 address that a provider gives out as one
constexpr std::size_t kMapped = 12;  // "::ffff:a.b.c.d" is the IPv4 address behind these bytes

}  // namespace

PeerAddress peer_address(const sockaddr_storage& address) {
  PeerAddress result{};
  if (address.ss_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &address, sizeof(ipv4));
    result[kMapped - 2] = result[kMapped - 1] = 0xFF;
    std::memcpy(result.data() + kMapped, &ipv4.sin_addr, sizeof(ipv4.sin_addr));
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 ipv6{};
    std::memcpy(&ipv6, &address, sizeof(ipv6));
    std::memcpy(result.data(), &ipv6.sin6_addr, result.size());
    if (!IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr)) {
      std::fill(result.begin() + kPrefix, result.end(), std::uint8_t{0});
    }
  }
  return result;
}

}  // namespace inkling

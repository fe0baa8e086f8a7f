#include "server/access/forwarded.h"

#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "server/http/header_text.h"

namespace inkling {
namespace {

// "192.0.2.1", "192.0.2.1:80", "2001:db8::1" or "[2001:db8::1]:80".
std::optional<PeerAddress> parse_address(std::string_view text) {
  std::string host(text);
  if (!host.empty() && host.front() == '[') {
    host = host.substr(1, host.find(']') - 1);
  } else if (const auto colon = host.find(':'); colon == host.rfind(':')) {
    host = host.substr(0, colon);
  }
  sockaddr_storage address{};
  in_addr ipv4{};
  in6_addr ipv6{};
  if (::inet_pton(AF_INET, host.c_str(), &ipv4) == 1) {
    sockaddr_in of_ipv4{};
    of_ipv4.sin_family = AF_INET;
    of_ipv4.sin_addr = ipv4;
    std::memcpy(&address, &of_ipv4, sizeof of_ipv4);
  } else if (::inet_pton(AF_INET6, host.c_str(), &ipv6) == 1) {
    sockaddr_in6 of_ipv6{};
    of_ipv6.sin6_family = AF_INET6;
    of_ipv6.sin6_addr = ipv6;
    std::memcpy(&address, &of_ipv6, sizeof of_ipv6);
  } else {
    return std::nullopt;
  }
  return peer_address(address);
}

std::string_view last_forwarded_for(const Request& request) {
  std::string_view last;
  for (const auto& [name, value] : request.headers) {
    if (name == "x-forwarded-for") {
      const std::string_view list = value;
      last = trimmed(list.substr(list.rfind(',') + 1));  // npos + 1 is 0
    }
  }
  return last;
}

}  // namespace

Handler behind_proxy(Handler handler) {
  return [handler = std::move(handler)](Request request, Reply reply) {
    if (const auto client = parse_address(last_forwarded_for(request))) {
      request.client = *client;
    }
    handler(std::move(request), std::move(reply));
  };
}

}  // namespace inkling

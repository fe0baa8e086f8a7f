#include "server/http/listening_sockets.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace inkling {
namespace {

constexpr int kBacklog = 511;

using Address = std::basic_string<std::uint8_t>;  // a sockaddr's bytes, with a port

std::vector<Address> addresses_of(const std::string& host, std::uint16_t port,
                                  const std::string& where) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* first = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &first);
  if (error != 0) {
    throw std::runtime_error("cannot listen on " + where + ": " + gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(first, &freeaddrinfo);
  std::vector<Address> addresses;
  for (const addrinfo* next = first; next != nullptr; next = next->ai_next) {
    Address address(reinterpret_cast<const std::uint8_t*>(next->ai_addr), next->ai_addrlen);
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
      addresses.push_back(std::move(address));  // a hosts file may say the same twice
    }
  }
  return addresses;
}

sockaddr* as_sockaddr(Address& address) { return reinterpret_cast<sockaddr*>(address.data()); }

// sin_port and sin6_port have the same offset.
in_port_t& port_in(Address& address) {
  return reinterpret_cast<sockaddr_in*>(address.data())->sin_port;
}

// A descriptor that is not open, and errno, where it cannot be.
FileDescriptor listen_on(Address& address, bool alone) {
  const int family = as_sockaddr(address)->sa_family;
  FileDescriptor fd(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  const bool listening =
      fd.is_open() && setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
      // Where "::" is all, it is IPv4's addresses, too; beside others each socket has its own.
      (alone || family != AF_INET6 ||
       setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0) &&
      bind(fd.get(), as_sockaddr(address), static_cast<socklen_t>(address.size())) == 0 &&
      ::listen(fd.get(), kBacklog) == 0;
  if (!listening) {
    const int reason = errno;
    fd = FileDescriptor();
    errno = reason;
  }
  return fd;
}

}  // namespace

std::vector<FileDescriptor> open_listening_sockets(const std::string& host, std::uint16_t port) {
  const std::string where = host + ":" + std::to_string(port);
  std::vector<Address> addresses = addresses_of(host, port, where);
  std::vector<FileDescriptor> sockets;
  int reason = 0;
  for (Address& address : addresses) {
    if (!sockets.empty()) {
      port_in(address) = htons(port_of(sockets.front().get()));
    }
    FileDescriptor fd = listen_on(address, addresses.size() == 1);
    if (fd.is_open()) {
      sockets.push_back(std::move(fd));
      continue;
    }
    reason = errno;
    if (reason != EAFNOSUPPORT && reason != EADDRNOTAVAIL) {
      sockets.clear();
      break;
    }
  }
  if (sockets.empty()) {
    throw std::runtime_error("cannot listen on " + where + ": " +
                             std::generic_category().message(reason));
  }
  return sockets;
}

std::uint16_t port_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

}  // namespace inkling

// A TCP socket that listens.
#pragma once

#include <cstdint>
#include <string>

namespace inkling {

// Listens on the first of the host's addresses; port 0 takes any free one. Returns a non-blocking
// descriptor, which the caller closes. Throws std::runtime_error with one line that names host,
// port and the system's reason.
int open_listening_socket(const std::string& host, std::uint16_t port);

// The port that a socket of either family is bound to.
std::uint16_t port_of(int fd);

}  // namespace inkling

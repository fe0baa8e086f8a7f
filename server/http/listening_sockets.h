// TCP sockets that listen.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/http/file_descriptor.h"

namespace inkling {

// Listens on every address of the host ("localhost" may have one of IPv4 and one of IPv6), but for
// families that the system does not have; all on the same port, 0 takes any free one. The sockets,
// at least one, do not block. Throws std::runtime_error with one line that names host, port and the
// system's reason.
std::vector<FileDescriptor> open_listening_sockets(const std::string& host, std::uint16_t port);

// The port that a socket of either family is bound to.
std::uint16_t port_of(int fd);

}  // namespace inkling

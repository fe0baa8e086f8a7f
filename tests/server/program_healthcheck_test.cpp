#include <array>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/server/program.h"

namespace inkling {
namespace {

class ProgramHealthcheck : public Program {};

std::vector<std::string> healthcheck(std::uint16_t port) {
  return {INKLING_SERVER, "healthcheck", "--port", std::to_string(port)};
}

// A port that answers one client with these bytes, whatever it asks, and hangs up.
class Impostor {
 public:
  explicit Impostor(const std::string& answer) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd_, 1) != 0 ||
        getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answer] {
      const int client = accept(fd_, nullptr, nullptr);
      std::array<char, 256> request{};
      recv(client, request.data(), request.size(), 0);
      send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
      close(client);
    });
  }
  ~Impostor() {
    thread_.join();
    close(fd_);
  }
  Impostor(const Impostor&) = delete;
  Impostor& operator=(const Impostor&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST_F(ProgramHealthcheck, IsContentWithAServerThatIsAlive) {
  Process program(command());
  for (const auto* const name : {"API", "page"}) {
    Process asks(healthcheck(port_in(program.read_until(name))));
    EXPECT_EQ(asks.read_all(), "");
    EXPECT_EQ(asks.wait(), 0);
  }
}

TEST_F(ProgramHealthcheck, NeedsNoKey) {
  const std::string keys = folder_.path() / "keys.txt";
  std::ofstream(keys) << "first sha256:" << std::string(64, 'a') << '\n';
  Process program(command({"--api-keys", keys}));
  Process asks(healthcheck(port_in(program.read_until("API"))));
  EXPECT_EQ(asks.wait(), 0);
}

TEST_F(ProgramHealthcheck, SaysInOneLineWhatIsNotAlive) {
  std::uint16_t port = 0;
  {
    Process program(command());
    port = port_in(program.read_until("API"));
  }
  expect_failure(healthcheck(port), 1, "Connection refused");
  {
    const Impostor busy("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    expect_failure(healthcheck(busy.port()), 1, "received: HTTP/1.1 503 Service Unavailable");
  }
  {
    const Impostor silent("");
    expect_failure(healthcheck(silent.port()), 1, "received: a closed connection");
  }
  expect_failure({INKLING_SERVER, "healthcheck", "--port", "0"}, 2,
                 "expected a whole number from 1 to 65535");
}

}  // namespace
}  // namespace inkling

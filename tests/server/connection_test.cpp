// One connection on a socket pair, at times that the test chooses.
#include "server/connection.h"

#include <array>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace inkling {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ConnectionTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets.data()), 0);
    connection = std::make_shared<Connection>(sockets[0], handler, state, mailbox);
  }
  void TearDown() override {
    for (const int fd : sockets) ::close(fd);
  }

  // Whether the connection has shut its socket down. (After the last answer it ends its own side
  // only, and still hears the client.)
  bool is_shut_down() const { return ::send(sockets[1], "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0; }

  std::array<int, 2> sockets{-1, -1};
  Handler handler = [](const Request&, const Reply& reply) { reply({}); };
  ConnectionsState state{
      {.http = {.max_body = 10}, .request_timeout = seconds(10), .close_timeout = milliseconds(0)},
      MemoryBudget(1'000'000)};
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
  std::shared_ptr<Connection> connection;
};

constexpr auto kTooLarge = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99\r\n\r\n";

Connection::Clock::time_point later_than_now() {
  const auto now = Connection::Clock::now();
  while (Connection::Clock::now() <= now) {
  }
  return Connection::Clock::now();
}

TEST_F(ConnectionTest, ClosesAfterItsLastAnswerWhenNothingComes) {
  connection->receive(kTooLarge);
  EXPECT_FALSE(is_shut_down());
  connection->check_deadline(later_than_now());
  EXPECT_TRUE(is_shut_down());
}

TEST_F(ConnectionTest, WaitsAfterItsLastAnswerWhileTheClientStillSends) {
  connection->receive(kTooLarge);
  const auto answered = Connection::Clock::now();
  const auto after = later_than_now();
  connection->receive("more of the body");
  connection->check_deadline(after);
  EXPECT_FALSE(is_shut_down());
  connection->check_deadline(answered + seconds(11));
  EXPECT_TRUE(is_shut_down()) << "but not for ever";
}

}  // namespace
}  // namespace inkling

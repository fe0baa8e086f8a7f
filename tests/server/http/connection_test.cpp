// One connection on a socket pair, at times that the test chooses.
#include "server/http/connection.h"

#include <array>
#include <string>
#include <string_view>

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
    std::array<int, 2> sockets{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets.data()), 0);
    client = sockets[1];
    connection = std::make_shared<Connection>(sockets[0], handler, state, mailbox);
  }
  void TearDown() override { ::close(client); }

  void send(std::string_view bytes) {
    ASSERT_EQ(::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL), std::ssize(bytes));
    connection->on_readable();
  }

  int client = -1;
  int served = 0;
  Handler handler = [this](const Request&, const Reply& reply) {
    ++served;
    reply({});
  };
  ConnectionsState state{
      {.http = {.max_body = 10}, .request_timeout = seconds(10), .close_timeout = milliseconds(0)},
      MemoryBudget(1'000'000)};
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
  std::shared_ptr<Connection> connection;
};

constexpr auto kTooLarge = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99\r\n\r\n";
constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

Connection::Clock::time_point later_than_now() {
  const auto now = Connection::Clock::now();
  while (Connection::Clock::now() <= now) {
  }
  return Connection::Clock::now();
}

TEST_F(ConnectionTest, EndsAfterItsLastAnswerWhenNothingComes) {
  send(kTooLarge);
  EXPECT_FALSE(connection->finished());
  connection->check_deadline(later_than_now());
  EXPECT_TRUE(connection->finished());
}

TEST_F(ConnectionTest, WaitsAfterItsLastAnswerWhileTheClientStillSends) {
  send(kTooLarge);
  const auto answered = Connection::Clock::now();
  const auto after = later_than_now();
  send("more of the body");
  connection->check_deadline(after);
  EXPECT_FALSE(connection->finished());
  connection->check_deadline(answered + seconds(11));
  EXPECT_TRUE(connection->finished()) << "but not for ever";
}

// Else a client that sends without waiting for answers would fill the server's memory.
TEST_F(ConnectionTest, ReadsNothingWhileARequestIsBeingAnswered) {
  send(std::string(kGet) + std::string(kGet));
  EXPECT_EQ(served, 1);
  EXPECT_FALSE(connection->wants_input());
  send(kGet);
  for (int answered = 1; answered <= 2; ++answered) {
    const auto letters = mailbox->take();
    ASSERT_EQ(letters.size(), 1U);
    connection->answer(letters[0].second);
  }
  EXPECT_EQ(served, 2);
  EXPECT_TRUE(connection->wants_input()) << "the third is read now";
  connection->on_readable();
  EXPECT_EQ(served, 3);
}

TEST_F(ConnectionTest, AtAStopServesWhatHadComeAndThenEnds) {
  send(kGet);
  connection->answer(mailbox->take().at(0).second);
  ASSERT_GT(::send(client, kGet.data(), kGet.size(), 0), 0);
  state.stopping = true;
  connection->close_if_idle(Connection::Clock::now());
  EXPECT_FALSE(connection->finished());
  EXPECT_EQ(served, 2);
  connection->answer(mailbox->take().at(0).second);
  EXPECT_FALSE(connection->wants_output());
  connection->check_deadline(later_than_now());
  EXPECT_TRUE(connection->finished());
}

TEST_F(ConnectionTest, AtAStopGivesANewClientTimeForItsFirstRequest) {
  const auto now = Connection::Clock::now();
  state.limits.close_timeout = seconds(2);
  connection->close_if_idle(now);
  EXPECT_FALSE(connection->finished());
  connection->close_if_idle(now + seconds(3));
  EXPECT_TRUE(connection->finished());
}

TEST_F(ConnectionTest, AtAStopEndsAConnectionThatWaitsForItsNextRequest) {
  send(kGet);
  connection->answer(mailbox->take().at(0).second);
  connection->close_if_idle(Connection::Clock::now());
  EXPECT_TRUE(connection->finished());
}

}  // namespace
}  // namespace inkling

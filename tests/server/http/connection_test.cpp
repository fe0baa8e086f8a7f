// One connection on a socket pair, at times that the test chooses.
#include "server/http/connection.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace inkling {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ConnectionTest : public testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> sockets{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets.data()), 0);
    client = sockets[1];
    connection = std::make_shared<Connection>(
        NewClient{FileDescriptor(sockets[0]), &handler, *admission.admit({})}, state, mailbox);
  }
  void TearDown() override { ::close(client); }

  // All that has come to the client.
  std::string received() const {
    std::array<char, 4096> bytes{};
    const ssize_t size = ::recv(client, bytes.data(), bytes.size(), MSG_DONTWAIT);
    return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

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
  ConnectionsState state{{.http = {.max_body = 10},
                          .body_rate = 2,
                          .send_timeout = seconds(10),
                          .close_timeout = milliseconds(0)}};
  Admission admission{{}, 0};
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
    const auto letter = mailbox->take_letters();
    ASSERT_TRUE(letter && !letter->next);
    connection->answer(letter->response);
  }
  EXPECT_EQ(served, 2);
  EXPECT_TRUE(connection->wants_input()) << "the third is read now";
  connection->on_readable();
  EXPECT_EQ(served, 3);
}

TEST_F(ConnectionTest, ANewClientThatSaysNothingIsClosedAfterTheTimeForAHead) {
  const auto now = Connection::Clock::now();
  connection->check_deadline(now + seconds(4));
  EXPECT_FALSE(connection->finished());
  connection->check_deadline(now + seconds(6));
  EXPECT_TRUE(connection->finished());
  EXPECT_EQ(received(), "");
}

TEST_F(ConnectionTest, AnEmptyLineMovesNoClock) {
  const auto after = later_than_now();
  send("\r\n");
  connection->check_deadline(after + seconds(5));
  EXPECT_TRUE(connection->finished());
}

TEST_F(ConnectionTest, AHeadThatDoesNotEndIsRefusedHoweverSlowlyItGoesOn) {
  send("GET / HTTP/1.1\r\n");
  const auto after = later_than_now();
  send("Host: h\r\n");
  connection->check_deadline(after + seconds(4));
  EXPECT_EQ(received(), "");
  connection->check_deadline(after + seconds(5));
  EXPECT_THAT(received(), StartsWith("HTTP/1.1 408 "));
}

// Two bytes a second here: five of them are worth two seconds and a half.
TEST_F(ConnectionTest, ABodyHasTenSecondsAndMoreAsItComes) {
  send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n");
  const auto after = later_than_now();
  send("12345");
  connection->check_deadline(after + seconds(12));
  EXPECT_EQ(received(), "");
  connection->check_deadline(after + seconds(13));
  EXPECT_THAT(received(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ConnectionTest, AnAnswerThatIsNotReadyInTimeIs503AndComesToNobodyLater) {
  send(kGet);
  const auto letter = mailbox->take_letters();
  const auto now = Connection::Clock::now();
  connection->check_deadline(now + seconds(29));
  EXPECT_EQ(received(), "");
  connection->check_deadline(now + seconds(31));
  const std::string answer = received();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  connection->answer(letter->response);
  EXPECT_EQ(received(), "");
  connection->check_deadline(later_than_now());
  EXPECT_TRUE(connection->finished());
}

TEST_F(ConnectionTest, AClientThatReadsNothingOfItsAnswerIsClosed) {
  send(kGet);
  connection->answer(Response{200, {}, std::string(8'000'000, 'x')});
  ASSERT_TRUE(connection->wants_output());
  connection->check_deadline(Connection::Clock::now() + seconds(9));
  EXPECT_FALSE(connection->finished());
  connection->check_deadline(Connection::Clock::now() + seconds(11));
  EXPECT_TRUE(connection->finished());
}

TEST_F(ConnectionTest, AtAStopServesWhatHadComeAndThenEnds) {
  send(kGet);
  connection->answer(mailbox->take_letters()->response);
  ASSERT_GT(::send(client, kGet.data(), kGet.size(), 0), 0);
  state.stopping = true;
  connection->close_if_idle(Connection::Clock::now());
  EXPECT_FALSE(connection->finished());
  EXPECT_EQ(served, 2);
  connection->answer(mailbox->take_letters()->response);
  EXPECT_FALSE(connection->wants_output());
  connection->check_deadline(later_than_now());
  EXPECT_TRUE(connection->finished());
}

TEST_F(ConnectionTest, AtAStopRefusesWhatThereIsNoRoomFor) {
  auto other = admission.admit({});
  ASSERT_TRUE(other->hold(kSmallRequest + AdmissionLimits{}.bytes));
  const std::string large =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n" + std::string(kSmallRequest, 'x');
  ASSERT_GT(::send(client, large.data(), large.size(), 0), 0);
  state.stopping = true;
  connection->close_if_idle(Connection::Clock::now());
  EXPECT_THAT(received(), StartsWith("HTTP/1.1 503 "));
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
  connection->answer(mailbox->take_letters()->response);
  connection->close_if_idle(Connection::Clock::now());
  EXPECT_TRUE(connection->finished());
}

}  // namespace
}  // namespace inkling

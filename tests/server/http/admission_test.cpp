// Who is let in, and who gives way.
#include "server/http/admission.h"

#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "server/http/connection.h"
#include "server/http/give_way.h"

namespace inkling {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

PeerAddress ipv4(const char* text) {
  sockaddr_storage storage{};
  auto* const address = reinterpret_cast<sockaddr_in*>(&storage);
  address->sin_family = AF_INET;
  inet_pton(AF_INET, text, &address->sin_addr);
  return peer_address(storage);
}

PeerAddress ipv6(const char* text) {
  sockaddr_storage storage{};
  auto* const address = reinterpret_cast<sockaddr_in6*>(&storage);
  address->sin6_family = AF_INET6;
  inet_pton(AF_INET6, text, &address->sin6_addr);
  return peer_address(storage);
}

TEST(PeerAddress, IsAnIpv4AddressOrTheFirstHalfOfAnIpv6One) {
  EXPECT_NE(ipv4("10.0.0.1"), ipv4("10.0.0.2"));
  EXPECT_EQ(ipv6("::ffff:10.0.0.1"), ipv4("10.0.0.1"));
  EXPECT_NE(ipv6("::ffff:10.0.0.1"), ipv6("::ffff:10.0.0.2"));
  EXPECT_EQ(ipv6("2001:db8:1:2::3"), ipv6("2001:db8:1:2:ffff::4"));
  EXPECT_NE(ipv6("2001:db8:1:2::3"), ipv6("2001:db8:1:3::3"));
}

TEST(Admission, CountsSlotsAndBytesForEachAddress) {
  Admission admission({.connections = 2, .bytes = 100}, 0);
  auto first = admission.admit(ipv4("10.0.0.1"));
  {
    auto second = admission.admit(ipv4("10.0.0.1"));
    EXPECT_FALSE(admission.admit(ipv4("10.0.0.2")));
    EXPECT_EQ(first->share().connections, 2);
    EXPECT_TRUE(first->hold(kSmallRequest)) << "that much is not counted";
    EXPECT_TRUE(first->hold(kSmallRequest + 60));
    EXPECT_FALSE(second->hold(kSmallRequest + 41));
    EXPECT_TRUE(second->hold(kSmallRequest + 40));
    EXPECT_EQ(second->share().bytes, 100U);
    EXPECT_TRUE(first->hold(kSmallRequest + 10)) << "giving back succeeds";
    EXPECT_TRUE(second->hold(kSmallRequest + 90));
  }
  EXPECT_EQ(first->share().connections, 1);
  EXPECT_EQ(first->share().bytes, 10U);
  EXPECT_TRUE(first->hold(kSmallRequest + 100)) << "an end gives back";
  EXPECT_TRUE(admission.admit(ipv4("10.0.0.2")));
}

// Connections that have sent the first part of a large body.
class GivesWayTest : public testing::Test {
 protected:
  std::shared_ptr<Connection> connect(const char* address, std::size_t bytes) {
    std::array<int, 2> sockets{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets.data()), 0);
    const auto connection = std::make_shared<Connection>(
        NewClient{FileDescriptor(sockets[0]), &handler_, *admission_.admit(ipv4(address))}, state_,
        mailbox_);
    clients_.emplace_back(sockets[1]);
    if (bytes > 0) {
      const std::string text = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" +
                               std::string(kSmallRequest + bytes, 'x');
      EXPECT_EQ(::send(sockets[1], text.data(), text.size(), 0), std::ssize(text));
      connection->on_readable();
    }
    return connection;
  }

  static Connection* found(GivesWay search,
                           const std::vector<std::shared_ptr<Connection>>& connections) {
    for (const auto& connection : connections) {
      search.consider(*connection);
    }
    return search.found();
  }

  Handler handler_ = [](const Request&, const Reply&) {};
  ConnectionsState state_;
  Admission admission_{{}, 0};
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  std::vector<FileDescriptor> clients_;
};

TEST_F(GivesWayTest, ToANewConnectionTheMostSilentOneOfTheAddressWithMost) {
  const auto alone = connect("10.0.0.1", 0);
  const auto older = connect("10.0.0.2", 0);
  const auto younger = connect("10.0.0.2", 0);
  EXPECT_EQ(found({}, {alone, younger, older}), older.get());
  EXPECT_EQ(found({}, {alone}), alone.get());
  EXPECT_EQ(found({}, {}), nullptr);
}

TEST_F(GivesWayTest, NoneWhoseRequestIsBeingAnswered) {
  Reply kept;
  handler_ = [&kept](const Request&, const Reply& reply) { kept = reply; };
  const auto connection = connect("10.0.0.1", 0);
  constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  ASSERT_EQ(::send(clients_[0].get(), kGet.data(), kGet.size(), 0), std::ssize(kGet));
  connection->on_readable();
  EXPECT_EQ(found({}, {connection}), nullptr);
}

TEST_F(GivesWayTest, ToBytesOneOfAnAddressThatHoldsMore) {
  const auto now = Connection::Clock::now();
  const auto asking = connect("10.0.0.1", 100);
  const auto more = connect("10.0.0.2", 101);
  const auto less = connect("10.0.0.3", 99);
  const auto nothing = connect("10.0.0.2", 0);
  EXPECT_EQ(found({*asking, now}, {nothing, less, more, asking}), more.get());
  EXPECT_EQ(found({*asking, now + seconds(9)}, {nothing, less, asking}), nullptr)
      << "who asks holds most, and is to give way itself";
}

TEST_F(GivesWayTest, ToBytesOfOneAddressTheOneThatIsSilent) {
  const auto older = connect("10.0.0.1", 100);
  const auto younger = connect("10.0.0.1", 100);
  const auto asking = connect("10.0.0.1", 100);
  const auto now = Connection::Clock::now();
  EXPECT_EQ(found({*asking, now + milliseconds(500)}, {younger, older}), nullptr)
      << "an upload that goes on is not cut off for another one";
  EXPECT_EQ(found({*asking, now + seconds(2)}, {younger, older}), older.get());
}

}  // namespace
}  // namespace inkling

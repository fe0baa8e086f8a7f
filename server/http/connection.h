// One client's connection: bytes in, one request at a time to the handler, answers out.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/mailbox.h"
#include "server/http/message.h"
#include "server/http/request_reader.h"
#include "server/http/response_bytes.h"

namespace inkling {

struct ConnectionLimits {
  HttpLimits http;
  // From a connection's beginning, later from a request's first byte, to the end of its headers;
  // then 408, or nothing when no byte came.
  std::chrono::milliseconds head_timeout = std::chrono::seconds(5);
  // From there to the end of the body, and a second more for each body_rate bytes that have come:
  // a large photograph on a slow line may take its time, a client that only holds on may not.
  std::chrono::milliseconds body_timeout = std::chrono::seconds(10);
  std::size_t body_rate = std::size_t{64} << 10U;
  // From there to the answer, which is then 503.
  std::chrono::milliseconds answer_timeout = std::chrono::seconds(30);
  // How long a client may go without reading any byte of an answer.
  std::chrono::milliseconds send_timeout = std::chrono::seconds(10);
  // Between requests. Longer than the 60 s of common load balancers, so that they close first.
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(75);
  // Lingering close: after the last answer, how long the client may be silent before the socket is
  // closed; send_timeout while it still sends. Closing with unread bytes would make the kernel
  // reset the connection, and the client would lose the answer.
  std::chrono::milliseconds close_timeout = std::chrono::seconds(2);
};

// What a server's connections share. Outlives them.
struct ConnectionsState {
  ConnectionLimits limits;
  // NOLINTNEXTLINE(readability-redundant-member-init): GCC wants it in every initializer else
  std::function<void(int)> on_refused = {};  // HttpServerOptions
  std::atomic<bool> stopping = false;        // answers say that the connection closes
};

// Lives on one I/O thread: every method is called there. After each call, the thread asks what the
// connection waits for, and removes it once it has finished. Backpressure: no reads while a
// response is pending or unread.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  // The socket must not block. The handler, the state and what gave the slot outlive it.
  Connection(NewClient client, ConnectionsState& state, std::shared_ptr<Mailbox> mailbox);
  ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The socket has bytes, takes bytes, or is broken. At most one read and one request per call, so
  // that other connections are served in between.
  void on_readable();
  void on_writable();
  void on_broken();
  // To the request that the handler was given; nullopt: the handler gave none.
  void answer(const std::optional<Response>& response);
  void check_deadline(Clock::time_point now);
  // The server stops: closes when no request is under way and none has just come. A new client is
  // given close_timeout for its first.
  void close_if_idle(Clock::time_point now);

  // The budget of unfinished requests had no room for what was read last: read_on() where some was
  // made meanwhile, else refuse_for_room(), whose answer is 503.
  bool wants_room() const { return wants_room_; }
  bool read_on();
  void refuse_for_room();

  // Closes at once, whatever the state.
  void finish() noexcept;

  // Since when nothing came from the client, or nothing was taken by it, and nothing but it is
  // waited for: it may be closed for others' sake. nullopt while its request is being answered.
  std::optional<Clock::time_point> silent_since() const;

  const Admission::Slot& slot() const { return slot_; }
  int fd() const { return socket_.get(); }
  bool wants_input() const;
  bool wants_output() const { return !output_.empty(); }
  bool finished() const { return state_ == State::closed; }

 private:
  enum class State : std::uint8_t { reading, answering, closing, closed };

  void read_requests();
  void dispatch(ReceivedRequest received);
  void refuse(const Response& response);  // and read nothing more
  void send(std::string_view bytes);
  void send_last(std::string_view bytes);  // then close
  void check_reading(Clock::duration waited);
  void forget_input() noexcept;

  FileDescriptor socket_;
  const Handler& handler_;
  Admission::Slot slot_;
  ConnectionsState& shared_;
  const ConnectionLimits& limits_;
  std::shared_ptr<Mailbox> mailbox_;

  State state_ = State::reading;
  bool is_new_ = true;       // no request came yet
  bool wants_room_ = false;  // and reads nothing more until it has it
  RequestReader reader_;
  ResponseForm form_;        // of the answer to the request at hand
  std::string output_;       // what the socket did not take yet
  Clock::time_point since_;  // when the present wait began
  Clock::time_point heard_;  // the last byte, either way
  Clock::time_point closing_since_;
};

}  // namespace inkling

#include "server/http/connection.h"

#include <array>
#include <cerrno>
#include <exception>
#include <random>

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/http/json_text.h"

namespace inkling {
namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10U;  // bytes read at once

Response internal_error() { return json_response(500, R"({"detail":"Internal Server Error"})"); }

// The client's own where it is a plain word, so that a request can be followed through a chain of
// services; else one that tells requests apart, which is no secret.
std::string request_id_of(const Request& request) {
  constexpr std::size_t kLongest = 64;
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  const std::string_view given = request.header("x-request-id").value_or("");
  if (!given.empty() && given.size() <= kLongest &&
      given.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(given);
  }
  thread_local std::mt19937_64 random{std::random_device{}()};
  constexpr std::string_view kHex = "0123456789abcdef";
  std::uint64_t number = random();
  std::string id;
  for (int digit = 0; digit < 16; ++digit, number >>= 4U) {
    id += kHex[number & 15U];
  }
  return id;
}

// What a Reply calls: sends the first answer off, and word of none if it is destroyed without one.
class PendingReply : public Reply::Receiver {
 public:
  PendingReply(std::weak_ptr<Connection> connection, std::shared_ptr<Mailbox> mailbox)
      : letter_(std::make_shared<Letter>(std::move(connection))), mailbox_(std::move(mailbox)) {}
  ~PendingReply() override {
    if (!answered_) {
      mailbox_->post(std::move(letter_));
    }
  }
  PendingReply(const PendingReply&) = delete;
  PendingReply& operator=(const PendingReply&) = delete;

  void receive(Response response) noexcept override {
    if (!answered_.exchange(true)) {
      letter_->response = std::move(response);
      mailbox_->post(letter_);
    }
  }

  bool waits() const noexcept override { return !letter_->to.expired(); }

 private:
  std::shared_ptr<Letter> letter_;
  std::shared_ptr<Mailbox> mailbox_;
  std::atomic<bool> answered_ = false;
};

}  // namespace

Connection::Connection(NewClient client, ConnectionsState& state, std::shared_ptr<Mailbox> mailbox)
    : socket_(std::move(client.socket)),
      handler_(*client.handler),
      slot_(std::move(client.slot)),
      shared_(state),
      limits_(state.limits),
      mailbox_(std::move(mailbox)),
      reader_(limits_.http),
      since_(Clock::now()),
      heard_(since_) {}

bool Connection::wants_input() const {
  return output_.empty() && !wants_room_ && (state_ == State::reading || state_ == State::closing);
}

void Connection::on_readable() {
  if (!wants_input()) {
    return;
  }
  thread_local std::array<char, kPiece> piece;
  const ssize_t size = ::recv(fd(), piece.data(), piece.size(), MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  if (size <= 0) {
    finish();
    return;
  }
  heard_ = Clock::now();
  if (state_ == State::closing) {  // bytes are discarded; the client is alive
    since_ = heard_;
    return;
  }
  const bool was_empty = reader_.empty();
  const bool had_head = reader_.has_head();
  reader_.feed({piece.data(), static_cast<std::size_t>(size)});
  read_on();
  // A request or its body begins; an empty line is neither.
  const bool begins = (was_empty && !reader_.empty()) || (!had_head && reader_.has_head());
  if (state_ == State::reading && begins) {
    since_ = heard_;
  }
}

void Connection::on_broken() { finish(); }

// False: the budget has no room for what the reader holds.
bool Connection::read_on() {
  wants_room_ = !slot_.hold(reader_.buffered());
  if (!wants_room_) {
    read_requests();
  }
  return !wants_room_;
}

void Connection::refuse_for_room() {
  wants_room_ = false;
  refuse(busy_response(kTooManyRequests));
}

std::optional<Connection::Clock::time_point> Connection::silent_since() const {
  const bool waits = state_ == State::reading || state_ == State::closing || !output_.empty();
  return waits ? std::optional(heard_) : std::nullopt;
}

void Connection::forget_input() noexcept {
  reader_.clear();
  slot_.hold(0);
}

void Connection::read_requests() {
  if (state_ != State::reading || !output_.empty()) {
    return;
  }
  try {
    auto received = reader_.next();
    slot_.hold(reader_.buffered());  // less than before
    if (received) {
      dispatch(*std::move(received));
    } else if (reader_.take_expectation()) {
      send("HTTP/1.1 100 Continue\r\n\r\n");
    }
  } catch (const HttpError& error) {
    refuse(json_response(error.status(), JsonObject().add("detail", error.what()).text()));
  }
}

void Connection::dispatch(ReceivedRequest received) {
  const std::string asked = received.request.method + " " + received.request.path;
  state_ = State::answering;
  since_ = Clock::now();
  is_new_ = false;
  received.request.id = request_id_of(received.request);
  form_ = {received.keep_alive, received.request.method == "HEAD", received.request.id};
  received.request.client = slot_.address();
  Reply reply(std::make_shared<PendingReply>(weak_from_this(), mailbox_));
  try {
    handler_(std::move(received.request), std::move(reply));
  } catch (const std::exception& error) {
    spdlog::error("{}: {}", asked, error.what());
  }
}

void Connection::answer(const std::optional<Response>& response) {
  if (state_ != State::answering) {
    return;
  }
  form_.keep_alive = form_.keep_alive && !shared_.stopping;
  const std::string bytes =
      to_bytes(response ? *response : internal_error(), form_, std::time(nullptr));
  if (!form_.keep_alive) {
    send_last(bytes);
    return;
  }
  state_ = State::reading;
  since_ = Clock::now();
  send(bytes);
}

void Connection::refuse(const Response& response) {
  if (shared_.on_refused) {
    shared_.on_refused(response.status);
  }
  send_last(to_bytes(response, {.keep_alive = false, .head_only = reader_.is_head_method()},
                     std::time(nullptr)));
}

void Connection::send(std::string_view bytes) {
  output_ += bytes;
  on_writable();
}

void Connection::send_last(std::string_view bytes) {
  state_ = State::closing;
  since_ = closing_since_ = Clock::now();
  forget_input();
  send(bytes);
}

void Connection::on_writable() {
  if (output_.empty() || state_ == State::closed) {
    return;
  }
  std::size_t sent = 0;
  while (sent < output_.size()) {
    const ssize_t count =
        ::send(fd(), output_.data() + sent, output_.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0 && errno != EAGAIN) {
      finish();
      return;
    }
    if (count < 0) {
      break;
    }
    sent += static_cast<std::size_t>(count);
    since_ = heard_ = Clock::now();
  }
  output_.erase(0, sent);
  if (!output_.empty()) {
    return;
  }
  if (state_ == State::closing) {
    ::shutdown(fd(), SHUT_WR);
  } else {
    read_requests();  // the next may have come meanwhile
  }
}

void Connection::finish() noexcept {
  state_ = State::closed;
  wants_room_ = false;
  output_.clear();
  forget_input();
}

// Every state has a deadline.
void Connection::check_deadline(Clock::time_point now) {
  const auto waited = now - since_;
  if (!output_.empty()) {
    if (waited > limits_.send_timeout) {
      finish();
    }
  } else if (state_ == State::closing) {
    const bool silent = waited > limits_.close_timeout;
    if (silent || now - closing_since_ > limits_.send_timeout) {
      finish();
    }
  } else if (state_ == State::answering) {
    if (waited > limits_.answer_timeout) {
      send_last(to_bytes(busy_response("The answer was not ready in time"),
                         {.keep_alive = false, .head_only = form_.head_only}, std::time(nullptr)));
    }
  } else if (state_ == State::reading) {
    check_reading(waited);
  }
}

void Connection::check_reading(Clock::duration waited) {
  if (reader_.empty()) {
    if (waited > (is_new_ ? limits_.head_timeout : limits_.idle_timeout)) {
      finish();
    }
    return;
  }
  using std::chrono::milliseconds;
  milliseconds limit = limits_.head_timeout;
  if (reader_.has_head()) {
    limit = limits_.body_timeout +
            milliseconds(static_cast<std::int64_t>(1000 * reader_.buffered() / limits_.body_rate));
  }
  if (waited > limit) {
    refuse(json_response(408, R"({"detail":"The request did not arrive in time"})"));
  }
}

void Connection::close_if_idle(Clock::time_point now) {
  const auto is_idle = [this] {
    return state_ == State::reading && reader_.empty() && output_.empty();
  };
  if (is_idle()) {
    on_readable();  // what came before the stop is served
    if (wants_room_) {
      refuse_for_room();
    }
  }
  if (is_idle() && (!is_new_ || now - since_ > limits_.close_timeout)) {
    finish();
  }
}

}  // namespace inkling

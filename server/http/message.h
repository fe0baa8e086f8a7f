// What a handler sees of HTTP: a request, and a callback that takes the response. No library shows.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/peer_address.h"

namespace inkling {

// In the order sent. Names of received headers are in lower case.
using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;  // as sent, e.g. "POST"
  std::string path;    // as sent, without the query and not percent-decoded
  std::string query;   // what follows '?', empty when nothing does
  Headers headers;
  std::string body;
  PeerAddress client{};  // whose share of the work it is
  // NOLINTNEXTLINE(readability-redundant-member-init): GCC wants it in every initializer else
  std::string id = {};  // the client's X-Request-ID, or one that was made for it

  // The value of the first header of that (lower case) name.
  std::optional<std::string_view> header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) {
        return value;
      }
    }
    return std::nullopt;
  }
};

// Content-Length, Date, Connection, X-Request-ID and what tells browsers to be careful are the
// server's business and are not among the headers.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  // A JSON object of what the log is to say beside status and sizes; empty: nothing.
  // NOLINTNEXTLINE(readability-redundant-member-init): GCC wants it in every initializer else
  std::string log = {};
};

// Where the response goes.
class Reply {
 public:
  // Thread-safe.
  class Receiver {
   public:
    Receiver() = default;
    virtual ~Receiver() = default;
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;
    virtual void receive(Response response) noexcept = 0;
    virtual bool waits() const noexcept = 0;
  };

  Reply() = default;
  explicit Reply(std::shared_ptr<Receiver> receiver) : receiver_(std::move(receiver)) {}

  // Once, from any thread, during the handler's call or later; what comes after the first is
  // ignored. Where every copy of a Reply is dropped without a call the answer is 500.
  void operator()(Response response) const noexcept { receiver_->receive(std::move(response)); }

  // Whether the client is still there: for one that is not, nothing need be computed.
  bool waits() const noexcept { return receiver_->waits(); }

 private:
  std::shared_ptr<Receiver> receiver_;
};

// Called from several threads at once. An exception is logged and answered with 500; its text never
// reaches the client.
using Handler = std::function<void(Request, Reply)>;

inline Response json_response(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

// Answers every request with that.
inline Handler fixed_json(std::string body) {
  return [body = std::move(body)](const Request&, const Reply& reply) {
    reply(json_response(200, body));
  };
}

// For what there is no room for at the moment. detail: text that JSON takes as it is.
inline Response busy_response(const std::string& detail) {
  Response response = json_response(503, R"({"detail":")" + detail + R"("})");
  response.headers.emplace_back("Retry-After", "1");
  return response;
}
inline constexpr auto kTooManyRequests = "Too many requests at once; try again later";

}  // namespace inkling

#include "server/access/cross_origin.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "server/http/attempt.h"

namespace inkling {
namespace {

Response preflight_answer() {
  return {204,
          {{"Access-Control-Allow-Methods", "GET, HEAD, POST"},
           {"Access-Control-Allow-Headers",
            "Authorization, Content-Type, X-API-Key, X-Request-ID, traceparent, tracestate, "
            "Inference-Header-Content-Length"},
           {"Access-Control-Max-Age", "600"}},
          ""};
}

// For no origin, too, the answer is another than for one: caches are to know.
void allow(Response& response, const std::string& origin) {
  response.headers.emplace_back("Vary", "Origin");
  if (!origin.empty()) {
    response.headers.emplace_back("Access-Control-Allow-Origin", origin);
    response.headers.emplace_back("Access-Control-Expose-Headers",
                                  "X-Request-ID, X-Error-Code, Retry-After");
  }
}

class AllowingReceiver : public Reply::Receiver {
 public:
  AllowingReceiver(Reply reply, std::string origin)
      : reply_(std::move(reply)), origin_(std::move(origin)) {}
  void receive(Response response) noexcept override {
    attempt("CORS", [&] { allow(response, origin_); });
    reply_(std::move(response));
  }
  bool waits() const noexcept override { return reply_.waits(); }

 private:
  Reply reply_;
  std::string origin_;
};

bool is_preflight(const Request& request) {
  return request.method == "OPTIONS" && request.header("access-control-request-method");
}

}  // namespace

bool is_origin(std::string_view text) {
  const std::size_t scheme = text.find("://");
  const bool web = text.substr(0, scheme) == "http" || text.substr(0, scheme) == "https";
  const std::string_view host = web ? text.substr(scheme + 3) : "";
  return !host.empty() && host.find_first_of("/?#@, \t") == std::string_view::npos;
}

Handler with_cross_origin(Handler handler, std::vector<std::string> origins) {
  return
      [handler = std::move(handler), origins = std::move(origins)](Request request, Reply reply) {
        std::string origin(request.header("origin").value_or(""));
        if (std::none_of(origins.begin(), origins.end(),
                         [&](const auto& known) { return known == "*" || known == origin; })) {
          origin.clear();
        }
        const bool answers_preflight = !origin.empty() && is_preflight(request);
        Reply allowing(std::make_shared<AllowingReceiver>(std::move(reply), std::move(origin)));
        if (answers_preflight) {
          allowing(preflight_answer());
        } else {
          handler(std::move(request), std::move(allowing));
        }
      };
}

}  // namespace inkling

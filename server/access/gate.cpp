#include "server/access/gate.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/http/attempt.h"
#include "server/http/header_text.h"
#include "server/http/json_text.h"

namespace inkling {
namespace {

constexpr std::size_t kSecretSize = 32;
constexpr auto kMinute = std::chrono::minutes(1);
constexpr auto kDay = std::chrono::hours(24);

// The key that a request carries in a header; nullopt: it carries none.
std::optional<std::string_view> sent_key(const Request& request) {
  if (const auto key = request.header("x-api-key")) {
    return trimmed(*key);
  }
  std::string_view credentials = request.header("authorization").value_or("");
  if (equal_ignoring_case(cut(credentials, " "), "Bearer")) {
    return trimmed(credentials);
  }
  return std::nullopt;
}

bool wants_page(const Request& request) {
  return request.method == "GET" &&
         request.header("accept").value_or("").find("text/html") != std::string_view::npos;
}

// Relative, so that it is right behind a proxy that serves this under a folder of its own.
std::string sign_in_from(std::string_view path) {
  std::string way;
  for (auto folders = std::count(path.begin(), path.end(), '/'); folders > 1; --folders) {
    way += "../";
  }
  return way + (kSignInPath + 1);
}

Response unauthorized(const Request& request) {
  if (wants_page(request)) {
    return {303, {{"Location", sign_in_from(request.path)}, {"Cache-Control", "no-store"}}, ""};
  }
  const bool wrong = sent_key(request).has_value();
  Response response = json_response(
      401, wrong ? R"({"detail":"Invalid API key"})" : R"({"detail":"Not authenticated"})");
  response.headers.emplace_back("WWW-Authenticate",
                                wrong ? R"(Bearer error="invalid_token")" : "Bearer");
  return response;
}

Response too_many(RateLimiter::Clock::duration wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  Response response = json_response(429, R"({"detail":"Too many requests; try again later"})");
  response.headers.emplace_back("Retry-After", std::to_string(seconds));
  return response;
}

// Names the key's owner in the log.
class OwnersReceiver : public Reply::Receiver {
 public:
  OwnersReceiver(Reply reply, std::string owner)
      : reply_(std::move(reply)), owner_(std::move(owner)) {}

  void receive(Response response) noexcept override {
    attempt("request log", [&] {
      JsonObject log;
      log.add("key", owner_);
      if (!response.log.empty()) {
        log.add_members_of(response.log);
      }
      response.log = log.text();
    });
    reply_(std::move(response));
  }
  bool waits() const noexcept override { return reply_.waits(); }

 private:
  Reply reply_;
  std::string owner_;
};

}  // namespace

bool is_health(std::string_view path) {
  constexpr std::array<std::string_view, 4> kHealth = {"/healthz", "/readyz", "/v2/health/live",
                                                       "/v2/health/ready"};
  return std::find(kHealth.begin(), kHealth.end(), path) != kHealth.end();
}

std::string_view cookie(const Request& request, std::string_view name) {
  for (const auto& [header, value] : request.headers) {
    std::string_view cookies = header == "cookie" ? value : std::string_view();
    while (!cookies.empty()) {
      std::string_view content = trimmed(cut(cookies, ";"));
      if (cut(content, "=") == name) {
        return content;
      }
    }
  }
  return {};
}

Gate::Gate(GateOptions options)
    : options_(std::move(options)),
      sessions_(
          options_.session_secret.empty() ? random_bytes(kSecretSize) : options_.session_secret,
          options_.session_lifetime) {
  reload();
}

void Gate::reload() {
  if (!needs_key()) {
    return;
  }
  auto next = std::make_shared<const ApiKeys>(
      options_.api_keys_text ? parse_api_keys(*options_.api_keys_text, kApiKeysVariable)
                             : read_api_keys(options_.api_keys));
  const std::lock_guard lock(mutex_);
  keys_.swap(next);
}

std::shared_ptr<const ApiKeys> Gate::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

const ApiKey* Gate::owner_of(const Request& request, const ApiKeys& keys) const {
  if (const auto key = sent_key(request)) {
    return keys.find(*key);
  }
  return sessions_.find(cookie(request, kSessionCookie), keys, Sessions::Clock::now());
}

std::optional<RateLimiter::Clock::duration> Gate::wait_of(const ApiKey& key) {
  const auto now = RateLimiter::Clock::now();
  std::optional<RateLimiter::Clock::duration> wait;
  if (key.per_minute) {
    wait = limiter_.take("minute " + key.name, {*key.per_minute, kMinute}, now);
  }
  if (!wait && key.per_day) {
    wait = limiter_.take("day " + key.name, {*key.per_day, kDay}, now);
  }
  return wait;
}

std::optional<Response> Gate::refusal(const Request& request, std::string& owner) {
  if (options_.address_per_minute) {
    const std::string address(request.client.begin(), request.client.end());
    const Rate rate = {*options_.address_per_minute, kMinute};
    if (const auto wait = limiter_.take(address, rate, RateLimiter::Clock::now())) {
      return too_many(*wait);
    }
  }
  const auto known = keys();
  if (!known || request.path == kSignInPath) {
    return std::nullopt;
  }
  const ApiKey* const key = owner_of(request, *known);
  if (key == nullptr) {
    return unauthorized(request);
  }
  owner = key->name;
  const auto wait = wait_of(*key);
  return wait ? std::optional(too_many(*wait)) : std::nullopt;
}

Handler Gate::guard(Handler handler) {
  return [this, handler = std::move(handler)](Request request, Reply reply) {
    if (is_health(request.path)) {
      handler(std::move(request), std::move(reply));
      return;
    }
    std::string owner;
    auto refused = refusal(request, owner);
    if (!owner.empty()) {
      reply = Reply(std::make_shared<OwnersReceiver>(std::move(reply), std::move(owner)));
    }
    if (refused) {
      if (options_.on_refused) {
        options_.on_refused(refused->status);
      }
      reply(std::move(*refused));
    } else {
      handler(std::move(request), std::move(reply));
    }
  };
}

std::optional<std::string> Gate::signed_in_as(const Request& request) const {
  const auto known = keys();
  const ApiKey* const key =
      known ? sessions_.find(cookie(request, kSessionCookie), *known, Sessions::Clock::now())
            : nullptr;
  return key != nullptr ? std::optional(key->name) : std::nullopt;
}

std::optional<std::string> Gate::begin_session(std::string_view key, const Request& request) const {
  const auto known = keys();
  const ApiKey* const owner = known ? known->find(key) : nullptr;
  if (owner == nullptr) {
    return std::nullopt;
  }
  std::string set = kSessionCookie;
  set.append("=").append(sessions_.begin(*owner, Sessions::Clock::now()));
  set.append("; Path=/; HttpOnly; SameSite=Strict; Max-Age=");
  set.append(std::to_string(sessions_.lifetime().count()));
  // Whoever ends TLS says so. A browser would not send back a Secure cookie without TLS.
  const bool tls = request.header("x-forwarded-proto").value_or("") == "https";
  return set.append(tls ? "; Secure" : "");
}

std::string Gate::end_session() {
  return std::string(kSessionCookie) + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";
}

}  // namespace inkling

// Who is let in to the handlers behind it, and how often.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/access/api_keys.h"
#include "server/access/rate_limiter.h"
#include "server/access/sessions.h"
#include "server/http/message.h"

namespace inkling {

// The environment's variables that stand for files of keys and of the sessions' secret.
inline constexpr auto kApiKeysVariable = "INKLING_API_KEYS";
inline constexpr auto kSessionSecretVariable = "INKLING_SESSION_SECRET";

struct GateOptions {
  std::filesystem::path api_keys;  // a file; neither this nor the next: everybody may come in
  std::optional<std::string> api_keys_text = std::nullopt;  // the lines of one, in its place
  std::string session_secret;  // empty: one of its own, so that a restart ends all sessions
  std::chrono::seconds session_lifetime = std::chrono::hours(12);
  std::optional<int> address_per_minute;  // requests of one address; nullopt: any number
  std::function<void(int)> on_refused;    // called with the status of what is not let in
};

// The paths that say whether it is alive: open to everybody, and no limit counts them. Compared as
// sent: another spelling of one needs a key.
bool is_health(std::string_view path);

inline constexpr auto kSignInPath = "/signin";
inline constexpr auto kSignOutPath = "/signout";
inline constexpr auto kSessionCookie = "inkling_session";

// The value of a cookie that the request carries (RFC 6265); empty: it does not.
std::string_view cookie(const Request& request, std::string_view name);

// Thread-safe.
class Gate {
 public:
  // Throws ApiKeysError and FileError.
  explicit Gate(GateOptions options);

  bool needs_key() const { return !options_.api_keys.empty() || options_.api_keys_text; }

  // Whether requests may come too often: of an address, or by a key, whose limits may come with a
  // new file of them.
  bool limits_rate() const { return needs_key() || options_.address_per_minute.has_value(); }

  // Reads the keys again. Throws as the constructor does, and then keeps those it had.
  void reload();

  // The handler, to which only those come who may. Health and the sign-in page need no key; else
  //   401  without a key, or with one that is none; 303 to the sign-in page for a browser that
  //        wants a page
  //   429  too often: Retry-After says when to come again
  // A key comes as "Authorization: Bearer KEY" or "X-API-Key: KEY", or a session's cookie stands
  // for it. The log's line of a request names the key's owner.
  Handler guard(Handler handler);

  // Whose session the request has; nullopt: none.
  std::optional<std::string> signed_in_as(const Request& request) const;

  // The Set-Cookie of a new session; nullopt: that is no key.
  std::optional<std::string> begin_session(std::string_view key, const Request& request) const;
  static std::string end_session();

 private:
  std::shared_ptr<const ApiKeys> keys() const;
  const ApiKey* owner_of(const Request& request, const ApiKeys& keys) const;
  std::optional<RateLimiter::Clock::duration> wait_of(const ApiKey& key);
  std::optional<Response> refusal(const Request& request, std::string& owner);

  GateOptions options_;
  Sessions sessions_;
  RateLimiter limiter_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ApiKeys> keys_;  // nullptr: none are needed
};

}  // namespace inkling

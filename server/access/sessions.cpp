#include "server/access/sessions.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "engine/io/atomic_file.h"
#include "server/http/header_text.h"

namespace inkling {
namespace {

std::int64_t seconds_since_1970(Sessions::Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

std::string Sessions::begin(const ApiKey& key, Clock::time_point now) const {
  std::string value = key.name;
  value.append(".").append(std::to_string(seconds_since_1970(now + lifetime_)));
  const std::string signed_by = to_hex(signature(value, key));
  return value.append(".").append(signed_by);
}

const ApiKey* Sessions::find(std::string_view value, const ApiKeys& keys,
                             Clock::time_point now) const {
  const std::string_view claims = value.substr(0, value.rfind('.'));
  const auto received = digest_from_hex(value.substr(std::min(claims.size() + 1, value.size())));
  std::string_view expiry = claims;
  const ApiKey* const key = keys.named(cut(expiry, "."));
  std::int64_t until = 0;
  const auto parsed = std::from_chars(expiry.data(), expiry.data() + expiry.size(), until);
  const bool stands = key != nullptr && received && parsed.ec == std::errc() &&
                      equal_in_constant_time(*received, signature(claims, *key)) &&
                      seconds_since_1970(now) < until;
  return stands ? key : nullptr;
}

Digest Sessions::signature(std::string_view claims, const ApiKey& key) const {
  std::string text(claims);
  text.append(".").append(to_hex(key.sha256));  // another key of the same name is another one's
  return hmac_sha256(secret_, text);
}

std::string read_session_secret(const std::filesystem::path& file) {
  const std::vector<std::byte> bytes = read_file(file);
  return checked_session_secret({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                                file.string());
}

std::string checked_session_secret(std::string secret, const std::string& source) {
  constexpr std::size_t kLeast = 32;
  if (secret.size() < kLeast) {
    throw std::runtime_error(source + ": expected at least 32 random bytes, received " +
                             std::to_string(secret.size()));
  }
  return secret;
}

}  // namespace inkling

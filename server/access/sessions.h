// Signed session cookies, for people whose browser cannot send a key with each request.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "server/access/api_keys.h"

namespace inkling {

// A cookie's value is NAME.EXPIRY.SIGNATURE: whose key it was, until when (seconds since 1970), and
// an HMAC of both and of the key's digest. The server keeps nothing; a session ends when it
// expires, when its key leaves the file, or when the secret changes. Thread-safe.
class Sessions {
 public:
  using Clock = std::chrono::system_clock;

  // Whoever knows the secret can sign in as anyone; servers behind one balancer share it.
  Sessions(std::string secret, std::chrono::seconds lifetime)
      : secret_(std::move(secret)), lifetime_(lifetime) {}

  std::string begin(const ApiKey& key, Clock::time_point now) const;

  // Whose session the value is; nullptr: nobody's, or it has ended.
  const ApiKey* find(std::string_view value, const ApiKeys& keys, Clock::time_point now) const;

  std::chrono::seconds lifetime() const { return lifetime_; }

 private:
  Digest signature(std::string_view claims, const ApiKey& key) const;

  std::string secret_;
  std::chrono::seconds lifetime_;
};

// The secret from a file, whose bytes are taken as they are. Throws FileError, and
// std::runtime_error for fewer than 32.
std::string read_session_secret(const std::filesystem::path& file);

// That secret. source: where it is from, for the error.
std::string checked_session_secret(std::string secret, const std::string& source);

}  // namespace inkling

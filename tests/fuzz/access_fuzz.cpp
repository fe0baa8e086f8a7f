// The file of API keys, and what clients send in place of a key: nobody is let in by chance.
#include <chrono>

#include "server/access/sessions.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const inkling::ApiKeys kKeys =
      inkling::parse_api_keys(inkling::line_of("ann", inkling::new_api_key()), "keys");
  static const inkling::Sessions kSessions(inkling::random_bytes(32), std::chrono::hours(1));
  inkling::require(kKeys.find(bytes) == nullptr, "no key");
  inkling::require(kSessions.find(bytes, kKeys, {}) == nullptr, "no session");
  try {
    inkling::parse_api_keys(bytes, "fuzz");
  } catch (const inkling::ApiKeysError&) {  // as it should be
  }
  return 0;
}

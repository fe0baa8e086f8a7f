// Who may use the service: a file of API keys, of which it holds the SHA-256 alone. A key is 256
// random bits, so that a slow hash, as passwords need it, would add nothing.
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "server/access/digest.h"

namespace inkling {

// what() is one line, which repeats nothing that might be a key.
class ApiKeysError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ApiKey {
  std::string name;  // whose it is: 1 to 64 letters, digits, '-' and '_'
  Digest sha256{};
  std::optional<int> per_minute;  // requests; nullopt: as many as they like
  std::optional<int> per_day;
};

// Immutable, and thereby thread-safe.
class ApiKeys {
 public:
  explicit ApiKeys(std::vector<ApiKey> keys) : keys_(std::move(keys)) {}

  // The entry of a key, as a client sends it; nullptr: it is none of these. Takes the same time
  // whichever it is.
  const ApiKey* find(std::string_view key) const;
  const ApiKey* named(std::string_view name) const;  // nullptr: there is none

 private:
  std::vector<ApiKey> keys_;
};

// Lines of the form
//   NAME sha256:HEX [rate=N] [quota=N]
// where rate is requests a minute and quota requests a day; empty lines, and lines that begin with
// '#', say nothing. source: the file's name, for errors. Throws ApiKeysError where a line is not of
// that form, a name comes twice, or there is no key at all.
ApiKeys parse_api_keys(std::string_view text, const std::string& source);
ApiKeys read_api_keys(const std::filesystem::path& file);  // also throws FileError

// A new key, and its line in the file (without an end of line).
std::string new_api_key();
std::string line_of(const std::string& name, std::string_view key);

// Throws ApiKeysError for what cannot be a name.
void check_key_name(std::string_view name);

// Adds a new key of that name to the file, which is made where there is none, and returns it.
// Throws ApiKeysError where the name is there already, and FileError.
std::string add_api_key(const std::filesystem::path& file, const std::string& name);

}  // namespace inkling

#include "server/access/api_keys.h"

#include <algorithm>
#include <limits>
#include <span>
#include <system_error>

#include "engine/io/atomic_file.h"
#include "server/http/header_text.h"

namespace inkling {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kDigestPrefix = "sha256:";
constexpr std::size_t kLongestName = 64;

// Cuts the first word off the front of `rest`; empty when there is none.
std::string_view next_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
  rest.remove_prefix(word.size());
  return word;
}

int parse_limit(std::string_view value, const std::string& where) {
  constexpr int kMost = std::numeric_limits<int>::max();
  const auto number = whole_number(value);
  if (!number || *number < 1 || *number > kMost) {
    throw ApiKeysError(where + "expected a whole number from 1 after rate= and quota=");
  }
  return static_cast<int>(*number);
}

ApiKey parse_line(std::string_view line, const std::string& where) {
  ApiKey key;
  key.name = next_word(line);
  try {
    check_key_name(key.name);
  } catch (const ApiKeysError& error) {
    throw ApiKeysError(where + error.what());
  }
  const std::string_view digest = next_word(line);
  const auto sha256 = digest.substr(0, kDigestPrefix.size()) == kDigestPrefix
                          ? digest_from_hex(digest.substr(kDigestPrefix.size()))
                          : std::nullopt;
  if (!sha256) {
    throw ApiKeysError(where +
                       "expected NAME sha256:HEX, HEX being 64 hexadecimal digits, as "
                       "inkling-server keygen writes it");
  }
  key.sha256 = *sha256;
  for (std::string_view word = next_word(line); !word.empty(); word = next_word(line)) {
    const std::string_view limit = cut(word, "=");
    if (limit == "rate") {
      key.per_minute = parse_limit(word, where);
    } else if (limit == "quota") {
      key.per_day = parse_limit(word, where);
    } else {
      throw ApiKeysError(where +
                         "expected rate=N and quota=N after the key, received another word");
    }
  }
  return key;
}

}  // namespace

const ApiKey* ApiKeys::find(std::string_view key) const {
  const Digest received = sha256(key);
  const ApiKey* found = nullptr;
  for (const ApiKey& known : keys_) {  // all of them: the time says nothing
    if (equal_in_constant_time(known.sha256, received)) {
      found = &known;
    }
  }
  return found;
}

const ApiKey* ApiKeys::named(std::string_view name) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(),
                                  [name](const ApiKey& key) { return key.name == name; });
  return found == keys_.end() ? nullptr : &*found;
}

ApiKeys parse_api_keys(std::string_view text, const std::string& source) {
  std::vector<ApiKey> keys;
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = cut(text, "\n");
    if (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    }
    line = trimmed(line);
    if (line.empty() || line.front() == '#') {
      continue;
    }
    std::string where = source + ", line ";
    where.append(std::to_string(number)).append(": ");
    ApiKey key = parse_line(line, where);
    if (std::any_of(keys.begin(), keys.end(),
                    [&key](const ApiKey& other) { return other.name == key.name; })) {
      throw ApiKeysError(where + "expected each name once, received " + key.name + " again");
    }
    keys.push_back(std::move(key));
  }
  if (keys.empty()) {
    throw ApiKeysError(source + ": expected an API key, received none; inkling-server keygen " +
                       "makes one");
  }
  return ApiKeys(std::move(keys));
}

ApiKeys read_api_keys(const std::filesystem::path& file) {
  const std::vector<std::byte> bytes = read_file(file);
  return parse_api_keys({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file.string());
}

// With a prefix by which tools that look for secrets in sources know it.
std::string new_api_key() {
  const std::string random = random_bytes(32);
  return "inkling_" + to_hex({reinterpret_cast<const std::uint8_t*>(random.data()), random.size()});
}

std::string line_of(const std::string& name, std::string_view key) {
  std::string line = name;
  return line.append(" ").append(kDigestPrefix).append(to_hex(sha256(key)));
}

void check_key_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  if (name.empty() || name.size() > kLongestName ||
      name.find_first_not_of(kAllowed) != std::string_view::npos) {
    throw ApiKeysError("expected a name of 1 to 64 letters, digits, '-' and '_', received another");
  }
}

std::string add_api_key(const std::filesystem::path& file, const std::string& name) {
  check_key_name(name);
  std::string text;
  if (std::filesystem::exists(file)) {
    const std::vector<std::byte> bytes = read_file(file);
    text.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  if (!text.empty() && text.back() != '\n') {
    text += '\n';
  }
  std::string key = new_api_key();
  text += line_of(name, key) + "\n";
  parse_api_keys(text, file.string());  // the name may be there, or a line that is none
  write_file_atomically(file, text);
  return key;
}

}  // namespace inkling

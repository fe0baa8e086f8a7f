// The small pieces that header lines are made of (RFC 9110, 5.6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inkling {

inline constexpr std::string_view kCrlf = "\r\n";

// The characters of a method or a header's name, at least one of them.
bool is_token(std::string_view text);

// No control characters but tabs.
bool is_clean_value(std::string_view text);

// ASCII letters alone.
std::string lower_case(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

// Without blanks and tabs at either end.
std::string_view trimmed(std::string_view text);

// "%2e" becomes "."; "%2f" stays, since it separates nothing (RFC 3986, 2.2), and so does what is
// no hexadecimal number after a percent sign.
std::string percent_decoded(std::string_view path);

// A decimal number and nothing else: "12", "-3". nullopt: it is not, or has no room in 64 bits.
std::optional<std::int64_t> whole_number(std::string_view text);

// Cuts up to the separator off the front of `rest`; all of it when there is none.
std::string_view cut(std::string_view& rest, std::string_view separator);

}  // namespace inkling

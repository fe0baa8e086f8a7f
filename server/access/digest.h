// SHA-256 and what is built on it, by OpenSSL.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace inkling {

using Digest = std::array<std::uint8_t, 32>;

// Each throws std::runtime_error where OpenSSL fails, as it does without memory.
Digest sha256(std::span<const std::byte> bytes);
Digest sha256(std::string_view text);
Digest hmac_sha256(std::string_view secret, std::string_view text);  // RFC 2104
std::string random_bytes(std::size_t count);                         // that nobody can guess

// How long it takes does not depend on where they differ.
bool equal_in_constant_time(const Digest& a, const Digest& b);

std::string to_hex(std::span<const std::uint8_t> bytes);  // in lower case
std::optional<Digest> digest_from_hex(std::string_view text);

}  // namespace inkling

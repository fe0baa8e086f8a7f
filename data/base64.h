// Bytes as text (RFC 4648, section 4, with padding).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inkling {

std::string base64(std::span<const std::uint8_t> bytes);

// nullopt: it is not base64. Line breaks between are taken, padding may be missing.
std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

}  // namespace inkling

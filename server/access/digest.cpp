#include "server/access/digest.h"

#include <charconv>
#include <limits>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace inkling {
namespace {

void check(bool succeeded, const char* what) {
  if (!succeeded) {
    throw std::runtime_error(std::string("expected ") + what + ", received an error of OpenSSL's");
  }
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Digest sha256(std::span<const std::byte> bytes) {
  Digest digest{};
  check(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1,
        "a SHA-256");
  return digest;
}

Digest sha256(std::string_view text) { return sha256(std::as_bytes(std::span(text))); }

Digest hmac_sha256(std::string_view secret, std::string_view text) {
  Digest digest{};
  check(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(text),
             text.size(), digest.data(), nullptr) != nullptr,
        "an HMAC");
  return digest;
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  check(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1,
        "random bytes");
  return bytes;
}

bool equal_in_constant_time(const Digest& a, const Digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += kHex[byte >> 4U];
    text += kHex[byte & 15U];
  }
  return text;
}

std::optional<Digest> digest_from_hex(std::string_view text) {
  Digest digest{};
  if (text.size() != 2 * digest.size() ||
      text.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const char* const digits = text.data() + 2 * i;
    std::from_chars(digits, digits + 2, digest[i], 16);
  }
  return digest;
}

}  // namespace inkling

// Bounded inflation of gzip data (RFC 1952) through zlib.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace inkling {

enum class GzipEnd {
  complete,   // the stream ended and its checksum was right
  limited,    // max_bytes were reached before the stream ended
  truncated,  // the input ran out before the stream ended
  damaged,    // the input is no gzip data, or its checksum is wrong
};

struct GzipResult {
  GzipEnd end = GzipEnd::damaged;
  std::vector<std::uint8_t> bytes;  // never more than max_bytes
  std::size_t unread = 0;           // input bytes after the stream's end, when complete
};

// Inflates the first gzip member. Memory grows with what really comes out, never beyond max_bytes.
// Thread-safe: a pure function. Throws std::bad_alloc alone.
GzipResult gunzip(std::span<const std::uint8_t> input, std::size_t max_bytes);

}  // namespace inkling

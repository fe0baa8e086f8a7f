#include "data/gzip.h"

#include <algorithm>
#include <new>

#include <zlib.h>

namespace inkling {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 16;
constexpr int kGzipOnly = 16 + MAX_WBITS;  // zlib's way to ask for a gzip header and checksum

class Inflater {
 public:
  Inflater() {
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
};

// zlib counts in 32 bits: larger buffers are handed over piece by piece.
uInt piece(std::size_t bytes) { return static_cast<uInt>(std::min<std::size_t>(bytes, 1u << 30)); }

}  // namespace

GzipResult gunzip(std::span<const std::uint8_t> input, std::size_t max_bytes) {
  Inflater inflater;
  z_stream& stream = inflater.stream();
  GzipResult result;
  std::size_t read = 0;
  std::size_t written = 0;
  while (true) {
    if (written == result.bytes.size() && written < max_bytes) {
      result.bytes.resize(std::min(max_bytes, std::max(kChunk, 2 * written)));
    }
    // At the limit, one spare byte tells "ended here" from "there is more".
    std::uint8_t beyond = 0;
    const bool at_limit = written == max_bytes;
    const uInt room = at_limit ? 1 : piece(result.bytes.size() - written);
    const uInt available = piece(input.size() - read);
    stream.next_in = const_cast<Bytef*>(input.data() + read);  // zlib's C interface lacks the const
    stream.avail_in = available;
    stream.next_out = at_limit ? &beyond : result.bytes.data() + written;
    stream.avail_out = room;
    const int status = inflate(&stream, Z_NO_FLUSH);
    read += available - stream.avail_in;
    const std::size_t made = room - stream.avail_out;
    if (at_limit && made > 0) {
      result.end = GzipEnd::limited;
      break;
    }
    written += made;
    if (status == Z_STREAM_END) {
      result.end = GzipEnd::complete;
      result.unread = input.size() - read;
      break;
    }
    if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    }
    if (status != Z_OK && status != Z_BUF_ERROR) {
      result.end = GzipEnd::damaged;
      break;
    }
    if (read == input.size() && stream.avail_out > 0) {
      result.end = GzipEnd::truncated;
      break;
    }
  }
  result.bytes.resize(written);
  return result;
}

}  // namespace inkling

#include "data/idx.h"

#include <cstdio>
#include <fstream>
#include <system_error>

#include "data/gzip.h"

namespace inkling {
namespace {

constexpr std::size_t kMagicBytes = 4;
constexpr std::uint8_t kUnsignedByte = 0x08;
constexpr std::size_t kMaxDimensions = 4;
constexpr std::size_t kMaxHeaderBytes = kMagicBytes + 4 * kMaxDimensions;
constexpr const char* kFetchAgain = "; fetch it again with script/fetch-mnist";

[[noreturn]] void refuse(const std::string& name, const std::string& complaint) {
  throw IdxError(name + ": " + complaint);
}

std::string hex(std::uint8_t byte) {
  char text[8];
  std::snprintf(text, sizeof text, "0x%02x", byte);
  return text;
}

std::uint32_t big_endian_32(std::span<const std::uint8_t> bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
}

struct Header {
  std::vector<std::uint32_t> dimensions;
  std::size_t bytes = 0;   // of the header itself
  std::size_t values = 0;  // bytes that must follow
};

std::string list(const std::vector<std::uint32_t>& dimensions) {
  std::string text;
  for (const std::uint32_t dimension : dimensions) {
    text += (text.empty() ? "" : " x ") + std::to_string(dimension);
  }
  return text;
}

std::size_t product(const std::vector<std::uint32_t>& dimensions, const std::string& name) {
  std::size_t values = 1;
  for (const std::uint32_t dimension : dimensions) {
    // values ≤ 2^30 and dimension < 2^32: the product fits 64 bits before it is compared.
    values *= dimension;
    if (values > kMaxIdxValues) {
      refuse(name, "expected at most " + std::to_string(kMaxIdxValues) +
                       " values, received dimensions " + list(dimensions) + kFetchAgain);
    }
  }
  return values;
}

Header parse_header(std::span<const std::uint8_t> bytes, const std::string& name) {
  if (bytes.size() < kMagicBytes) {
    refuse(name, "expected an IDX file of at least 4 bytes, received " +
                     std::to_string(bytes.size()) + kFetchAgain);
  }
  if (bytes[0] == 0x1f && bytes[1] == 0x8b) {
    refuse(name,
           "expected a plain IDX file, received gzip data; let its name end in .gz, or gunzip it");
  }
  if (bytes[0] != 0 || bytes[1] != 0) {
    refuse(name, "expected an IDX file, which starts with two zero bytes, received " +
                     hex(bytes[0]) + " " + hex(bytes[1]) + kFetchAgain);
  }
  if (bytes[2] != kUnsignedByte) {
    refuse(name, "expected values of type 0x08 (unsigned byte), received type " + hex(bytes[2]) +
                     "; convert the values to bytes 0..255");
  }
  const std::size_t rank = bytes[3];
  if (rank < 1 || rank > kMaxDimensions) {
    refuse(name, "expected 1 to 4 dimensions, received " + std::to_string(rank) + kFetchAgain);
  }
  Header header;
  header.bytes = kMagicBytes + 4 * rank;
  if (bytes.size() < header.bytes) {
    refuse(name, "expected a header of " + std::to_string(header.bytes) + " bytes for " +
                     std::to_string(rank) + " dimensions, received " +
                     std::to_string(bytes.size()) + " bytes" + kFetchAgain);
  }
  for (std::size_t i = 0; i < rank; ++i) {
    header.dimensions.push_back(big_endian_32(bytes.subspan(kMagicBytes + 4 * i, 4)));
  }
  header.values = product(header.dimensions, name);
  return header;
}

[[noreturn]] void refuse_payload(const std::string& name, const Header& header,
                                 const std::string& came) {
  refuse(name, "expected " + std::to_string(header.values) + " values (" + list(header.dimensions) +
                   "), received " + came + kFetchAgain);
}

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path, const std::string& name) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    refuse(name, "expected a file, received " +
                     std::string(std::filesystem::exists(path, error) ? "something else"
                                                                      : "nothing there") +
                     "; fetch it with script/fetch-mnist");
  }
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!error && size > kMaxHeaderBytes + kMaxIdxValues) {
    refuse(name, "expected at most " + std::to_string(kMaxHeaderBytes + kMaxIdxValues) +
                     " bytes, received " + std::to_string(size) + kFetchAgain);
  }
  std::ifstream file(path, std::ios::binary);
  std::vector<std::uint8_t> bytes(error ? 0 : static_cast<std::size_t>(size));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (error || !file) {
    refuse(name, "expected a file that can be read, received an error; check its permissions");
  }
  return bytes;
}

}  // namespace

IdxArray parse_idx(std::span<const std::uint8_t> bytes, const std::string& name) {
  const Header header = parse_header(bytes, name);
  const auto values = bytes.subspan(header.bytes);
  if (values.size() < header.values) {
    refuse_payload(name, header, std::to_string(values.size()) + ": the file is cut short");
  }
  if (values.size() > header.values) {
    refuse_payload(name, header,
                   std::to_string(values.size() - header.values) + " more bytes after them");
  }
  return {header.dimensions, {values.begin(), values.end()}};
}

IdxArray parse_idx_gz(std::span<const std::uint8_t> bytes, const std::string& name) {
  const GzipResult start = gunzip(bytes, kMaxHeaderBytes);
  if (start.end == GzipEnd::damaged) {
    refuse(name,
           std::string("expected gzip data, received bytes that do not inflate") + kFetchAgain);
  }
  if (start.end == GzipEnd::truncated) {
    refuse(name,
           std::string("expected gzip data with an IDX file inside, received a stream that is "
                       "cut short in its header") +
               kFetchAgain);
  }
  const Header header = parse_header(start.bytes, name);
  GzipResult whole = gunzip(bytes, header.bytes + header.values);
  switch (whole.end) {
    case GzipEnd::limited:
      refuse_payload(name, header, "a gzip stream that holds more");
    case GzipEnd::truncated:
      refuse_payload(name, header, "a gzip stream that is cut short");
    case GzipEnd::damaged:
      refuse_payload(name, header, "a gzip stream that is damaged");
    case GzipEnd::complete:
      break;
  }
  if (whole.unread > 0) {
    refuse(name, "expected one gzip stream, received " + std::to_string(whole.unread) +
                     " more bytes after it" + kFetchAgain);
  }
  return parse_idx(whole.bytes, name);
}

std::vector<std::uint8_t> idx_bytes(const IdxArray& array) {
  const std::size_t dimensions = array.dimensions.size();
  if (dimensions < 1 || dimensions > kMaxDimensions ||
      product(array.dimensions, "array") != array.values.size()) {
    throw std::invalid_argument("expected as many values as the dimensions " +
                                list(array.dimensions) + " say, received " +
                                std::to_string(array.values.size()));
  }
  std::vector<std::uint8_t> bytes = {0, 0, kUnsignedByte, static_cast<std::uint8_t>(dimensions)};
  for (const std::uint32_t dimension : array.dimensions) {
    for (const int shift : {24, 16, 8, 0}) {
      bytes.push_back(static_cast<std::uint8_t>(dimension >> shift));
    }
  }
  bytes.insert(bytes.end(), array.values.begin(), array.values.end());
  return bytes;
}

IdxArray read_idx(const std::filesystem::path& path) {
  const std::string name = path.string();
  const std::vector<std::uint8_t> bytes = read_bytes(path, name);
  return path.extension() == ".gz" ? parse_idx_gz(bytes, name) : parse_idx(bytes, name);
}

}  // namespace inkling

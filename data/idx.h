// IDX, the byte format of MNIST's files (LeCun et al. 1998, http://yann.lecun.com/exdb/mnist):
//
//   offset     bytes  meaning
//   0          2      zero
//   2          1      type of a value; only 0x08, unsigned byte, is accepted here: MNIST's
//   3          1      number of dimensions D, 1 to 4
//   4          4·D    the dimensions, each an unsigned 32-bit integer, most significant byte first
//   4 + 4·D    …      the values, last dimension fastest; as many as the product of the dimensions,
//                     and nothing after them
//
// A file whose name ends in .gz is one gzip member that holds exactly this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace inkling {

// Bytes that are no sound IDX file, or no list of its classes. what() is one line: the file, what
// was expected, what came, what to do.
class IdxError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct IdxArray {
  std::vector<std::uint32_t> dimensions;
  std::vector<std::uint8_t> values;  // the product of the dimensions, last dimension fastest
};

// Far above any MNIST-like set; a header with more is rejected before memory is allocated.
inline constexpr std::size_t kMaxIdxValues = std::size_t{1} << 30;

// Both are pure functions on bytes; name stands for them in errors. Throw IdxError.
IdxArray parse_idx(std::span<const std::uint8_t> bytes, const std::string& name);
// Inflates no more than the header's dimensions announce, whatever the stream holds.
IdxArray parse_idx_gz(std::span<const std::uint8_t> bytes, const std::string& name);

// The file of an array, as parse_idx() reads it. Throws std::invalid_argument where the dimensions
// are not 1 to 4, or the values not as many as they say.
std::vector<std::uint8_t> idx_bytes(const IdxArray& array);

// Reads a file: as gzip when its name ends in .gz. Throws IdxError, also when it cannot be read.
IdxArray read_idx(const std::filesystem::path& path);

}  // namespace inkling

#include "tests/cuda_emulation/async_products.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "tests/cuda_emulation/emulation.h"
#include "tests/cuda_emulation/poison.h"

namespace inkling::emulation {
namespace {

constexpr int kTerms = 16;  // of k
constexpr std::size_t kRowBytes = 128;
constexpr std::size_t kGroupRows = 8;
constexpr std::size_t kBlockElements = 64;  // of a row of an MN-major tile

// The fields of a matrix descriptor, in bytes.
struct Descriptor {
  explicit Descriptor(std::uint64_t bits)
      : start((bits & 0x3FFFU) * 16),
        leading((bits >> 16 & 0x3FFFU) * 16),
        stride((bits >> 32 & 0x3FFFU) * 16) {
    if (bits >> 62 != 1) {
      throw Error("wgmma: only tiles swizzled by 128 bytes are emulated");
    }
  }
  std::size_t start;
  std::size_t leading;
  std::size_t stride;
};

// Reads elements of an operand: `at` is a row of A or a column of B.
class Operand {
 public:
  Operand(std::uint64_t descriptor, bool is_k_major, const unsigned char* shared,
          std::size_t shared_bytes)
      : tile_(descriptor), is_k_major_(is_k_major), shared_(shared), shared_bytes_(shared_bytes) {}

  std::array<double, kTerms> terms(int at) const {
    std::array<double, kTerms> result{};
    for (int k = 0; k < kTerms; ++k) {
      result[k] = element(at, k);
    }
    return result;
  }

 private:
  double element(std::size_t at, std::size_t k) const {
    const std::size_t linear =
        is_k_major_
            ? tile_.start + at / kGroupRows * tile_.stride + at % kGroupRows * kRowBytes + 2 * k
            : tile_.start + at / kBlockElements * tile_.leading + k / kGroupRows * tile_.stride +
                  k % kGroupRows * kRowBytes + 2 * (at % kBlockElements);
    // The swizzle: bits 4 … 6 of the address, a row's vector, are XORed with bits 7 … 9, the row.
    const std::size_t offset = linear ^ (linear >> 7 & 7U) << 4;
    if (offset + 2 > shared_bytes_) {
      throw Error("wgmma reads beyond the end of shared memory");
    }
    std::uint16_t half = 0;
    std::memcpy(&half, shared_ + offset, sizeof(half));
    const std::uint32_t bits = static_cast<std::uint32_t>(half) << 16;
    float value = 0;
    std::memcpy(&value, &bits, sizeof(value));
    return value;
  }

  Descriptor tile_;
  bool is_k_major_;
  const unsigned char* shared_;
  std::size_t shared_bytes_;
};

double dot(const std::array<double, kTerms>& a, const std::array<double, kTerms>& b, double sum) {
  for (int k = 0; k < kTerms; ++k) {
    sum += a[k] * b[k];
  }
  return sum;
}

}  // namespace

void AsyncProducts::begin(const Product& product) {
  const std::size_t size = static_cast<std::size_t>(product.columns) / 2;
  if (!sums_.contains(product.d)) {
    sums_.emplace(product.d, std::vector<float>(product.d, product.d + size));
    poison(product.d, size * sizeof(float));
  }
  open_.push_back(product);
}

void AsyncProducts::commit() {
  fenced_ = false;
  groups_.push_back(std::exchange(open_, {}));
}

void AsyncProducts::wait(std::size_t pending, const unsigned char* shared, std::size_t shared_bytes,
                         std::size_t thread) {
  const int first_row = static_cast<int>(thread / 32 % 4 * 16 + thread % 32 / 4);
  const int first_column = static_cast<int>(thread % 4 * 2);
  while (groups_.size() > pending) {
    for (const Product& product : groups_.front()) {
      const Operand a(product.a, product.is_k_major_a, shared, shared_bytes);
      const Operand b(product.b, product.is_k_major_b, shared, shared_bytes);
      const std::array rows{a.terms(first_row), a.terms(first_row + 8)};
      std::vector<float>& sums = sums_.at(product.d);
      for (int column = 0; column < product.columns; column += 8) {
        for (std::size_t next = 0; next < 2; ++next) {
          const auto terms = b.terms(column + first_column + static_cast<int>(next));
          for (std::size_t row = 0; row < 2; ++row) {
            float& sum = sums[static_cast<std::size_t>(column) / 2 + 2 * row + next];
            sum = static_cast<float>(dot(rows[row], terms, sum));
          }
        }
      }
    }
    groups_.pop_front();
  }
  if (idle()) {
    for (const auto& [d, sums] : sums_) {
      std::copy(sums.begin(), sums.end(), d);
    }
    sums_.clear();
  }
}

}  // namespace inkling::emulation

#include "tests/cuda_emulation/block_calls.h"

#include <cstring>

#include "tests/cuda_emulation/block.h"

namespace inkling::emulation {
namespace {

constexpr std::size_t kRowBytes = 16;  // of an 8×8 matrix of 16-bit numbers; of a cp.async

void check_shared(const char* call, const void* memory) {
  const Block& block = Block::current();
  if (reinterpret_cast<std::uintptr_t>(memory) % kRowBytes != 0) {
    throw Error(block.name_of_running() + " gives " + call +
                " an address that is not aligned to 16 bytes");
  }
  if (!block.is_shared(memory, kRowBytes)) {
    throw Error(block.name_of_running() + " gives " + call +
                " an address outside of shared memory");
  }
}

void fail_capability(const char* call, const char* needed) {
  throw Error(std::string(call) + " needs compute capability " + needed + ", the device has " +
              std::to_string(device_settings().capability / 10) + "." +
              std::to_string(device_settings().capability % 10));
}

// They came with Ampere.
void check_capability(const char* call) {
  if (device_settings().capability < 80) {
    fail_capability(call, "8.0");
  }
}

// Hopper's alone.
void check_hopper(const char* call) {
  if (device_settings().capability != 90) {
    fail_capability(call, "9.0 and no other");
  }
}

double from_bf16(std::uint32_t pair, int half) {
  const std::uint32_t bits = (half == 0 ? pair << 16 : pair & 0xFFFF0000U);
  float value = 0;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

struct LdmatrixOperand {
  const unsigned char* row;
  std::uint32_t* registers;
};

std::uint16_t element(const Operands& operands, int matrix, int row, int column) {
  std::uint16_t value = 0;
  std::memcpy(&value,
              static_cast<const LdmatrixOperand*>(operands[8 * matrix + row])->row + 2 * column,
              sizeof(value));
  return value;
}

struct MmaOperand {
  float* d;
  const std::uint32_t* a;
  const std::uint32_t* b;
};

// Element (row, k) of A and (k, column) of B, out of the lanes that hold them.
double a_at(const Operands& operands, int row, int k) {
  const auto* holder = static_cast<const MmaOperand*>(operands[row % 8 * 4 + k % 8 / 2]);
  return from_bf16(holder->a[row / 8 + k / 8 * 2], k % 2);
}
double b_at(const Operands& operands, int k, int column) {
  const auto* holder = static_cast<const MmaOperand*>(operands[column * 4 + k % 8 / 2]);
  return from_bf16(holder->b[k / 8], k % 2);
}

void multiply(const Operands& operands) {
  double a[16][16];
  double b[16][8];
  for (int k = 0; k < 16; ++k) {
    for (int row = 0; row < 16; ++row) {
      a[row][k] = a_at(operands, row, k);
    }
    for (int column = 0; column < 8; ++column) {
      b[k][column] = b_at(operands, k, column);
    }
  }
  for (int lane = 0; lane < kLanes; ++lane) {
    for (int i = 0; i < 4; ++i) {
      float& d = static_cast<MmaOperand*>(operands[lane])->d[i];
      const int row = lane / 4 + i / 2 * 8;
      const int column = lane % 4 * 2 + i % 2;
      double sum = d;
      for (int k = 0; k < 16; ++k) {
        sum += a[row][k] * b[k][column];
      }
      d = static_cast<float>(sum);
    }
  }
}

void check_whole_warp(const char* call, const Operands& operands) {
  for (const void* operand : operands) {
    if (operand == nullptr) {
      throw Error(Block::current().name_of_running() + " calls " + call +
                  " in a warp of fewer than 32 threads");
    }
  }
}

}  // namespace

void barrier(const Where& where) { Block::current().barrier(where); }

void warp_call(const char* name, unsigned mask, void* operand,
               const std::function<void(const Operands&)>& combine, const Where& where) {
  Block::current().warp_call(name, mask, operand, combine, where);
}

int lane() { return Block::current().lane(); }

unsigned ballot(const char* name, unsigned mask, bool predicate, const Where& where) {
  struct Operand {
    bool predicate;
    unsigned result;
  } mine{predicate, 0};
  const auto combine = [](const Operands& operands) {
    unsigned result = 0;
    for (int lane = 0; lane < kLanes; ++lane) {
      if (operands[lane] != nullptr && static_cast<const Operand*>(operands[lane])->predicate) {
        result |= 1U << lane;
      }
    }
    for (void* operand : operands) {
      if (operand != nullptr) {
        static_cast<Operand*>(operand)->result = result;
      }
    }
  };
  warp_call(name, mask, &mine, combine, where);
  return mine.result;
}

void ldmatrix_x4(std::uint32_t (&registers)[4], const void* shared_row, bool transposed,
                 const Where& where) {
  check_capability("ldmatrix");
  check_shared("ldmatrix", shared_row);
  LdmatrixOperand mine{static_cast<const unsigned char*>(shared_row), registers};
  const auto combine = [transposed](const Operands& operands) {
    check_whole_warp("ldmatrix", operands);
    for (int lane = 0; lane < kLanes; ++lane) {
      for (int matrix = 0; matrix < 4; ++matrix) {
        const int line = lane / 4;
        const int first = lane % 4 * 2;
        const std::uint32_t low = transposed ? element(operands, matrix, first, line)
                                             : element(operands, matrix, line, first);
        const std::uint32_t high = transposed ? element(operands, matrix, first + 1, line)
                                              : element(operands, matrix, line, first + 1);
        static_cast<const LdmatrixOperand*>(operands[lane])->registers[matrix] = low | high << 16;
      }
    }
  };
  warp_call("ldmatrix", kWholeWarp, &mine, combine, where);
}

void mma_16x8x16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                 const Where& where) {
  check_capability("mma");
  MmaOperand mine{d, a, b};
  const auto combine = [](const Operands& operands) {
    check_whole_warp("mma", operands);
    multiply(operands);
  };
  warp_call("mma", kWholeWarp, &mine, combine, where);
}

void cp_async_16(void* shared, const void* global, bool valid) {
  check_capability("cp.async");
  check_shared("cp.async", shared);
  Block& block = Block::current();
  if (reinterpret_cast<std::uintptr_t>(global) % AsyncCopies::kBytes != 0) {
    throw Error(block.name_of_running() +
                " gives cp.async a source that is not aligned to 16 bytes");
  }
  block.copies().begin(static_cast<std::byte*>(shared),
                       valid ? static_cast<const std::byte*>(global) : nullptr);
}

void cp_async_commit() { Block::current().copies().commit(); }

void cp_async_wait(int pending) {
  Block::current().copies().wait(static_cast<std::size_t>(pending));
}

void wgmma_64x16(float* d, int columns, std::uint64_t a, std::uint64_t b, bool is_k_major_a,
                 bool is_k_major_b, const Where& where) {
  check_hopper("wgmma");
  Block& block = Block::current();
  if (!block.products().fenced()) {
    throw Error(block.name_of_running() + " begins a group of wgmma without wgmma.fence");
  }
  block.check_fenced("wgmma");
  Product mine{d, columns, a, b, is_k_major_a, is_k_major_b};
  const auto combine = [](const Operands& operands) {
    check_whole_warp("wgmma", operands);
    for (const void* operand : operands) {
      const auto& product = *static_cast<const Product*>(operand);
      const auto& first = *static_cast<const Product*>(operands[0]);
      if (product.a != first.a || product.b != first.b) {
        throw Error("wgmma: the lanes of a warp give different descriptors");
      }
    }
  };
  warp_call("wgmma", kWholeWarp, &mine, combine, where);
  block.products().begin(mine);
}

void wgmma_fence() {
  check_hopper("wgmma");
  Block::current().products().fence();
}

void wgmma_commit() { Block::current().products().commit(); }

void wgmma_wait(int pending) {
  Block::current().wait_for_products(static_cast<std::size_t>(pending));
}

void fence_proxy_async() {
  check_hopper("fence.proxy.async");
  Block::current().copies().fence();
}

std::uint32_t shared_address(const void* shared) {
  Block& block = Block::current();
  if (!block.is_shared(shared, 1)) {
    throw Error(block.name_of_running() + " gives wgmma a tile outside of shared memory");
  }
  return static_cast<std::uint32_t>(static_cast<const unsigned char*>(shared) - block.shared());
}

}  // namespace inkling::emulation

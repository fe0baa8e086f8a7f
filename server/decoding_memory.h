// How much memory pictures may take while they are decoded, by all threads together.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

namespace inkling {

// Thread-safe.
class DecodingMemory {
 public:
  // A picture that takes less is not counted: a drawing waits for nobody. There are at most as many
  // as there are threads.
  static constexpr std::size_t kUncounted = std::size_t{8} << 20U;

  // Of one picture; given back at its end.
  class Share {
   public:
    Share(DecodingMemory* memory, std::size_t bytes) : memory_(memory), bytes_(bytes) {}
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    std::size_t bytes() const { return bytes_; }

   private:
    DecodingMemory* memory_;  // nullptr: nothing to give back
    std::size_t bytes_;
  };

  explicit DecodingMemory(std::size_t bytes) : free_(bytes), all_(bytes) {}
  DecodingMemory(const DecodingMemory&) = delete;
  DecodingMemory& operator=(const DecodingMemory&) = delete;

  // Waits until so much is free, behind those that came before. A picture that takes more than
  // there is gets all of it: it is decoded with no other.
  Share take(std::size_t bytes);

  std::size_t free() const;

 private:
  std::size_t free_;
  const std::size_t all_;
  std::uint64_t next_turn_ = 0;  // of those that come
  std::uint64_t turn_ = 0;       // of the one that waits longest
  mutable std::mutex mutex_;
  std::condition_variable given_back_;
};

// What decoding and preparing that picture's file take. memory may be nullptr: it is not counted.
DecodingMemory::Share take_for(std::span<const std::uint8_t> file, DecodingMemory* memory);

}  // namespace inkling

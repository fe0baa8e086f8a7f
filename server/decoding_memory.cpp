#include "server/decoding_memory.h"

#include <algorithm>

#include "data/decode_picture.h"

namespace inkling {

DecodingMemory::Share::~Share() {
  if (memory_ != nullptr) {
    {
      const std::lock_guard lock(memory_->mutex_);
      memory_->free_ += bytes_;
    }
    memory_->given_back_.notify_all();
  }
}

DecodingMemory::Share DecodingMemory::take(std::size_t bytes) {
  if (bytes < kUncounted) {
    return {nullptr, 0};
  }
  const std::size_t counted = std::min(bytes, all_);
  std::unique_lock lock(mutex_);
  const std::uint64_t turn = next_turn_++;
  given_back_.wait(lock, [&] { return turn == turn_ && free_ >= counted; });
  free_ -= counted;
  ++turn_;
  lock.unlock();
  given_back_.notify_all();  // for the next one there may be room, too
  return {this, counted};
}

DecodingMemory::Share take_for(std::span<const std::uint8_t> file, DecodingMemory* memory) {
  if (memory == nullptr) {
    return {nullptr, 0};
  }
  return memory->take(memory_to_decode(file));
}

std::size_t DecodingMemory::free() const {
  const std::lock_guard lock(mutex_);
  return free_;
}

}  // namespace inkling

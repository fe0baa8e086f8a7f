#include "tests/cuda_emulation/async_copies.h"

#include <cstring>
#include <utility>

#include "tests/cuda_emulation/poison.h"

namespace inkling::emulation {

void AsyncCopies::begin(std::byte* to, const std::byte* from) {
  poison(to, kBytes);
  open_.push_back({to, from});
}

// An empty group counts, as on a device.
void AsyncCopies::commit() { groups_.push_back(std::exchange(open_, {})); }

void AsyncCopies::wait(std::size_t pending) {
  while (groups_.size() > pending) {
    fenced_ = fenced_ && groups_.front().empty();
    for (const Copy& copy : groups_.front()) {
      if (copy.from != nullptr) {
        std::memcpy(copy.to, copy.from, kBytes);
      } else {
        std::memset(copy.to, 0, kBytes);
      }
    }
    groups_.pop_front();
  }
}

}  // namespace inkling::emulation

// A thread's copies from global to shared memory that are under way (cp.async).
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

namespace inkling::emulation {

class AsyncCopies {
 public:
  static constexpr std::size_t kBytes = 16;  // of each

  // From now until it lands the target is poison. Null `from` stands for zeros.
  void begin(std::byte* to, const std::byte* from);
  void commit();
  // Lands all committed groups but the latest `pending`.
  void wait(std::size_t pending);
  bool idle() const { return open_.empty() && groups_.empty(); }
  // Makes what has landed visible to the asynchronous proxy, by which wgmma reads.
  void fence() { fenced_ = true; }
  bool fenced() const { return fenced_; }

 private:
  struct Copy {
    std::byte* to;
    const std::byte* from;
  };
  using Group = std::vector<Copy>;
  Group open_;
  std::deque<Group> groups_;
  bool fenced_ = true;
};

}  // namespace inkling::emulation

// Pictures that are recognized together, as reading the network's weights takes as long for one as
// for several.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "server/answers.h"
#include "server/http/message.h"
#include "server/metrics.h"
#include "server/served_model.h"
#include "server/work_queue.h"

namespace inkling {

// A picture that was prepared waits here only while a thread that could recognize it prepares
// another one: when no request waits, or the next one's body is a large one, whose picture may take
// long, it is recognized at once, with all that wait. So a request that comes alone waits for
// nobody. Thread-safe.
class Batcher : public WorkQueue::Observer {
 public:
  static constexpr std::size_t kMostPictures = 4;
  // Bytes. A drawing has a few thousand; what a smaller body inflates to is soon prepared.
  static constexpr std::size_t kLargeBody = std::size_t{16} << 10U;

  struct Picture {
    std::shared_ptr<const ServedModel> model;
    std::vector<std::uint8_t> digit;  // side × side bytes
    PredictOptions options;
    Reply reply;
  };

  // metrics may be nullptr.
  explicit Batcher(Metrics* metrics = nullptr) : metrics_(metrics) {}

  // For jobs of the queue that this observes. The reply comes after the job.
  void add(Picture picture);

  void job_done(std::optional<std::size_t> next_bytes) noexcept override;

 private:
  using Pictures = std::vector<Picture>;

  void recognize(std::span<const Picture> pictures) const;

  Metrics* metrics_;
  std::mutex mutex_;
  Pictures waiting_;
};

}  // namespace inkling

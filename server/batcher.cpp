#include "server/batcher.h"

#include <algorithm>
#include <utility>

#include "server/classified.h"
#include "server/http/attempt.h"

namespace inkling {

void Batcher::add(Picture picture) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(picture));
}

void Batcher::job_done(std::optional<std::size_t> next_bytes) noexcept {
  Pictures pictures;
  {
    const std::lock_guard lock(mutex_);
    if (next_bytes && *next_bytes < kLargeBody && waiting_.size() < kMostPictures) {
      return;
    }
    pictures.swap(waiting_);
  }
  std::erase_if(pictures, [](const Picture& picture) { return !picture.reply.waits(); });
  // Those of one model together: another one may just have been loaded.
  for (auto first = pictures.begin(); first != pictures.end();) {
    const auto end = std::find_if(first, pictures.end(), [&](const Picture& picture) {
      return picture.model != first->model;
    });
    // Where it throws, the replies that are dropped answer 500.
    attempt("request", [&] { recognize({first, end}); });
    first = end;
  }
}

void Batcher::recognize(std::span<const Picture> pictures) const {
  const Recognizer& recognizer = pictures.front().model->recognizer;
  std::vector<std::uint8_t> pixels;
  for (const Picture& picture : pictures) {
    pixels.insert(pixels.end(), picture.digit.begin(), picture.digit.end());
  }
  const Classified found = classified(pixels, recognizer, metrics_);
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const Picture& picture = pictures[i];
    attempt("request", [&] {
      picture.reply(prediction_response(picture.digit, found.of(i), recognizer, picture.options));
    });
  }
}

}  // namespace inkling

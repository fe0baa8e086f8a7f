// POST /predict/ asked of a recognizer that says seven to everything.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "server/predict.h"
#include "tests/server/http_client.h"
#include "tests/server/reply_into.h"
#include "tests/support/pictures.h"

namespace inkling {

inline std::vector<float> always_seven(std::span<const std::uint8_t> /*digit*/) {
  return {0, 0.0000004F, 0, 0, 0, 0, 0.25F, 0.7499996F, 0, 0};
}

// All ink speaks for a seven; the first pixel against it.
inline std::vector<std::int8_t> explained(std::span<const std::uint8_t> digit, int answer) {
  std::vector<std::int8_t> saliency(digit.size(), answer == 7 ? 127 : 0);
  saliency.front() = -127;
  return saliency;
}

inline Response ask(const Classify& classify, const std::string& content_type,
                    const std::string& body, double min_confidence = 0,
                    const std::string& query = "") {
  Response answer;
  const Request request{"POST", "/predict/", query, {{"content-type", content_type}}, body};
  const CurrentModel model({{classify, explained, "Model", min_confidence}, "", "{}"});
  predict_handler(model)(request, reply_into(answer));
  return answer;
}

inline Response upload_of(const std::string& content) {
  return ask(always_seven, kFormType, file_form("file", content));
}

inline Picture stroke() {
  Picture picture = plain_picture(100, 100, kWhite);
  draw_line(picture, 50, 20, 50, 80, 8, kBlack);
  return picture;
}

}  // namespace inkling

#include "server/feedback.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "data/base64.h"
#include "data/decode_picture.h"
#include "data/digit_geometry.h"
#include "data/ink.h"
#include "data/png.h"
#include "data/prepare.h"
#include "engine/inference/verdict.h"
#include "server/answers.h"
#include "server/form.h"
#include "server/http/header_text.h"
#include "server/http/json_text.h"

namespace inkling {
namespace {

constexpr int kLongestSide = 512;

Response invalid_field(std::string_view name, std::string_view value, const std::string& message) {
  return invalid_response({"body", name, "value_error", message, value.substr(0, 100)});
}

// The number of a class that is named, or numbered, so. nullopt: there is none.
std::optional<int> class_of(std::string_view label, const Recognizer& recognizer) {
  const auto& names = recognizer.class_names;
  if (const auto named = std::find(names.begin(), names.end(), label); named != names.end()) {
    return static_cast<int>(named - names.begin());
  }
  const auto number = whole_number(label);
  const bool sound = number && *number >= 0 && *number < class_count(recognizer);
  return sound ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

std::vector<std::uint8_t> small_gray_png(const Picture& picture) {
  GrayImage gray = luminance_on_white(picture);
  if (std::max(gray.width, gray.height) > kLongestSide) {
    gray = scale_longer_side(gray, kLongestSide);
  }
  std::vector<std::uint8_t> bytes(gray.values.size());
  std::transform(gray.values.begin(), gray.values.end(), bytes.begin(), [](float value) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0F, 255.0F)));
  });
  return encode_gray_png(bytes, gray.width, gray.height);
}

Response keep(const Picture& picture, int label, const ServedModel& served, FeedbackStore& store) {
  const Recognizer& recognizer = served.recognizer;
  const auto seen = prepare(picture, recognizer.side);
  if (!seen) {
    return blank_response();
  }
  const Verdict verdict =
      verdict_of(recognizer.classify(*seen), recognizer.min_confidence, recognizer.class_names);
  JsonObject line;
  line.add("label", label)
      .add("predicted", verdict.best)
      .add("confidence", verdict.confidence)
      .add("model", recognizer.model_name)
      .add("model_sha256", served.sha256)
      .add("side", recognizer.side)
      .add("seen", base64(*seen))
      .add("consent", true);
  const auto id = store.add(small_gray_png(picture), line);
  if (!id) {
    return json_response(507, R"({"detail":"The folder of feedback is full"})");
  }
  return json_response(
      201,
      JsonObject().add("id", *id).add("label", label).add("predicted_digit", verdict.best).text());
}

Response answer(const Request& request, const ServedModel& served, FeedbackStore& store,
                DecodingMemory* memory) {
  const std::vector<Part> parts = form_parts(request);
  for (const char* field : {"file", "label", "consent"}) {
    if (find_part(parts, field) == nullptr) {
      return missing_field(field);
    }
  }
  const Part& file = *find_part(parts, "file");
  if (!file.filename) {
    return not_a_file("file");
  }
  const std::string_view text = find_part(parts, "label")->data;
  const auto label = class_of(text, served.recognizer);
  if (!label) {
    return invalid_field("label", text, "Value error, expected the number or the name of a class");
  }
  const std::string_view consent = find_part(parts, "consent")->data;
  if (consent != "true") {
    return invalid_field("consent", consent,
                         "Value error, expected true: pictures are kept with consent alone");
  }
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(file.data.data());
  const std::span<const std::uint8_t> picture(bytes, file.data.size());
  const DecodingMemory::Share share = take_for(picture, memory);
  return keep(decode_picture(picture), *label, served, store);
}

}  // namespace

Handler feedback_info(bool accepted) {
  return fixed_json(
      JsonObject()
          .add("accepted", accepted)
          .add("consent",
               "The picture, what it shows and what the network said are kept by whoever runs this "
               "server, to train networks with.")
          .text());
}

Handler feedback_handler(const CurrentModel& model, FeedbackStore& store, DecodingMemory* memory) {
  return [&model, &store, memory](const Request& request, const Reply& reply) {
    try {
      reply(answer(request, *model.get(), store, memory));
    } catch (const MultipartError& problem) {
      reply(json_response(400, JsonObject().add("detail", problem.what()).text()));
    } catch (const PictureError& problem) {
      reply(error_response(415, problem.what()));
    }
  };
}

}  // namespace inkling

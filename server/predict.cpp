#include "server/predict.h"

#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "data/decode_picture.h"
#include "data/prepare.h"
#include "server/answers.h"
#include "server/form.h"
#include "server/http/header_text.h"
#include "server/http/json_text.h"
#include "server/json_input.h"

namespace inkling {
namespace {

constexpr std::string_view kBody = "body";
constexpr std::string_view kQuery = "query";

// The last value of `name` in a query, which needs no decoding where it is a number or a truth.
std::optional<std::string_view> query_value(std::string_view query, std::string_view name) {
  std::optional<std::string_view> value;
  while (!query.empty()) {
    const std::string_view field = cut(query, "&");
    const std::size_t equals = field.find('=');
    if (field.substr(0, equals) == name) {
      value = equals == std::string_view::npos ? "" : field.substr(equals + 1);
    }
  }
  return value;
}

// nullopt: neither.
std::optional<bool> parse_bool(std::string_view text) {
  if (text == "true" || text == "1") {
    return true;
  }
  return text == "false" || text == "0" ? std::optional(false) : std::nullopt;
}

// What the query asks for. nullopt and a refusal where it cannot be understood.
std::optional<PredictOptions> options_of(const Request& request, const Recognizer& recognizer,
                                         Response& refusal) {
  PredictOptions options;
  if (const auto text = query_value(request.query, "explain")) {
    const auto explain = parse_bool(*text);
    if (!explain) {
      refusal =
          invalid_response({kQuery, "explain", "bool_parsing",
                            "Input should be a valid boolean, unable to interpret input", text});
      return std::nullopt;
    }
    options.explain = *explain;
  }
  if (const auto text = query_value(request.query, "top_k")) {
    const int most = class_count(recognizer);
    const auto top = whole_number(*text);
    if (!top || *top < 1 || *top > most) {
      refusal = invalid_response(
          {kQuery, "top_k", "int_parsing",
           "Input should be a whole number from 1 to " + std::to_string(most), text});
      return std::nullopt;
    }
    options.top = static_cast<int>(*top);
  }
  return options;
}

// A picture as the network sees it, or what is answered in place of it.
using Digit = std::vector<std::uint8_t>;
using Outcome = std::variant<Digit, Response>;

Outcome digit_of_file(std::span<const std::uint8_t> bytes, const Asked& asked) {
  try {
    const DecodingMemory::Share memory = take_for(bytes, asked.memory);
    const StepTimer decoding(asked.metrics, Step::decode);
    const Picture picture = decode_picture(bytes);
    decoding.stop();
    const StepTimer preparing(asked.metrics, Step::prepare);
    auto digit = prepare(picture, asked.recognizer.side);
    preparing.stop();
    if (!digit) {
      return blank_response();
    }
    return std::move(*digit);
  } catch (const PictureError& problem) {
    return error_response(415, problem.what());
  }
}

Outcome digit_of_part(const Part& part, const Asked& asked) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(part.data.data());
  return digit_of_file({bytes, part.data.size()}, asked);
}

Outcome digit_of_json(const Request& request, const Asked& asked) {
  try {
    JsonInput input = parse_json_input(request.body, asked.recognizer.side);
    return input.pixels.empty() ? digit_of_file(input.image, asked)
                                : Outcome(std::move(input.pixels));
  } catch (const JsonInputError& problem) {
    return invalid_response({kBody, problem.field(), problem.type(), problem.what(), {}});
  }
}

Outcome digit_of_form(const Request& request, const Asked& asked) {
  const std::vector<Part> parts = form_parts(request);
  const Part* const file = find_part(parts, "file");
  if (file == nullptr) {
    return missing_field("file");
  }
  return file->filename ? digit_of_part(*file, asked) : not_a_file("file");
}

Response answer_to(const Outcome& outcome, const Asked& asked) {
  const auto* const digit = std::get_if<Digit>(&outcome);
  return digit != nullptr ? prediction_response(*digit, asked) : std::get<Response>(outcome);
}

Outcome recognize_batch(const Request& request, const Asked& asked) {
  std::vector<std::string> predictions;
  for (const Part& part : form_parts(request)) {
    if (part.name != "files" && part.name != "file") {
      continue;
    }
    if (!part.filename) {
      return not_a_file(part.name);
    }
    const Response answer = answer_to(digit_of_part(part, asked), asked);
    predictions.push_back(JsonObject()
                              .add("filename", *part.filename)
                              .add("status", answer.status)
                              .add_members_of(answer.body)
                              .text());
  }
  if (predictions.empty()) {
    return missing_field("files");
  }
  return json_response(200, JsonObject().add_json("predictions", json_array(predictions)).text());
}

bool is_json(const Request& request) {
  std::string_view type = request.header("content-type").value_or("");
  return equal_ignoring_case(trimmed(cut(type, ";")), "application/json");
}

using Understand = Outcome (*)(const Request&, const Asked&);

// Of what the query asks for, too, which goes to asked.options.
Outcome understood(const Request& request, Asked& asked, Understand understand) {
  Response refusal;
  const auto options = options_of(request, asked.recognizer, refusal);
  if (!options) {
    return refusal;
  }
  asked.options = *options;
  try {
    return understand(request, asked);
  } catch (const MultipartError& problem) {
    return json_response(400, JsonObject().add("detail", problem.what()).text());
  }
}

}  // namespace

Handler predict_handler(const CurrentModel& model, Metrics* metrics, DecodingMemory* memory,
                        Batcher* batcher) {
  return [&model, metrics, memory, batcher](const Request& request, const Reply& reply) {
    const auto served = model.get();
    Asked asked{served->recognizer, {}, metrics, memory};
    Outcome outcome = understood(request, asked, is_json(request) ? digit_of_json : digit_of_form);
    auto* const digit = std::get_if<Digit>(&outcome);
    // Saliency takes longer than a prediction: others are not to wait for it.
    if (digit != nullptr && batcher != nullptr && !asked.options.explain) {
      batcher->add({served, std::move(*digit), asked.options, reply});
    } else {
      reply(answer_to(outcome, asked));
    }
  };
}

Handler batch_handler(const CurrentModel& model, Metrics* metrics, DecodingMemory* memory) {
  return [&model, metrics, memory](const Request& request, const Reply& reply) {
    const auto served = model.get();
    Asked asked{served->recognizer, {}, metrics, memory};
    reply(std::get<Response>(understood(request, asked, recognize_batch)));
  };
}

}  // namespace inkling

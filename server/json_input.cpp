#include "server/json_input.h"

#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "data/base64.h"

namespace inkling {
namespace {

constexpr auto kValueError = "value_error";

// Reads what matters as it comes: no document is made, whose destructor would allocate
// (http/json_text.h), and nothing is kept of what is not asked for.
class Reader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Reader(std::size_t expected) : expected_(expected) {}

  bool null() override { return other(); }
  bool boolean(bool) override { return other(); }
  bool binary(binary_t&) override { return other(); }
  bool number_integer(number_integer_t number) override {
    return pixel(static_cast<double>(number));
  }
  bool number_unsigned(number_unsigned_t number) override {
    return pixel(static_cast<double>(number));
  }
  bool number_float(number_float_t number, const string_t&) override { return pixel(number); }
  bool string(string_t& text) override {
    if (!at("image")) {
      return other();
    }
    image = std::move(text);
    return true;
  }
  bool start_object(std::size_t) override {
    if (depth_ == 0) {
      is_object = true;
    } else if (!other()) {
      return false;
    }
    ++depth_;
    return true;
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override {
    if (at("pixels")) {
      pixels.emplace();
      in_pixels_ = true;
    } else if (!other()) {
      return false;
    }
    ++depth_;
    return true;
  }
  bool end_array() override {
    in_pixels_ = false;
    --depth_;
    return true;
  }
  bool key(string_t& name) override {
    if (depth_ == 1) {
      key_ = std::move(name);
    }
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

  bool is_object = false;
  std::optional<std::vector<std::uint8_t>> pixels;
  std::optional<std::string> image;
  std::string wrong_field;  // one of the two has a value of another kind

 private:
  bool at(std::string_view name) const { return depth_ == 1 && key_ == name; }

  // A value that no field is for.
  bool other() {
    if (in_pixels_ || at("pixels") || at("image")) {
      wrong_field = key_;
      return false;
    }
    return true;
  }

  bool pixel(double value) {
    if (!in_pixels_) {
      return other();
    }
    if (!(value >= 0 && value <= 255) || pixels->size() == expected_) {
      wrong_field = key_;
      return false;
    }
    pixels->push_back(static_cast<std::uint8_t>(std::lround(value)));
    return true;
  }

  std::size_t expected_;
  std::size_t depth_ = 0;
  bool in_pixels_ = false;
  std::string key_;
};

[[noreturn]] void wrong_pixels(std::size_t expected) {
  throw JsonInputError(
      "pixels", kValueError,
      "Value error, expected " + std::to_string(expected) + " numbers from 0 to 255");
}

[[noreturn]] void wrong_image() {
  throw JsonInputError("image", kValueError, "Value error, expected a picture file in base64");
}

std::vector<std::uint8_t> decoded(std::string_view text) {
  if (text.substr(0, 5) == "data:") {
    const std::size_t comma = text.find(";base64,");
    if (comma == std::string_view::npos) {
      wrong_image();
    }
    text.remove_prefix(comma + std::string_view(";base64,").size());
  }
  auto bytes = from_base64(text);
  if (!bytes) {
    wrong_image();
  }
  return *std::move(bytes);
}

}  // namespace

JsonInput parse_json_input(std::string_view body, int side) {
  const std::size_t expected = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  Reader reader(expected);
  const bool read = nlohmann::json::sax_parse(body, &reader);
  if (reader.wrong_field == "pixels") {
    wrong_pixels(expected);
  }
  if (reader.wrong_field == "image") {
    wrong_image();
  }
  if (!read || !reader.is_object) {
    throw JsonInputError("", "json_invalid", "JSON decode error");
  }
  if (reader.pixels && reader.image) {
    throw JsonInputError("", kValueError, "Value error, expected pixels or image, received both");
  }
  if (reader.image) {
    return {{}, decoded(*reader.image)};
  }
  if (!reader.pixels) {
    throw JsonInputError("file", "missing", "Field required");  // as of a form without it
  }
  if (reader.pixels->size() != expected) {
    wrong_pixels(expected);
  }
  return {*std::move(reader.pixels), {}};
}

}  // namespace inkling

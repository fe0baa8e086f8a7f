#include "server/infer_request.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

namespace inkling {
namespace {

// Where in the document the reader is. `skipped` is whatever the protocol has no use for here.
enum class Place : std::uint8_t {
  document,
  request,
  request_parameters,
  inputs,
  input,
  input_parameters,
  shape,
  data,
  outputs,
  output,
  output_parameters,
  skipped
};

struct Tensor {
  std::string name;
  std::string datatype;
  std::vector<std::int64_t> shape;
  std::vector<std::uint8_t> data;
  std::optional<std::size_t> binary_size;
};

// Reads what matters as it comes, and makes no document (http/json_text.h).
class Reader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Reader(std::size_t max_numbers) : max_numbers_(max_numbers) {}

  bool null() override { return number_expected("null"); }
  bool boolean(bool value) override {
    if (place() == Place::request_parameters && key_ == "binary_data_output") {
      request.binary_outputs = value;
    } else if (place() == Place::output_parameters && key_ == "binary_data") {
      request.outputs.back().binary = value;
    }
    return number_expected("a truth value");
  }
  bool number_integer(number_integer_t value) override {
    return number(static_cast<double>(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return number(static_cast<double>(value));
  }
  bool number_float(number_float_t value, const string_t&) override { return number(value); }
  bool binary(binary_t&) override { return true; }

  bool string(string_t& text) override {
    if (place() == Place::request && key_ == "id") {
      request.id = std::move(text);
    } else if (place() == Place::input && key_ == "name") {
      input.name = std::move(text);
    } else if (place() == Place::input && key_ == "datatype") {
      input.datatype = std::move(text);
    } else if (place() == Place::output && key_ == "name") {
      request.outputs.back().name = std::move(text);
    }
    return number_expected("text");
  }

  bool start_object(std::size_t) override {
    const Place from = place();
    Place to = Place::skipped;
    if (from == Place::document) {
      to = Place::request;
    } else if (from == Place::inputs) {
      to = Place::input;
      ++inputs;
    } else if (from == Place::outputs) {
      to = Place::output;
      request.outputs.emplace_back();
    } else if (key_ == "parameters") {
      to = from == Place::request  ? Place::request_parameters
           : from == Place::input  ? Place::input_parameters
           : from == Place::output ? Place::output_parameters
                                   : Place::skipped;
    }
    places_.push_back(to);
    return from == Place::data || from == Place::shape ? fail("an object") : true;
  }

  bool start_array(std::size_t) override {
    const Place from = place();
    Place to = Place::skipped;
    if (from == Place::request && key_ == "inputs") {
      to = Place::inputs;
    } else if (from == Place::request && key_ == "outputs") {
      to = Place::outputs;
    } else if (from == Place::input && key_ == "shape") {
      to = Place::shape;
    } else if ((from == Place::input && key_ == "data") || from == Place::data) {
      to = Place::data;  // rows may be arrays of their own
    }
    places_.push_back(to);
    return from == Place::shape ? fail("an array") : true;
  }

  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

  InferRequest request;
  Tensor input;
  std::size_t inputs = 0;
  std::string error;

 private:
  Place place() const { return places_.empty() ? Place::document : places_.back(); }

  bool leave() {
    places_.pop_back();
    return true;
  }

  bool fail(const std::string& received) {
    error = place() == Place::shape ? "expected whole numbers in shape, received "
                                    : "expected numbers from 0 to 255 in data, received ";
    error += received;
    return false;
  }

  bool number_expected(const char* received) {
    return place() == Place::data || place() == Place::shape ? fail(received) : true;
  }

  bool number(double value) {
    if (place() == Place::data) {
      if (!(value >= 0 && value <= 255)) {
        return fail(std::to_string(value));
      }
      if (input.data.size() == max_numbers_) {
        error = "expected at most " + std::to_string(kMaxInferPictures) + " pictures";
        return false;
      }
      input.data.push_back(static_cast<std::uint8_t>(std::lround(value)));
    } else if (place() == Place::shape) {
      constexpr double kMost = 1e9;
      if (!(value >= 0 && value <= kMost) || input.shape.size() == 8) {
        return fail(std::to_string(value));
      }
      input.shape.push_back(std::lround(value));
    } else if (place() == Place::input_parameters && key_ == "binary_data_size") {
      constexpr double kMost = 1e9;
      if (!(value >= 0 && value <= kMost)) {
        error = "expected a size in binary_data_size";
        return false;
      }
      input.binary_size = static_cast<std::size_t>(value);
    }
    return true;
  }

  std::size_t max_numbers_;
  std::vector<Place> places_;
  std::string key_;
};

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t extent : shape) {
    text.append(text.empty() ? "[" : ", ").append(std::to_string(extent));
  }
  return text.empty() ? "none" : text.append("]");
}

// How many pictures the shape is of.
std::size_t pictures_of(const std::vector<std::int64_t>& shape, int side) {
  const bool three = shape.size() == 3 && shape[1] == side && shape[2] == side;
  const bool four = shape.size() == 4 && shape[1] == 1 && shape[2] == side && shape[3] == side;
  const auto most = static_cast<std::int64_t>(kMaxInferPictures);
  if (!(three || four) || shape[0] < 1 || shape[0] > most) {
    const std::string extent = std::to_string(side);
    throw InferError("expected the shape [pictures, " + extent + ", " + extent + "], of 1 to " +
                     std::to_string(most) + " pictures, received " + shape_text(shape));
  }
  return static_cast<std::size_t>(shape[0]);
}

std::vector<std::uint8_t> bytes_of_floats(std::string_view bytes) {
  static_assert(std::endian::native == std::endian::little, "as the protocol's numbers are");
  std::vector<std::uint8_t> pixels;
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(float)) {
    float value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof(value));
    if (!(value >= 0 && value <= 255)) {
      throw InferError("expected numbers from 0 to 255 in data, received " + std::to_string(value));
    }
    pixels.push_back(static_cast<std::uint8_t>(std::lround(value)));
  }
  return pixels;
}

std::vector<std::uint8_t> binary_pixels(const Tensor& input, std::string_view bytes,
                                        std::size_t count) {
  const bool floats = input.datatype == "FP32";
  const std::size_t expected = floats ? count * sizeof(float) : count;
  if (bytes.size() != expected || *input.binary_size != expected) {
    throw InferError("expected " + std::to_string(expected) + " bytes behind the JSON, received " +
                     std::to_string(bytes.size()) + ", of which binary_data_size says " +
                     std::to_string(*input.binary_size));
  }
  if (floats) {
    return bytes_of_floats(bytes);
  }
  const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return {first, first + bytes.size()};
}

}  // namespace

InferRequest parse_infer_request(std::string_view body, std::size_t json_size, int side) {
  if (json_size > body.size()) {
    throw InferError("expected " + std::to_string(json_size) + " bytes of JSON, received " +
                     std::to_string(body.size()));
  }
  const std::size_t pixels = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  Reader reader(kMaxInferPictures * pixels);
  const bool read = nlohmann::json::sax_parse(body.substr(0, json_size), &reader);
  if (!reader.error.empty()) {
    throw InferError(reader.error);
  }
  if (!read) {
    throw InferError("expected JSON, received something else");
  }
  Tensor& input = reader.input;
  if (reader.inputs != 1 || input.name != "pixels") {
    throw InferError(
        "expected one input, named pixels, received " +
        (reader.inputs == 1 ? "one named " + input.name : std::to_string(reader.inputs)));
  }
  if (input.datatype != "UINT8" && input.datatype != "FP32") {
    throw InferError("expected the datatype UINT8 or FP32, received " + input.datatype);
  }
  InferRequest request = std::move(reader.request);
  request.pictures = pictures_of(input.shape, side);
  const std::size_t count = request.pictures * pixels;
  request.pixels = input.binary_size ? binary_pixels(input, body.substr(json_size), count)
                                     : std::move(input.data);
  if (request.pixels.size() != count) {
    throw InferError("expected " + std::to_string(count) + " numbers in data, received " +
                     std::to_string(request.pixels.size()));
  }
  return request;
}

}  // namespace inkling

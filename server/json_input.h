// A picture in JSON, beside the form's file.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace inkling {

// A body that is not as described below.
class JsonInputError : public std::runtime_error {
 public:
  // field: of the body's object; empty: the body as a whole. type: FastAPI's name of the kind.
  JsonInputError(std::string field, std::string type, const std::string& message)
      : std::runtime_error(message), field_(std::move(field)), type_(std::move(type)) {}
  const std::string& field() const { return field_; }
  const std::string& type() const { return type_; }

 private:
  std::string field_;
  std::string type_;
};

// One of the two.
struct JsonInput {
  std::vector<std::uint8_t> pixels;  // as the network sees them
  std::vector<std::uint8_t> image;   // a PNG, JPEG or WebP file
};

// {"pixels": side × side numbers from 0, background, to 255, ink, row by row}, which are rounded,
// or {"image": a file in base64, with or without "data:…;base64," before it}. What else the object
// has is ignored. Throws JsonInputError.
JsonInput parse_json_input(std::string_view body, int side);

}  // namespace inkling

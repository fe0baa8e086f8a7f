#include "engine/layers/fields.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace inkling::layers {
namespace {

using Json = nlohmann::json;

// Only what is flat: dump() recurses, and a hostile file may be nested a million deep.
std::string shown(const Json& value) {
  if (value.is_structured() && !value.empty()) {
    return std::string("an ") + value.type_name();
  }
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 60) + "…" : text;
}

std::string to_text(double number) {
  std::ostringstream text;
  text << number;
  return text.str();
}

}  // namespace

FieldReader::FieldReader(const Json& object, std::string where)
    : object_(object), where_(std::move(where)) {
  if (!object_.is_object()) {
    fail("an object", object_);
  }
}

void FieldReader::fail(const std::string& expected, const Json& received) const {
  throw std::invalid_argument("network spec, " + where_ + ": expected " + expected + ", received " +
                              shown(received));
}

void FieldReader::allow_only(const std::vector<std::string_view>& keys) const {
  for (const auto& [key, value] : object_.items()) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      fail("only known keys", key);
    }
  }
}

const Json& FieldReader::member(const char* key) const {
  const auto found = object_.find(key);
  if (found == object_.end()) {
    fail(std::string("the key \"") + key + "\"", object_);
  }
  return *found;
}

std::string FieldReader::text(const char* key) const {
  const Json& value = member(key);
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
    fail(std::string(key) + " as text", value);
  }
  return value.get<std::string>();
}

Index FieldReader::extent(const char* key, Index min) const {
  const Json& value = member(key);
  if (!value.is_number_integer() || value < min || value > kMaxExtent) {
    fail(std::string(key) + " as a whole number from " + std::to_string(min) + " to " +
             std::to_string(kMaxExtent),
         value);
  }
  return value.get<Index>();
}

double FieldReader::number(const char* key, double min, double below) const {
  const Json& value = member(key);
  if (!value.is_number() || !(value >= min && value < below)) {
    fail(std::string(key) + " of at least " + to_text(min) + " and below " + to_text(below), value);
  }
  return value.get<double>();
}

void write_fields(Json& object, const Fields& fields) {
  for (const auto& [key, value] : fields) {
    std::visit([&, name = key](const auto& field) { object[name] = field; }, value);
  }
}

}  // namespace inkling::layers

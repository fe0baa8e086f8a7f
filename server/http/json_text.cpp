#include "server/http/json_text.h"

#include <nlohmann/json.hpp>

namespace inkling {

std::string to_json(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}
std::string to_json(double number) { return nlohmann::json(number).dump(); }
std::string to_json(int number) { return std::to_string(number); }
std::string to_json(bool truth) { return truth ? "true" : "false"; }

JsonObject& JsonObject::add_json(std::string_view name, std::string_view json) {
  text_ += text_.size() > 1 ? "," : "";
  text_.append(to_json(name)).append(":").append(json);
  return *this;
}

JsonObject& JsonObject::add_members_of(std::string_view object) {
  const std::string_view members = object.substr(1, object.size() - 2);
  text_ += text_.size() > 1 && !members.empty() ? "," : "";
  text_ += members;
  return *this;
}

}  // namespace inkling

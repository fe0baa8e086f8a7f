// JSON as text, written in one go. Of a document in memory (nlohmann::json) the destructor
// allocates, and would end the process where there is no memory; answers are therefore written so.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace inkling {

// Text is quoted and escaped; bytes that are no UTF-8 become U+FFFD. Numbers are the shortest that
// are read as the same.
std::string to_json(std::string_view text);
inline std::string to_json(const char* text) { return to_json(std::string_view(text)); }
std::string to_json(double number);
std::string to_json(int number);
std::string to_json(bool truth);

// "[…]", of what to_json() takes, or of what `element` makes of each.
template <class Range, class Element>
std::string json_array(const Range& range, Element element) {
  std::string text = "[";
  for (const auto& value : range) {
    text += text.size() > 1 ? "," : "";
    text += element(value);
  }
  return text + "]";
}

// Of what is JSON already.
template <class Range>
std::string json_array(const Range& texts) {
  return json_array(texts, [](std::string_view json) { return json; });
}

// "{…}", members in the order they are added.
class JsonObject {
 public:
  template <class Value>
  JsonObject& add(std::string_view name, const Value& value) {
    return add_json(name, to_json(value));
  }
  JsonObject& add_json(std::string_view name, std::string_view json);
  JsonObject& add_members_of(std::string_view object);  // of "{…}"
  std::string text() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

}  // namespace inkling

// The names of an enumeration's values, as flags and files write them: one table for both.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace inkling {

template <class E>
struct Choice {
  const char* name;
  E value;
};

// "a, b or c".
inline std::string alternatives(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  }
  return text;
}

template <class E, std::size_t N>
std::vector<std::string> names_of(const Choice<E> (&choices)[N]) {
  std::vector<std::string> names;
  for (const Choice<E>& choice : choices) {
    names.emplace_back(choice.name);
  }
  return names;
}

template <class E, std::size_t N>
const char* name_of(const Choice<E> (&choices)[N], E value) {
  for (const Choice<E>& choice : choices) {
    if (choice.value == value) {
      return choice.name;
    }
  }
  return "unknown";
}

// Throws std::invalid_argument that lists the names.
template <class E, std::size_t N>
E parse_choice(const Choice<E> (&choices)[N], std::string_view name) {
  for (const Choice<E>& choice : choices) {
    if (name == choice.name) {
      return choice.value;
    }
  }
  throw std::invalid_argument("expected " + alternatives(names_of(choices)) + ", received " +
                              std::string(name));
}

}  // namespace inkling

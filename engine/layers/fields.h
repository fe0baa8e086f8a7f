// The fields of a layer, or of another object of a network's JSON, read and written.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernels/types.h"

namespace inkling::layers {

using Fields = std::vector<std::pair<const char*, std::variant<Index, double, std::string>>>;

// Reads the fields of a JSON object, which must outlive the reader. Everything throws
// std::invalid_argument with one line: "network spec, layer 3: expected …, received …".
class FieldReader {
 public:
  // No extent of a sane network is larger; a hostile file must not make sizes that overflow.
  static constexpr Index kMaxExtent = 1 << 20;

  // `where` names the object in messages. Throws when the value is no object.
  FieldReader(const nlohmann::json& object, std::string where);

  // Rejects an object with other keys than these.
  void allow_only(const std::vector<std::string_view>& keys) const;

  const nlohmann::json& member(const char* key) const;
  std::string text(const char* key) const;                         // not empty
  Index extent(const char* key, Index min = 1) const;              // min … kMaxExtent
  double number(const char* key, double min, double below) const;  // min ≤ number < below

  [[noreturn]] void fail(const std::string& expected, const nlohmann::json& received) const;

 private:
  const nlohmann::json& object_;
  std::string where_;
};

// Appends the fields to a JSON object.
void write_fields(nlohmann::json& object, const Fields& fields);

}  // namespace inkling::layers

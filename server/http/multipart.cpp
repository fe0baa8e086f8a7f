#include "server/http/multipart.h"

#include <algorithm>

#include "server/http/header_text.h"

namespace inkling {
namespace {

constexpr std::size_t kMaxBoundary = 70;    // RFC 2046, 5.1.1
constexpr std::size_t kMaxParameters = 16;  // of a header; nobody sends more than three

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// "…", the text after the opening quote; `rest` moves behind the closing one. Only \" and \\ are
// escapes: browsers of old sent Windows paths, whose backslashes stand for themselves.
std::string quoted_string(std::string_view& rest) {
  std::string value;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return value;
    }
    const bool escape =
        rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\');
    if (escape) {
      ++i;
    }
    value += rest[i];
  }
  throw MultipartError("A quoted parameter has no closing quote");
}

// A header's value: `form-data; name="file"; filename=digit.png`.
struct Parameters {
  std::string_view main;
  std::vector<std::pair<std::string_view, std::string>> list;

  std::optional<std::string> get(std::string_view name) const {
    for (const auto& [key, value] : list) {
      if (equal_ignoring_case(key, name)) {
        return value;
      }
    }
    return std::nullopt;
  }
};

Parameters parse_parameters(std::string_view text) {
  std::size_t end = std::min(text.find(';'), text.size());
  Parameters parameters{trimmed(text.substr(0, end)), {}};
  std::string_view rest = text.substr(end);
  while (!rest.empty()) {
    rest = trimmed(rest.substr(1));  // the ';'
    if (rest.empty()) {
      break;  // a trailing one is common and harmless
    }
    const std::size_t equals = rest.find_first_of("=;");
    if (equals == std::string_view::npos || rest[equals] == ';') {
      throw MultipartError("A header's parameter has no value");
    }
    const std::string_view name = trimmed(rest.substr(0, equals));
    rest = trimmed(rest.substr(equals + 1));
    std::string value;
    if (starts_with(rest, "\"")) {
      rest.remove_prefix(1);
      value = quoted_string(rest);
      rest = trimmed(rest);
    } else {
      end = std::min(rest.find(';'), rest.size());
      value = trimmed(rest.substr(0, end));
      rest = rest.substr(end);
    }
    if (!rest.empty() && rest.front() != ';') {
      throw MultipartError("A header's parameter goes on after its closing quote");
    }
    if (parameters.get(name)) {
      throw MultipartError("A header's parameter is given twice");
    }
    if (parameters.list.size() == kMaxParameters) {
      throw MultipartError("A header has too many parameters");
    }
    parameters.list.emplace_back(name, std::move(value));
  }
  return parameters;
}

bool is_boundary_char(char c) {  // RFC 2046, 5.1.1: bchars
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

// Reads a part's header lines: Content-Disposition and Content-Type matter, others are let be.
Part parse_part_head(std::string_view head) {
  Part part;
  bool disposed = false;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find(kCrlf), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + kCrlf.size(), head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      throw MultipartError("A part's header line is malformed");
    }
    const std::string_view name = line.substr(0, colon);
    if (equal_ignoring_case(name, "content-type")) {
      part.content_type = trimmed(line.substr(colon + 1));
    }
    if (!equal_ignoring_case(name, "content-disposition")) {
      continue;
    }
    if (disposed) {
      throw MultipartError("A part has two Content-Disposition headers");
    }
    const Parameters parameters = parse_parameters(line.substr(colon + 1));
    if (!equal_ignoring_case(parameters.main, "form-data")) {
      throw MultipartError("A part's Content-Disposition is not form-data");
    }
    auto field = parameters.get("name");
    if (!field) {
      throw MultipartError("A part's Content-Disposition has no name");
    }
    part.name = std::move(*field);
    part.filename = parameters.get("filename");
    // RFC 7578, 4.2, forbids this form; clients with a name beyond ASCII send it alone all the
    // same.
    if (!part.filename) {
      part.filename = parameters.get("filename*");
    }
    disposed = true;
  }
  if (!disposed) {
    throw MultipartError("A part has no Content-Disposition");
  }
  return part;
}

// Behind a delimiter: what follows it on its line. `rest` moves to the next line.
enum class Delimiter { part_follows, last };

Delimiter finish_delimiter(std::string_view& rest) {
  const bool last = starts_with(rest, "--");
  if (last) {
    return Delimiter::last;
  }
  const std::size_t padding = std::min(rest.find_first_not_of(" \t"), rest.size());
  rest.remove_prefix(padding);
  if (!starts_with(rest, kCrlf)) {
    throw MultipartError("A boundary is not at the end of its line");
  }
  rest.remove_prefix(kCrlf.size());
  return Delimiter::part_follows;
}

}  // namespace

std::optional<std::string> multipart_boundary(std::string_view content_type) {
  const std::size_t end = std::min(content_type.find(';'), content_type.size());
  if (!equal_ignoring_case(trimmed(content_type.substr(0, end)), "multipart/form-data")) {
    return std::nullopt;
  }
  auto boundary = parse_parameters(content_type).get("boundary");
  if (!boundary) {
    throw MultipartError("The Content-Type has no boundary");
  }
  if (boundary->empty() || boundary->size() > kMaxBoundary) {
    throw MultipartError("The boundary is not of 1 to 70 characters");
  }
  if (!std::all_of(boundary->begin(), boundary->end(), is_boundary_char) ||
      boundary->back() == ' ') {
    throw MultipartError("The boundary has characters that a boundary cannot have");
  }
  return boundary;
}

std::vector<Part> parse_multipart(std::string_view body, std::string_view boundary,
                                  const MultipartLimits& limits) {
  const std::string opening = "--" + std::string(boundary);
  const std::string delimiter = "\r\n" + opening;

  // The first one may stand at the very start; what comes before it is to be ignored.
  std::string_view rest = body;
  if (!starts_with(rest, opening)) {
    const std::size_t first = rest.find(delimiter);
    if (first == std::string_view::npos) {
      throw MultipartError("The body has no boundary");
    }
    rest.remove_prefix(first + kCrlf.size());
  }
  rest.remove_prefix(opening.size());

  std::vector<Part> parts;
  while (finish_delimiter(rest) == Delimiter::part_follows) {
    if (parts.size() == limits.max_parts) {
      throw MultipartError("The body has too many parts");
    }
    if (starts_with(rest, kCrlf)) {
      throw MultipartError("A part has no Content-Disposition");
    }
    const std::size_t head_end = rest.substr(0, limits.max_part_head + 4).find("\r\n\r\n");
    if (head_end == std::string_view::npos) {
      throw MultipartError(rest.size() > limits.max_part_head
                               ? "A part's headers are too long"
                               : "The body ends within a part's headers");
    }
    Part part = parse_part_head(rest.substr(0, head_end));
    // The empty line's end is the delimiter's line break when the part has no data at all.
    rest.remove_prefix(head_end + kCrlf.size());
    const std::size_t data_end = rest.find(delimiter);
    if (data_end == std::string_view::npos) {
      throw MultipartError("The body ends without its final boundary");
    }
    part.data = data_end > 0 ? rest.substr(kCrlf.size(), data_end - kCrlf.size())
                             : rest.substr(0, 0);  // in the body all the same
    parts.push_back(std::move(part));
    rest.remove_prefix(data_end + delimiter.size());
  }
  return parts;
}

}  // namespace inkling

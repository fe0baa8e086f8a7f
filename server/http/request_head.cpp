#include "server/http/request_head.h"

#include <algorithm>
#include <charconv>

#include "server/http/header_text.h"

namespace inkling {
namespace {

constexpr std::size_t kMaxMethod = 32;
constexpr std::size_t kMaxHeaders = 100;
constexpr std::size_t kMaxLengthDigits = 18;  // fits 64 bits with room

bool is_digit(char c) { return c >= '0' && c <= '9'; }

[[noreturn]] void bad_request(const std::string& detail) { throw HttpError(400, detail); }

void check_target_size(std::size_t size, const HttpLimits& limits) {
  if (size > limits.max_target) {
    throw HttpError(
        414, "The request target is longer than " + std::to_string(limits.max_target) + " bytes");
  }
}

void parse_target(std::string_view target, Request& request, const HttpLimits& limits) {
  check_target_size(target.size(), limits);
  // A proxy's absolute form (RFC 9112, 3.2.2) names the same path.
  if (equal_ignoring_case(target.substr(0, 7), "http://")) {
    const std::size_t path = target.find_first_of("/?", 7);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  const bool visible =
      std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (target.empty() || !visible || (target.front() != '/' && target != "*")) {
    bad_request("The request target is not a path");
  }
  request.path = cut(target, "?");
  request.query = target;
}

// "GET /path HTTP/1.1". Returns whether it is HTTP/1.0.
bool parse_request_line(std::string_view line, Request& request, const HttpLimits& limits) {
  const std::string_view method = cut(line, " ");
  const std::string_view target = cut(line, " ");
  const std::string_view version = line;
  if (!is_token(method) || method.size() > kMaxMethod) {
    bad_request("The request line is malformed");
  }
  request.method = method;
  parse_target(target, request, limits);
  if (version == "HTTP/1.1") {
    return false;
  }
  if (version == "HTTP/1.0") {
    return true;
  }
  if (version.size() == 8 && version.substr(0, 5) == "HTTP/" && is_digit(version[5]) &&
      version[6] == '.' && is_digit(version[7])) {
    throw HttpError(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here");
  }
  bad_request("The request line is malformed");
}

void parse_header(std::string_view line, Headers& headers) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    bad_request("A header line is malformed");
  }
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!is_clean_value(value)) {
    bad_request("A header's value has control characters");
  }
  if (headers.size() == kMaxHeaders) {
    throw HttpError(431, "More than " + std::to_string(kMaxHeaders) + " headers");
  }
  headers.emplace_back(lower_case(line.substr(0, colon)), value);
}

std::size_t count_of(const Headers& headers, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(
      headers.begin(), headers.end(), [&](const auto& header) { return header.first == name; }));
}

// RFC 3986, 3.2: what a host and its port are written with.
void check_host(const RequestHead& head) {
  const std::size_t hosts = count_of(head.request.headers, "host");
  if (hosts > 1 || (hosts == 0 && !head.http_1_0)) {
    bad_request("Expected one Host header");
  }
  const std::string_view host = head.request.header("host").value_or("");
  constexpr std::string_view kMarks = "-._~%!$&'()*+,;=:[]";
  const bool written_so = std::all_of(host.begin(), host.end(), [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
  if (!written_so) {
    bad_request("The Host header is not a host");
  }
}

std::size_t parse_content_length(const Request& request, const HttpLimits& limits) {
  const auto value = request.header("content-length");
  if (!value) {
    return 0;
  }
  if (count_of(request.headers, "content-length") != 1 || value->empty() ||
      !std::all_of(value->begin(), value->end(), is_digit)) {
    bad_request("Content-Length is not one decimal number");
  }
  std::size_t length = 0;
  if (value->size() <= kMaxLengthDigits) {
    std::from_chars(value->data(), value->data() + value->size(), length);
  }
  if (value->size() > kMaxLengthDigits || length > limits.max_body) {
    throw body_too_large(limits);
  }
  return length;
}

// RFC 9112, 6.3: how long the body is. Two statements about it are how requests are smuggled.
void parse_framing(RequestHead& head, const HttpLimits& limits) {
  const auto coding = head.request.header("transfer-encoding");
  if (!coding) {
    head.content_length = parse_content_length(head.request, limits);
    return;
  }
  if (head.request.header("content-length")) {
    bad_request("Expected either Content-Length or Transfer-Encoding, received both");
  }
  if (head.http_1_0) {
    bad_request("HTTP/1.0 knows no Transfer-Encoding");
  }
  if (count_of(head.request.headers, "transfer-encoding") != 1 ||
      !equal_ignoring_case(*coding, "chunked")) {
    throw HttpError(501, "Transfer-Encoding is accepted as chunked alone");
  }
  head.chunked = true;
}

// Whether a comma-separated header value has the (lower case) option.
bool has_option(std::string_view value, std::string_view option) {
  while (!value.empty()) {
    if (equal_ignoring_case(trimmed(cut(value, ",")), option)) {
      return true;
    }
  }
  return false;
}

bool wants_keep_alive(const RequestHead& head) {
  bool keep = !head.http_1_0;
  for (const auto& [name, value] : head.request.headers) {
    if (name != "connection") {
      continue;
    }
    if (has_option(value, "close")) {
      return false;
    }
    if (has_option(value, "keep-alive")) {
      keep = true;
    }
  }
  return keep;
}

}  // namespace

HttpError body_too_large(const HttpLimits& limits) {
  return {413, "The body is larger than " + std::to_string(limits.max_body) + " bytes"};
}

RequestHead parse_request_head(std::string_view text, const HttpLimits& limits) {
  check_unfinished_head(text, limits);
  RequestHead head;
  head.http_1_0 = parse_request_line(cut(text, kCrlf), head.request, limits);
  while (!text.empty()) {
    parse_header(cut(text, kCrlf), head.request.headers);
  }
  check_host(head);
  if (count_of(head.request.headers, "content-type") > 1) {
    bad_request("Expected one Content-Type header");
  }
  parse_framing(head, limits);
  head.keep_alive = wants_keep_alive(head);
  head.expects_continue =
      !head.http_1_0 &&
      equal_ignoring_case(head.request.header("expect").value_or(""), "100-continue");
  return head;
}

void check_unfinished_head(std::string_view unfinished, const HttpLimits& limits) {
  const std::string_view line = unfinished.substr(0, unfinished.find(kCrlf));
  if (line.find('\n') != std::string_view::npos) {
    bad_request("Lines must end with CR LF");
  }
  const std::size_t target = line.find(' ');
  if (std::min(target, line.size()) > kMaxMethod) {
    bad_request("The request line is malformed");
  }
  if (target != std::string_view::npos) {
    check_target_size(std::min(line.find(' ', target + 1), line.size()) - target - 1, limits);
  }
  if (unfinished.size() > limits.max_head) {
    throw HttpError(431, "Request line and headers are longer than " +
                             std::to_string(limits.max_head) + " bytes");
  }
}

}  // namespace inkling

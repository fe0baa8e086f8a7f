#include "server/http/wire.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace inkling {
namespace {

constexpr std::size_t kMaxMethod = 32;
constexpr std::size_t kMaxHeaders = 100;
constexpr std::size_t kMaxLengthDigits = 18;  // fits 64 bits with room
constexpr std::string_view kCrlf = "\r\n";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// RFC 9110, 5.6.2: the characters of a method or a header's name.
bool is_token_char(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return is_digit(c) || (lower >= 'a' && lower <= 'z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c | 0x20);
    }
  }
  return lower;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

[[noreturn]] void bad_request(const std::string& detail) { throw HttpError(400, detail); }

// Cuts up to the separator off the front of `rest`; all of it when there is none.
std::string_view cut(std::string_view& rest, std::string_view separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view front = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + separator.size());
  return front;
}

void parse_target(std::string_view target, Request& request, std::size_t max_target) {
  if (target.size() > max_target) {
    throw HttpError(414,
                    "The request target is longer than " + std::to_string(max_target) + " bytes");
  }
  // A proxy's absolute form (RFC 9112, 3.2.2) names the same path.
  if (lower_case(target.substr(0, 7)) == "http://") {
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
  parse_target(target, request, limits.max_target);
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
  const bool clean = std::none_of(value.begin(), value.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
  if (!clean) {
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

std::size_t body_length(const Request& request, std::size_t max_body) {
  if (request.header("transfer-encoding")) {
    throw HttpError(411, "Send the body with Content-Length; Transfer-Encoding is not accepted");
  }
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
  if (value->size() > kMaxLengthDigits || length > max_body) {
    throw HttpError(413, "The body is larger than " + std::to_string(max_body) + " bytes");
  }
  return length;
}

// Whether a comma-separated header value has the (lower case) option.
bool has_option(std::string_view value, std::string_view option) {
  while (!value.empty()) {
    if (lower_case(trimmed(cut(value, ","))) == option) {
      return true;
    }
  }
  return false;
}

bool wants_keep_alive(const Request& request, bool http_1_0) {
  bool keep = !http_1_0;
  for (const auto& [name, value] : request.headers) {
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

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

std::string http_date(std::time_t now) {
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 40> text{};
  const std::size_t size =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return {text.data(), size};
}

}  // namespace

// Before the head ends: is it still one that may be accepted? Else a client could send for ever.
void RequestReader::check_unfinished_head(std::string_view unfinished) const {
  const std::size_t line_end = unfinished.find(kCrlf);
  const std::string_view line = unfinished.substr(0, line_end);
  if (line.find('\n') != std::string_view::npos) {
    bad_request("Lines must end with CR LF");
  }
  const std::size_t target = line.find(' ');
  if (target == std::string_view::npos && line.size() > kMaxMethod) {
    bad_request("The request line is malformed");
  }
  const std::size_t target_end =
      target == std::string_view::npos ? 0 : std::min(line.find(' ', target + 1), line.size());
  if (target != std::string_view::npos && target_end - target - 1 > limits_.max_target) {
    throw HttpError(
        414, "The request target is longer than " + std::to_string(limits_.max_target) + " bytes");
  }
  if (unfinished.size() > limits_.max_head) {
    throw HttpError(431, "Request line and headers are longer than " +
                             std::to_string(limits_.max_head) + " bytes");
  }
}

void RequestReader::read_head() {
  // One empty line before a request is to be ignored (RFC 9112, 2.2): old clients end bodies so.
  if (searched_ == 0 && buffer_.compare(0, 2, kCrlf) == 0) {
    buffer_.erase(0, 2);
  }
  const std::size_t end = buffer_.find("\r\n\r\n", searched_);
  check_unfinished_head(std::string_view(buffer_).substr(0, end));
  if (end == std::string::npos) {
    searched_ = buffer_.size() < 3 ? 0 : buffer_.size() - 3;
    return;
  }
  std::string_view head = std::string_view(buffer_).substr(0, end);
  ReceivedRequest received;
  received.http_1_0 = parse_request_line(cut(head, kCrlf), received.request, limits_);
  while (!head.empty()) {
    parse_header(cut(head, kCrlf), received.request.headers);
  }
  const std::size_t hosts = count_of(received.request.headers, "host");
  if (hosts > 1 || (hosts == 0 && !received.http_1_0)) {
    bad_request("Expected one Host header");
  }
  content_length_ = body_length(received.request, limits_.max_body);
  received.keep_alive = wants_keep_alive(received.request, received.http_1_0);
  expects_continue_ = !received.http_1_0 &&
                      lower_case(received.request.header("expect").value_or("")) == "100-continue";
  head_ = std::move(received);
  buffer_.erase(0, end + 4);
  searched_ = 0;
}

std::optional<ReceivedRequest> RequestReader::next() {
  if (!head_) {
    read_head();
  }
  if (!head_ || buffer_.size() < content_length_) {
    return std::nullopt;
  }
  std::optional<ReceivedRequest> whole = std::move(head_);
  head_.reset();
  // The large string goes with the request; no memory of its size is kept for the next.
  std::string rest = buffer_.substr(content_length_);
  buffer_.resize(content_length_);
  whole->request.body = std::move(buffer_);
  buffer_ = std::move(rest);
  expects_continue_ = false;
  return whole;
}

void RequestReader::clear() {
  std::string().swap(buffer_);  // a mere clear() would keep the memory
  head_.reset();
  searched_ = 0;
}

bool RequestReader::take_expectation() {
  return std::exchange(expects_continue_, false) && buffer_.empty();
}

std::string to_bytes(const Response& response, const ResponseForm& form, std::time_t now) {
  std::string bytes = "HTTP/1.1 " + std::to_string(response.status) + " ";
  bytes += reason(response.status);
  bytes += kCrlf;
  for (const auto& [name, value] : response.headers) {
    bytes.append(name).append(": ").append(value).append(kCrlf);
  }
  const bool has_body = response.status != 304;
  if (has_body) {
    bytes.append("Content-Length: ").append(std::to_string(response.body.size())).append(kCrlf);
  }
  bytes.append("Date: ").append(http_date(now)).append(kCrlf);
  bytes.append(form.keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n");
  bytes += kCrlf;
  if (has_body && !form.head_only) {
    bytes += response.body;
  }
  return bytes;
}

}  // namespace inkling

#include "server/http/response_bytes.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "server/http/header_text.h"

namespace inkling {
namespace {

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Status";
  }
}

constexpr std::string_view kSecurityHeaders =
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

bool has_policy(const Response& response) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [](const auto& header) { return header.first == "Content-Security-Policy"; });
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

std::string to_bytes(const Response& response, const ResponseForm& form, std::time_t now) {
  std::string bytes = "HTTP/1.1 " + std::to_string(response.status) + " ";
  bytes += reason(response.status);
  bytes += kCrlf;
  for (const auto& [name, value] : response.headers) {
    bytes.append(name).append(": ").append(value).append(kCrlf);
  }
  const bool has_body = response.status != 204 && response.status != 304;
  if (has_body) {
    bytes.append("Content-Length: ").append(std::to_string(response.body.size())).append(kCrlf);
  }
  bytes.append(kSecurityHeaders);
  // A browser takes what 304 says of a page in place of what it has stored (RFC 9111, 4.3.4).
  if (response.status != 304 && !has_policy(response)) {
    bytes.append("Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n");
  }
  if (!form.request_id.empty()) {
    bytes.append("X-Request-ID: ").append(form.request_id).append(kCrlf);
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

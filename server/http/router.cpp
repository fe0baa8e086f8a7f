#include "server/http/router.h"

#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace inkling {
namespace {

std::string_view without_trailing_slash(std::string_view path) {
  if (path.size() > 1 && path.back() == '/') {
    path.remove_suffix(1);
  }
  return path;
}

// "%2e" becomes "."; "%2f" stays, since it separates nothing (RFC 3986, 2.2), and so does what is
// no hexadecimal number after a percent sign.
std::string percent_decoded(std::string_view path) {
  std::string decoded;
  for (std::size_t i = 0; i < path.size(); ++i) {
    char byte = path[i];
    if (byte == '%') {
      const std::string digits(path.substr(i + 1, 2));
      const char* const after = digits.data() + digits.size();
      unsigned char number = 0;
      const auto [end, error] = std::from_chars(digits.data(), after, number, 16);
      if (error == std::errc() && end == after && digits.size() == 2 && number != '/') {
        byte = static_cast<char>(number);
        i += 2;
      }
    }
    decoded += byte;
  }
  return decoded;
}

}  // namespace

void Router::add(const std::string& method, const std::string& path, Handler handler,
                 TrailingSlash slash) {
  Path& entry = table_[std::string(without_trailing_slash(path))];
  entry.slash = slash;
  if (!entry.methods.emplace(method, std::move(handler)).second) {
    throw std::logic_error("Expected one handler for " + method + " " + path +
                           ", received a second");
  }
  routes_.push_back({method, path});
}

void Router::handle(Request request, Reply reply) const {
  if (request.path == "*") {  // the server as a whole, which OPTIONS alone may ask for
    reply(request.method == "OPTIONS"
              ? Response{204, {{"Allow", "GET, HEAD, POST, OPTIONS"}}, ""}
              : json_response(400, R"({"detail":"The request target is not a path"})"));
    return;
  }
  const std::string asked = percent_decoded(request.path);
  const std::string_view known = without_trailing_slash(asked);
  const auto path = table_.find(known);
  if (path == table_.end() ||
      (path->second.slash == TrailingSlash::matters && known.size() < asked.size())) {
    reply(json_response(404, R"({"detail":"Not Found"})"));
    return;
  }
  const Methods& methods = path->second.methods;
  auto method = methods.find(request.method);
  if (method == methods.end() && request.method == "HEAD") {
    method = methods.find("GET");
  }
  if (method != methods.end()) {
    method->second(std::move(request), std::move(reply));
    return;
  }
  std::string allow;
  for (const auto& [name, handler] : methods) {
    allow += (allow.empty() ? "" : ", ") + name;
    if (name == "GET" && !methods.contains("HEAD")) {
      allow += ", HEAD";
    }
  }
  if (request.method == "OPTIONS") {
    reply({204, {{"Allow", allow + ", OPTIONS"}}, ""});
    return;
  }
  Response response = json_response(405, R"({"detail":"Method Not Allowed"})");
  response.headers.emplace_back("Allow", allow);
  reply(std::move(response));
}

}  // namespace inkling

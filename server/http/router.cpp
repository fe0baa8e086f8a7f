#include "server/http/router.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "server/http/header_text.h"

namespace inkling {
namespace {

std::string_view without_trailing_slash(std::string_view path) {
  if (path.size() > 1 && path.back() == '/') {
    path.remove_suffix(1);
  }
  return path;
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
  if (const std::size_t parameter = path.find('{'); parameter != std::string::npos) {
    prefixes_.insert(path.substr(0, parameter));
  }
  routes_.push_back({method, path});
}

Router::Table::const_iterator Router::find(std::string_view path) const {
  if (const auto found = table_.find(path); found != table_.end()) {
    return found;
  }
  for (const std::string& prefix : prefixes_) {
    if (path.substr(0, prefix.size()) == prefix) {
      const std::size_t end = std::min(path.find('/', prefix.size()), path.size());
      const auto found = table_.find(prefix + "{name}" + std::string(path.substr(end)));
      if (end > prefix.size() && found != table_.end()) {
        return found;
      }
    }
  }
  return table_.end();
}

void Router::refuse(Response response, const Reply& reply) const {
  if (on_refused_) {
    on_refused_(response.status);
  }
  reply(std::move(response));
}

void Router::handle(Request request, Reply reply) const {
  if (request.path == "*") {  // the server as a whole, which OPTIONS alone may ask for
    if (request.method == "OPTIONS") {
      reply({204, {{"Allow", "GET, HEAD, POST, OPTIONS"}}, ""});
    } else {
      refuse(json_response(400, R"({"detail":"The request target is not a path"})"), reply);
    }
    return;
  }
  const std::string asked = percent_decoded(request.path);
  const std::string_view known = without_trailing_slash(asked);
  const auto path = find(known);
  if (path == table_.end() ||
      (path->second.slash == TrailingSlash::matters && known.size() < asked.size())) {
    refuse(json_response(404, R"({"detail":"Not Found"})"), reply);
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
  refuse(std::move(response), reply);
}

}  // namespace inkling

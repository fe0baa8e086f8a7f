#include "server/http/router.h"

#include <stdexcept>
#include <utility>

namespace inkling {
namespace {

std::string_view without_trailing_slash(std::string_view path) {
  if (path.size() > 1 && path.back() == '/') {
    path.remove_suffix(1);
  }
  return path;
}

}  // namespace

void Router::add(const std::string& method, const std::string& path, Handler handler) {
  Methods& methods = table_[std::string(without_trailing_slash(path))];
  if (!methods.emplace(method, std::move(handler)).second) {
    throw std::logic_error("Expected one handler for " + method + " " + path +
                           ", received a second");
  }
  routes_.push_back({method, path});
}

void Router::handle(Request request, Reply reply) const {
  const auto path = table_.find(without_trailing_slash(request.path));
  if (path == table_.end()) {
    reply(json_response(404, R"({"detail":"Not Found"})"));
    return;
  }
  const Methods& methods = path->second;
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
  Response response = json_response(405, R"({"detail":"Method Not Allowed"})");
  response.headers.emplace_back("Allow", allow);
  reply(std::move(response));
}

}  // namespace inkling

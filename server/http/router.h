// Which handler answers a path: an exact table, where one segment may be a parameter.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/message.h"

namespace inkling {

struct Route {
  std::string method;
  std::string path;
  friend bool operator==(const Route&, const Route&) = default;
};

// Whether a path is another one with a slash at its end.
enum class TrailingSlash { ignored, matters };

// In a route's path "{name}" stands for any one segment, which the handler reads from the request.
// Paths are compared with their percent-encoding undone. HEAD goes where GET goes. An unknown path
// is 404, a known one with another method 405 with Allow, in the form that FastAPI gives them.
// Built once; handle() is const and thread-safe.
class Router {
 public:
  // Throws std::logic_error when the route exists already.
  void add(const std::string& method, const std::string& path, Handler handler,
           TrailingSlash slash = TrailingSlash::ignored);

  // Called with 400, 404 or 405 where there is no handler to ask. Before the first request.
  void set_on_refused(std::function<void(int)> on_refused) { on_refused_ = std::move(on_refused); }

  void handle(Request request, Reply reply) const;

  const std::vector<Route>& routes() const { return routes_; }  // in the order added

 private:
  using Methods = std::map<std::string, Handler, std::less<>>;
  struct Path {
    Methods methods;
    TrailingSlash slash = TrailingSlash::ignored;
  };
  using Table = std::map<std::string, Path, std::less<>>;
  Table::const_iterator find(std::string_view path) const;
  void refuse(Response response, const Reply& reply) const;

  Table table_;                     // without a slash at the end
  std::set<std::string> prefixes_;  // what comes before a "{name}"
  std::vector<Route> routes_;
  std::function<void(int)> on_refused_;
};

}  // namespace inkling

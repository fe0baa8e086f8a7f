// Which handler answers a path: an exact table, no patterns.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.h"

namespace inkling {

struct Route {
  std::string method;
  std::string path;
  friend bool operator==(const Route&, const Route&) = default;
};

// A trailing slash makes no difference, and HEAD goes where GET goes. An unknown path is 404, a
// known one with another method 405 with Allow, in the form that FastAPI gives them.
// Built once; handle() is const and thread-safe.
class Router {
 public:
  // Throws std::logic_error when the route exists already.
  void add(const std::string& method, const std::string& path, Handler handler);

  void handle(Request request, Reply reply) const;

  const std::vector<Route>& routes() const { return routes_; }  // in the order added

 private:
  using Methods = std::map<std::string, Handler, std::less<>>;
  std::map<std::string, Methods, std::less<>> table_;
  std::vector<Route> routes_;
};

}  // namespace inkling

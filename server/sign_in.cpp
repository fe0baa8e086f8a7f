#include "server/sign_in.h"

#include <string>
#include <utility>

#include "server/http/header_text.h"

namespace inkling {
namespace {

// A field of an application/x-www-form-urlencoded body. What is in a key stands there as it is;
// blanks around one that was pasted do not.
std::string form_field(std::string_view body, std::string_view name) {
  while (!body.empty()) {
    std::string_view value = cut(body, "&");
    if (cut(value, "=") == name) {
      std::string decoded = percent_decoded(value);
      constexpr std::string_view kBlanks = " +\t\r\n";
      decoded.erase(0, decoded.find_first_not_of(kBlanks));
      decoded.erase(decoded.find_last_not_of(kBlanks) + 1);
      return decoded;
    }
  }
  return "";
}

Response not_stored(Response response) {
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response see_other(const std::string& where, std::string set_cookie) {
  return not_stored({303, {{"Location", where}, {"Set-Cookie", std::move(set_cookie)}}, ""});
}

}  // namespace

void add_sign_in(Router& router, const Gate& gate, Navigation navigation) {
  router.add("GET", kSignInPath, [&gate, navigation](const Request& request, const Reply& reply) {
    const std::string name = gate.signed_in_as(request).value_or("");
    reply(not_stored(html_response(sign_in_page(navigation, false, name))));
  });
  router.add("POST", kSignInPath, [&gate, navigation](const Request& request, const Reply& reply) {
    // Another site's page could sign its visitors in with a key of its own.
    if (request.header("sec-fetch-site") == "cross-site") {
      reply(json_response(403, R"({"detail":"Sign in on this server's own page"})"));
      return;
    }
    if (auto session = gate.begin_session(form_field(request.body, "key"), request)) {
      reply(see_other("./", std::move(*session)));
      return;
    }
    Response again = not_stored(html_response(sign_in_page(navigation, true, "")));
    again.status = 401;
    reply(std::move(again));
  });
  router.add("POST", kSignOutPath, [](const Request&, const Reply& reply) {
    reply(see_other(kSignInPath + 1, Gate::end_session()));
  });
}

}  // namespace inkling

#include "server/openapi_access.h"

#include <string>

#include "server/access/gate.h"
#include "server/openapi_schemas.h"

namespace inkling::openapi {
namespace {

Json refusal(const char* description) {
  return {{"description", description},
          {"content", {{"application/json", {{"schema", reference("Detail")}}}}}};
}

Json html(const char* description) {
  return {{"description", description},
          {"content", {{"text/html", {{"schema", {{"type", "string"}}}}}}}};
}

Json sign_in_path() {
  const Json form = object_schema({{"key", {{"type", "string"}}}}, {"key"});
  return {{"get",
           {{"summary", "Where people give their key"},
            {"operationId", "signin_page"},
            {"security", Json::array()},
            {"responses", {{"200", html("The page.")}}}}},
          {"post",
           {{"summary", "Begin a session"},
            {"operationId", "signin"},
            {"security", Json::array()},
            {"requestBody",
             {{"required", true},
              {"content", {{"application/x-www-form-urlencoded", {{"schema", form}}}}}}},
            {"responses",
             {{"303", {{"description", "It has begun: the cookie is set."}}},
              {"401", html("That is no key.")},
              {"403", refusal("Another site's page asked.")}}}}}};
}

}  // namespace

void require_keys(Json& document) {
  for (auto& [path, operations] : document["paths"].items()) {
    for (auto& [method, operation] : operations.items()) {
      if (is_health(path)) {
        operation["security"] = Json::array();
      } else {
        operation["responses"]["401"] = refusal("No key came, or one that is none.");
      }
    }
  }
  document["paths"][kSignInPath] = sign_in_path();
  document["paths"][kSignOutPath]["post"] = {
      {"summary", "End the session"},
      {"operationId", "signout"},
      {"responses",
       {{"303", {{"description", "It has ended."}}}, {"401", refusal("There was none.")}}}};
  document["components"]["securitySchemes"] = {
      {"bearer", {{"type", "http"}, {"scheme", "bearer"}}},
      {"header", {{"type", "apiKey"}, {"in", "header"}, {"name", "X-API-Key"}}},
      {"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", kSessionCookie}}}};
  document["security"] = {
      {{"bearer", Json::array()}}, {{"header", Json::array()}}, {{"session", Json::array()}}};
}

void limit_rate(Json& document) {
  for (auto& [path, operations] : document["paths"].items()) {
    for (auto& [method, operation] : operations.items()) {
      if (!is_health(path)) {
        operation["responses"]["429"] = refusal("Too many requests; Retry-After says when.");
      }
    }
  }
}

}  // namespace inkling::openapi

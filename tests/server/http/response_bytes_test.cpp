#include "server/http/response_bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace inkling {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ResponseBytes, HaveLengthDateAndConnection) {
  const Response response = json_response(404, "{}");
  EXPECT_EQ(to_bytes(response, {.keep_alive = true}, 784111777),
            "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
            "Referrer-Policy: no-referrer\r\nCross-Origin-Opener-Policy: same-origin\r\n"
            "Cross-Origin-Resource-Policy: same-origin\r\n"
            "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: keep-alive\r\n\r\n{}");
  EXPECT_THAT(to_bytes(response, {.keep_alive = false}, 0), HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(to_bytes(response, {.request_id = "abc"}, 0), HasSubstr("X-Request-ID: abc\r\n"));
}

TEST(ResponseBytes, HaveOnePolicy) {
  const Response page = {200, {{"Content-Security-Policy", "default-src 'self'"}}, ""};
  EXPECT_THAT(to_bytes(page, {}, 0), HasSubstr("default-src 'self'"));
  EXPECT_THAT(to_bytes(page, {}, 0), Not(HasSubstr("default-src 'none'")));
  EXPECT_THAT(to_bytes({304, {}, ""}, {}, 0), Not(HasSubstr("Content-Security-Policy")));
}

TEST(ResponseBytes, HaveNoBodyWhereHttpWantsNone) {
  const std::string head = to_bytes({200, {}, "body"}, {.head_only = true}, 0);
  EXPECT_THAT(head, HasSubstr("Content-Length: 4\r\n"));
  EXPECT_THAT(head, EndsWith("\r\n\r\n"));
  for (const auto& [status, line] :
       {std::pair{204, "HTTP/1.1 204 No Content\r\n"}, {304, "HTTP/1.1 304 Not Modified\r\n"}}) {
    const std::string bytes = to_bytes({status, {}, ""}, {}, 0);
    EXPECT_THAT(bytes, StartsWith(line));
    EXPECT_THAT(bytes, Not(HasSubstr("Content-Length")));
  }
}

}  // namespace
}  // namespace inkling

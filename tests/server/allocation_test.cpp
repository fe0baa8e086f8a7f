// Each allocation on a request's whole way fails in turn: what answers and what comes behind it
// stay right, and no connection is left over.
#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "server/http/pistache_server.h"
#include "server/service.h"
#include "tests/server/failing_allocations.h"
#include "tests/server/http_client.h"
#include "tests/support/pictures.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

using std::chrono::milliseconds;
using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;

class FailedAllocation : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    exempt_this_thread();
    spdlog::set_level(spdlog::level::off);  // it would say so thousands of times
  }
  static void TearDownTestSuite() { spdlog::set_level(spdlog::level::info); }

  FailedAllocation() {
    std::ofstream(web_.path() / "index.html") << "the page";
    router_ = page_router({.model = model_,
                           .ready = ready_,
                           .version = "1.0.0",
                           .max_body = HttpLimits{}.max_body,
                           .source_url = "",
                           .work = &work_,
                           .batcher = &batcher_},
                          web_.path());
    HttpServerOptions options;
    options.threads = 2;
    options.grace = std::chrono::hours(1);  // a connection left over is waited for and noticed
    options.connection.answer_timeout = milliseconds(500);
    server_ = std::make_unique<HttpServer>(options);
    port_ = server_->listen("127.0.0.1", 0, [this](const Request& request, const Reply& reply) {
      if (request.path == "/smuggled") {
        smuggled_ = true;
      }
      router_.handle(request, reply);
    });
    server_->start();
  }

  // The request, and "GET /" behind it on the same connection, once for each allocation that may
  // fail, until none is left to.
  void fail_each_allocation_of(const std::string& bytes, const std::string& in_its_answer) {
    int failed = 0;
    for (long n = 0;; ++n) {
      HttpClient client(port_);
      fail_after(n);
      client.send(bytes + "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      try {
        const Answer first = client.read();
        EXPECT_THAT(first.status, AnyOf(Eq(200), Eq(500), Eq(503))) << n << first.body;
        if (first.status == 200) {
          EXPECT_THAT(first.body, HasSubstr(in_its_answer)) << n;
        }
        if (first.headers.at("connection") == "keep-alive") {
          const Answer second = client.read();
          EXPECT_THAT(second.status, AnyOf(Eq(200), Eq(500), Eq(503))) << n << second.body;
          if (second.status == 200) {
            EXPECT_EQ(second.body, "the page") << n;
          }
        }
      } catch (const std::runtime_error& error) {
        // It ended; it did not leave its client waiting.
        EXPECT_THAT(error.what(), Not(HasSubstr("temporarily unavailable"))) << n;
      }
      const bool has_failed = stop_failing();
      ASSERT_EQ(get(port_, "/").body, "the page") << "after " << n;
      ASSERT_THAT(request(port_, bytes).body, HasSubstr(in_its_answer)) << "after " << n;
      if (!has_failed) {
        break;
      }
      ++failed;
    }
    EXPECT_GT(failed, 10);
    EXPECT_FALSE(smuggled_);
    server_->stop();
  }

  // A form whose first field looks like a request.
  static std::string form() {
    Picture picture = plain_picture(40, 40, kWhite);
    draw_line(picture, 20, 8, 20, 32, 3, kBlack);
    return "--BOUNDARY\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n"
           "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n\r\n" +
           file_form("file", png_of(picture));
  }

  TemporaryFolder web_;
  CurrentModel model_{{{[](std::span<const std::uint8_t>) { return std::vector<float>(10, 0.1F); },
                        nullptr, "Model", 0},
                       "",
                       "{}"}};
  std::atomic<bool> ready_ = true;
  Batcher batcher_;
  WorkQueue work_{2, {}, &batcher_};
  Router router_;
  std::atomic<bool> smuggled_ = false;
  std::unique_ptr<HttpServer> server_;
  std::uint16_t port_ = 0;
};

TEST_F(FailedAllocation, EndsNothingButItsOwnPrediction) {
  fail_each_allocation_of(post_bytes("/predict/", kFormType, form()), "predicted_digit");
}

TEST_F(FailedAllocation, EndsNothingButItsOwnChunkedRequest) {
  std::ostringstream bytes;
  bytes << "POST /predict/ HTTP/1.1\r\nHost: h\r\nContent-Type: " << kFormType
        << "\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string body = form();
  for (std::size_t at = 0; at < body.size(); at += 50) {
    const std::string chunk = body.substr(at, 50);
    bytes << std::hex << chunk.size() << "\r\n" << chunk << "\r\n";
  }
  bytes << "0\r\n\r\n";
  fail_each_allocation_of(bytes.str(), "predicted_digit");
}

TEST_F(FailedAllocation, EndsNothingButItsOwnFile) {
  fail_each_allocation_of("GET /index.html HTTP/1.1\r\nHost: h\r\n\r\n", "the page");
}

}  // namespace
}  // namespace inkling

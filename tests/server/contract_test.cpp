// What users rely on, line by line, over real sockets on both ports. The network is a stand-in.
#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/prepare.h"
#include "server/http/pistache_server.h"
#include "server/service.h"
#include "tests/server/http_client.h"
#include "tests/support/pictures.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

using Json = nlohmann::json;

// A digit that depends on every pixel, so that a mix-up of two pictures shows.
int stand_in_digit(std::span<const std::uint8_t> pixels) {
  unsigned sum = 0;
  for (const std::uint8_t pixel : pixels) {
    sum = sum * 31 + pixel;
  }
  return static_cast<int>(sum % 10);
}

std::vector<float> stand_in(std::span<const std::uint8_t> pixels) {
  std::vector<float> probabilities;
  for (; !pixels.empty(); pixels = pixels.subspan(kDigitSize * kDigitSize)) {
    std::vector<float> of_picture(10, 0.0F);
    of_picture[static_cast<std::size_t>(stand_in_digit(pixels.first(kDigitSize * kDigitSize)))] =
        1.0F;
    probabilities.insert(probabilities.end(), of_picture.begin(), of_picture.end());
  }
  return probabilities;
}

Picture stroke(int slant) {
  Picture picture = plain_picture(64, 80, kWhite);
  draw_line(picture, 20 + slant, 10, 40, 70, 5, kBlack);
  return picture;
}

class Contract : public testing::Test {
 protected:
  Contract() {
    std::ofstream(web_.path() / "index.html") << "the page";
    const ServiceParts parts{.model = model_,
                             .ready = ready_,
                             .version = "1.0.0",
                             .max_body = HttpLimits{}.max_body,
                             .source_url = "",
                             .work = &work_,
                             .batcher = &batcher_};
    api_ = api_router(parts);
    page_ = page_router(parts, web_.path());
    HttpServerOptions options;
    options.threads = 2;
    server_ = std::make_unique<HttpServer>(options);
    for (const auto& [router, port] :
         {std::pair{&api_, &api_port_}, std::pair{&page_, &page_port_}}) {
      *port =
          server_->listen("127.0.0.1", 0, [table = router](const Request& request, Reply reply) {
            table->handle(request, std::move(reply));
          });
    }
    server_->start();
  }

  std::vector<std::uint16_t> ports() const { return {api_port_, page_port_}; }

  TemporaryFolder web_;
  CurrentModel model_{{{stand_in, nullptr, "LargerCNN", 0.5}, "", "{}"}};
  std::atomic<bool> ready_ = true;
  Batcher batcher_;
  WorkQueue work_{2, {}, &batcher_};
  Router api_;
  Router page_;
  std::unique_ptr<HttpServer> server_;
  std::uint16_t api_port_ = 0;
  std::uint16_t page_port_ = 0;
};

TEST_F(Contract, TheRootWelcomesOnOnePortAndIsThePageOnTheOther) {
  const Answer welcome = get(api_port_, "/");
  EXPECT_EQ(welcome.status, 200);
  EXPECT_EQ(welcome.headers.at("content-type"), "application/json");
  EXPECT_EQ(Json::parse(welcome.body), Json({{"message", "Welcome to the Digit Recognition API"}}));
  EXPECT_EQ(get(page_port_, "/").body, "the page");
}

TEST_F(Contract, PredictAnswersOnBothPortsWithAndWithoutTheSlash) {
  const int expected = stand_in_digit(prepare(stroke(0)).value());
  for (const auto port : ports()) {
    for (const auto* path : {"/predict/", "/predict"}) {
      const Answer answer = request(port, upload(path, png_of(stroke(0))));
      EXPECT_EQ(answer.status, 200);
      EXPECT_EQ(answer.headers.at("content-type"), "application/json");
      EXPECT_EQ(Json::parse(answer.body)["predicted_digit"], expected);
    }
  }
}

TEST_F(Contract, ABlankImageIsSaidToBeBlank) {
  for (const Color& color : {kWhite, kBlack, kTransparent}) {
    const Answer answer =
        request(api_port_, upload("/predict/", png_of(plain_picture(28, 28, color))));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(Json::parse(answer.body),
              Json({{"error", "Image is blank. Please provide a valid digit."}}));
  }
}

TEST_F(Contract, AMissingFileIsToldInFastApisForm) {
  const Json expected = Json::parse(R"({"detail": [{"type": "missing", "loc": ["body", "file"],
                                       "msg": "Field required", "input": null}]})");
  for (const std::string& bytes :
       {post_bytes("/predict/", kFormType, file_form("other", "x")),
        std::string("POST /predict/ HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"),
        std::string("POST /predict/ HTTP/1.1\r\nHost: h\r\n\r\n")}) {
    const Answer answer = request(api_port_, bytes);
    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(Json::parse(answer.body), expected);
  }
}

TEST_F(Contract, WhatIsNoImageIsRejectedWithAnError) {
  const Answer answer = request(api_port_, upload("/predict/", "%PDF-1.7"));
  EXPECT_EQ(answer.status, 415);
  EXPECT_TRUE(Json::parse(answer.body)["error"].is_string());
}

TEST_F(Contract, TheDocumentationExistsOnBothPorts) {
  for (const auto port : ports()) {
    EXPECT_EQ(get(port, "/docs").headers.at("content-type"), "text/html; charset=utf-8");
    const Answer openapi = get(port, "/openapi.json");
    EXPECT_EQ(openapi.headers.at("content-type"), "application/json");
    EXPECT_EQ(Json::parse(openapi.body)["openapi"], "3.1.0");
  }
}

TEST_F(Contract, AnUnknownPathIs404AndAWrongMethod405WithAllow) {
  for (const auto port : ports()) {
    const Answer unknown = get(port, "/nothing");
    EXPECT_EQ(unknown.status, 404);
    EXPECT_EQ(Json::parse(unknown.body), Json({{"detail", "Not Found"}}));
    const Answer wrong = get(port, "/predict/");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.headers.at("allow"), "POST");
    EXPECT_EQ(Json::parse(wrong.body), Json({{"detail", "Method Not Allowed"}}));
  }
}

TEST_F(Contract, AnUploadOverTheLimitIs413) {
  const std::string content(HttpLimits{}.max_body, 'x');
  EXPECT_EQ(request(api_port_, upload("/predict/", content)).status, 413);
  EXPECT_EQ(request(api_port_, upload("/predict/", content.substr(1000))).status, 415);
}

TEST_F(Contract, EveryClientGetsTheDigitOfItsOwnPicture) {
  std::vector<std::thread> clients;
  std::atomic<int> right = 0;
  constexpr int kClients = 8;
  constexpr int kRequests = 10;
  for (int c = 0; c < kClients; ++c) {
    clients.emplace_back([&, c] {
      const std::string bytes = upload("/predict/", png_of(stroke(3 * c - 10)));
      const int expected = stand_in_digit(prepare(stroke(3 * c - 10)).value());
      HttpClient client(api_port_);
      for (int i = 0; i < kRequests; ++i) {
        client.send(bytes);
        if (Json::parse(client.read().body)["predicted_digit"] == expected) {
          ++right;
        }
      }
    });
  }
  for (auto& client : clients) {
    client.join();
  }
  EXPECT_EQ(right, kClients * kRequests);
}

}  // namespace
}  // namespace inkling

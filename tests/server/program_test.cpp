#include "tests/server/program.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "engine/io/weights.h"
#include "engine/network_spec.h"
#include "tests/server/http_client.h"
#include "tests/support/pictures.h"

namespace inkling {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

TEST_F(Program, ServesBothPortsAndStopsCleanlyOnASignal) {
  for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) {
    Process program(command());
    const auto api = port_in(program.read_until("API"));
    const auto page = port_in(program.read_until("page"));
    EXPECT_THAT(get(api, "/").body, HasSubstr("Welcome"));
    EXPECT_EQ(get(page, "/").body, "the page");
    Picture picture = plain_picture(50, 50, kWhite);
    draw_line(picture, 25, 10, 25, 40, 4, kBlack);
    const Answer answer = request(api, upload("/predict/", png_of(picture)));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(Json::parse(answer.body)["model"], "Small");
    program.signal(SIGUSR1);  // means nothing
    program.signal(SIGUSR2);
    EXPECT_EQ(get(page, "/").body, "the page");
    program.signal(signal);
    program.read_all();
    EXPECT_EQ(program.wait(), 0);
  }
}

TEST_F(Program, LogsALineOfJsonForEachRequestWhenAsked) {
  Process program(command({"--log-requests"}));
  const auto api = port_in(program.read_until("API"));
  program.read_until("page");
  Picture picture = plain_picture(50, 50, kWhite);
  draw_line(picture, 25, 10, 25, 40, 4, kBlack);
  const Answer answer = request(api, upload("/predict/?explain=false", png_of(picture)));
  const Json line = Json::parse(program.read_until("/predict/"));
  EXPECT_EQ(line["id"], answer.headers.at("x-request-id"));
  EXPECT_EQ(line["port"], "api");
  EXPECT_EQ(line["status"], 200);
  EXPECT_EQ(line["path"], "/predict/");
  EXPECT_EQ(line["digit"], Json::parse(answer.body)["predicted_digit"]);
  EXPECT_EQ(line["out"], answer.body.size());
}

TEST_F(Program, ReloadsItsWeightsOnAHangup) {
  Process program(command());
  const auto api = port_in(program.read_until("API"));
  const auto name = [&] { return Json::parse(get(api, "/model").body)["name"]; };
  const auto save = [&](const std::string& called, std::vector<std::string> classes) {
    NetworkSpec spec{called, 28, 28, 1, {layers::Flatten{}, layers::Linear{"fc", 10}}};
    spec.class_names = std::move(classes);
    save_model(model(), Network(spec, Device::cpu(1)), Normalization{});
  };
  EXPECT_EQ(name(), "Small");
  const std::string before = Json::parse(get(api, "/model").body)["sha256"];
  EXPECT_EQ(before.size(), 64U);
  save("Other", {});
  program.signal(SIGHUP);
  EXPECT_THAT(program.read_until("reloaded"), HasSubstr("model.safetensors"));
  EXPECT_EQ(name(), "Other");
  EXPECT_NE(Json::parse(get(api, "/model").body)["sha256"], before);

  std::ofstream(model()) << "no weights";
  program.signal(SIGHUP);
  EXPECT_THAT(program.read_until("kept the weights"), HasSubstr("safetensors"));
  EXPECT_EQ(name(), "Other");

  save("Letters", {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"});
  program.signal(SIGHUP);
  EXPECT_THAT(program.read_until("kept the weights"), HasSubstr("the same classes"));
  EXPECT_EQ(name(), "Other");
  program.signal(SIGTERM);
  program.read_all();
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(Program, WaitsForARequestUnderWayAsLongAsItIsTold) {
  Process patient(command());
  const auto api = port_in(patient.read_until("API"));
  const HttpClient client(api);
  client.send("GET / HT");
  get(api, "/");  // that much has been read before this is answered
  patient.signal(SIGTERM);
  patient.read_until("stopping");
  patient.signal(SIGTERM);
  EXPECT_THAT(patient.read_all(), HasSubstr("ended at once"));
  EXPECT_EQ(patient.wait(), 1);

  Process impatient(command({"--grace", "0"}));
  const HttpClient other(port_in(impatient.read_until("API")));
  other.send("GET / HT");
  impatient.signal(SIGTERM);
  EXPECT_THAT(impatient.read_all(), HasSubstr("stopped with requests under way"));
  EXPECT_EQ(impatient.wait(), 0);
}

// So that a load balancer notices before connections are refused.
TEST_F(Program, GoesOnForAWhileAtAStopAndIsNotReady) {
  Process program(command({"--drain", "1"}));
  const auto api = port_in(program.read_until("API"));
  EXPECT_EQ(get(api, "/readyz").status, 200);
  program.signal(SIGTERM);
  program.read_until("stopping");
  EXPECT_EQ(get(api, "/readyz").status, 503);
  EXPECT_EQ(get(api, "/").status, 200);
  program.read_all();
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(Program, WritesNoLineThatIsLessGraveThanAsked) {
  // Below those that the system gives out: a client that got it would be connected to itself.
  const auto port = static_cast<std::uint16_t>(20'000 + ::getpid() % 10'000);
  Process program(
      command({"--port", std::to_string(port), "--log-level", "error", "--log-requests"}));
  for (int status = 0; status != 200;) {  // no line says when it is ready
    try {
      status = get(port, "/").status;
    } catch (const std::runtime_error&) {  // not yet
    }
  }
  EXPECT_THAT(program.read_until("/"), testing::Not(HasSubstr("ready")));
  expect_failure(command({"--log-level", "debug"}), 2,
                 "--log-level: expected info, warning or error, received debug");
}

// What it logs while it stops kills it in the one case and would make it wait in the other.
TEST_F(Program, StopsCleanlyWhenNobodyReadsItsLog) {
  Process unread(command());
  unread.read_until("page");
  unread.close_standard_error();
  unread.signal(SIGTERM);
  EXPECT_EQ(unread.wait(), 0);

  Process full(command());
  const auto api = port_in(full.read_until("API"));
  full.read_until("page");
  full.fill_standard_error();
  EXPECT_THAT(get(api, "/").body, HasSubstr("Welcome"));
  full.signal(SIGTERM);
  EXPECT_EQ(full.wait(), 0);
}

TEST_F(Program, TakesItsLimitsFromFlags) {
  Process program(command({"--max-body", "2000", "--max-headers", "1500", "--max-url", "64"}));
  const auto api = port_in(program.read_until("API"));
  EXPECT_EQ(get(api, "/" + std::string(64, 'x')).status, 414);
  EXPECT_EQ(request(api, "GET / HTTP/1.1\r\nX: " + std::string(1500, 'x')).status, 431);
  EXPECT_EQ(request(api, post_bytes("/predict/", "x/y", std::string(2001, 'x'))).status, 413);
  EXPECT_EQ(request(api, post_bytes("/predict/", "x/y", std::string(2000, 'x'))).status, 422);
}

TEST_F(Program, SaysInOneLineWhyItCannotStart) {
  expect_failure({INKLING_SERVER, "--model", "/absent", "--web", folder_.path()}, 1, "/absent");
  expect_failure({INKLING_SERVER, "--model", model(), "--web", "/absent"}, 1, "/absent");
  expect_failure({INKLING_SERVER, "--prot", "1"}, 2,
                 "expected a known flag, received --prot (did you mean --port?); "
                 "see inkling-server --help");
  expect_failure({INKLING_SERVER, "8000"}, 2,
                 "expected nothing but flags and their values, received 8000");
  expect_failure(command({"--threads", "0"}), 2,
                 "--threads: expected a whole number from 1 to 255, received 0");
  expect_failure(command({"--port", "99999"}), 2,
                 "--port: expected a port (1 to 65535, or 0 for any free one), received 99999");
  expect_failure(command({"--ui-port", "http"}), 2,
                 "--ui-port: expected a port (1 to 65535, or 0 for any free one), received http");
  expect_failure(command({"--max-body", "12"}), 2,
                 "--max-body: expected a whole number from 1024 to 67108864, received 12");
}

TEST_F(Program, PrintsAnAddressThatABrowserOpens) {
  for (const auto& [host, shown] :
       {std::pair{"0.0.0.0", "http://localhost:"}, {"127.0.0.1", "http://127.0.0.1:"}}) {
    Process program(command({"--host", host}));
    EXPECT_THAT(program.read_until("page"), HasSubstr(std::string("page ") + shown));
  }
}

TEST(ProgramHelp, DescribesEveryFlagAndGivesAnExample) {
  std::FILE* output = ::popen(INKLING_SERVER " --help", "r");
  ASSERT_NE(output, nullptr);
  std::string help;
  for (int byte = std::fgetc(output); byte != EOF; byte = std::fgetc(output)) {
    help += static_cast<char>(byte);
  }
  EXPECT_EQ(::pclose(output), 0);
  EXPECT_THAT(help, HasSubstr("\nExample:\n  inkling-server --"));
  for (const char* group : {"\nFiles:\n", "\nNetwork:\n", "\nLog:\n", "\nAccess:\n",
                            "\nFeedback:\n", "\nLimits:\n", "\nTime-outs in seconds:\n"}) {
    EXPECT_THAT(help, HasSubstr(group));
  }
  for (const char* flag : {"model",
                           "web",
                           "host",
                           "port",
                           "ui-port",
                           "threads",
                           "max-connections",
                           "max-body",
                           "max-headers",
                           "max-url",
                           "decode-memory",
                           "header-timeout",
                           "body-timeout",
                           "answer-timeout",
                           "send-timeout",
                           "idle-timeout",
                           "grace",
                           "drain",
                           "api-keys",
                           "session-hours",
                           "session-secret",
                           "rate-limit",
                           "cors-origin",
                           "log-level",
                           "feedback",
                           "max-feedback"}) {
    EXPECT_TRUE(
        std::regex_search(help, std::regex("\n  --" + std::string(flag) + " [A-Z]+ +[a-z]")))
        << flag;
  }
}

TEST_F(Program, SaysInOneLineThatAPortIsInUse) {
  Process first(command());
  const auto api = port_in(first.read_until("API"));
  auto second = command();
  *(std::find(second.begin(), second.end(), "--port") + 1) = std::to_string(api);
  expect_failure(second, 1, "127.0.0.1:" + std::to_string(api));
}

TEST_F(Program, RejectsAModelThatIsForNoPictureItCanMake) {
  const NetworkSpec oblong{"Other", 8, 9, 1, {layers::Flatten{}, layers::Linear{"fc", 10}}};
  save_model(model(), Network(oblong, Device::cpu(1)), Normalization{});
  expect_failure(command(), 1,
                 model() +
                     ": expected a network for square pictures of 8 to 256 pixels a side, "
                     "received one for 8×9");
  const NetworkSpec unnamed{"Other", 28, 28, 1, {layers::Flatten{}, layers::Linear{"fc", 11}}};
  save_model(model(), Network(unnamed, Device::cpu(1)), Normalization{});
  expect_failure(command(), 1, "classes with names, received 11");
}

TEST_F(Program, ServesOtherClassesAndSizes) {
  const NetworkSpec spec{"Other",        16, 16, 1, {layers::Flatten{}, layers::Linear{"fc", 2}},
                         {"Coat", "Bag"}};
  save_model(model(), Network(spec, Device::cpu(1)), Normalization{});
  Process program(command());
  const auto api = port_in(program.read_until("API"));
  Picture picture = plain_picture(100, 100, kWhite);
  draw_line(picture, 50, 20, 50, 80, 8, kBlack);
  const Json answer = Json::parse(request(api, upload("/predict/", png_of(picture))).body);
  EXPECT_EQ(answer["classes"], (std::vector<std::string>{"Coat", "Bag"}));
  EXPECT_EQ(answer["probabilities"].size(), 2U);
  const int best = answer["predicted_digit"];
  EXPECT_EQ(answer["predicted_class"], best == 0 ? "Coat" : "Bag");
  EXPECT_EQ(answer["seen"].get<std::string>().size(), 344U) << "256 bytes in base64";
  const Json document = Json::parse(get(api, "/openapi.json").body);
  const Json& prediction = document["components"]["schemas"]["Prediction"]["properties"];
  EXPECT_EQ(prediction["probabilities"]["maxItems"], 2);
  EXPECT_THAT(prediction["seen"]["description"], testing::HasSubstr("16×16: 256 bytes"));
}

TEST(ProgramVersion, IsPrinted) {
  Process program({INKLING_SERVER, "--version"});
  EXPECT_EQ(program.read_all(), "");
  EXPECT_EQ(program.wait(), 0);
}

// The model and the page that are shipped, found without flags.
TEST(ShippedModel, RecognizesADrawnOne) {
  for (const auto* name : {"models/mnist_larger_cnn.safetensors", "web/index.html"}) {
    if (!std::filesystem::exists(std::filesystem::path(INKLING_SOURCE_DIR) / name)) {
      GTEST_SKIP() << name << " is not there yet";
    }
  }
  Process program({INKLING_SERVER, "--port", "0", "--ui-port", "0", "--host", "127.0.0.1"});
  const auto api = port_in(program.read_until("API"));
  const auto page = port_in(program.read_until("page"));
  EXPECT_EQ(get(page, "/").headers.at("content-type"), "text/html; charset=utf-8");
  Picture picture = plain_picture(280, 280, kWhite);
  draw_line(picture, 150, 50, 135, 230, 22, kBlack);
  const Json answer = Json::parse(request(api, upload("/predict/", png_of(picture))).body);
  EXPECT_EQ(answer["predicted_digit"], 1) << answer.dump();
  EXPECT_EQ(answer["model"], "LargerCNN");
}

}  // namespace
}  // namespace inkling

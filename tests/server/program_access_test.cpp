#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/http_client.h"
#include "tests/server/program.h"

namespace inkling {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ProgramAccess : public Program {
 protected:
  std::string keys() const { return folder_.path() / "keys.txt"; }

  // What a shell gets from it.
  std::string keygen(const std::string& name) const {
    const std::string line =
        INKLING_SERVER " keygen --api-keys " + keys() + " --name " + name + " 2>/dev/null";
    std::FILE* output = ::popen(line.c_str(), "r");
    std::string text;
    for (int byte = std::fgetc(output); byte != EOF; byte = std::fgetc(output)) {
      text += static_cast<char>(byte);
    }
    return ::pclose(output) == 0 ? text.substr(0, text.size() - 1) : "";
  }
};

int status_with(std::uint16_t port, const std::string& key) {
  return request(port, "GET / HTTP/1.1\r\nHost: h\r\nX-API-Key: " + key + "\r\n\r\n").status;
}

TEST_F(ProgramAccess, KeysAreMadeAndTakenWithoutARestart) {
  const std::string first = keygen("first");
  EXPECT_EQ(first.size(), 72U) << first;
  Process program(command({"--api-keys", keys(), "--log-requests"}));
  const auto api = port_in(program.read_until("API"));
  const auto page = port_in(program.read_until("page"));
  for (const auto port : {api, page}) {
    EXPECT_EQ(status_with(port, first), 200);
    EXPECT_EQ(status_with(port, "other"), 401);
    EXPECT_EQ(get(port, "/").status, 401);
    EXPECT_EQ(get(port, "/healthz").status, 200);
  }
  EXPECT_THAT(program.read_until("/healthz"),
              AllOf(HasSubstr(R"("key":"first")"), Not(HasSubstr(first))));

  EXPECT_EQ(keygen("first"), "") << "the name is taken";
  const std::string second = keygen("second");
  EXPECT_EQ(status_with(api, second), 401);
  program.signal(SIGHUP);
  program.read_until("reloaded " + keys());
  EXPECT_EQ(status_with(api, second), 200);
  EXPECT_EQ(status_with(api, first), 200);

  std::ofstream(keys()) << "nonsense";
  program.signal(SIGHUP);
  EXPECT_THAT(program.read_until("kept the API keys"), HasSubstr("line 1"));
  EXPECT_EQ(status_with(api, second), 200);
}

// As ECS and Kubernetes hand over a secret.
std::vector<std::string> with_environment(const std::vector<std::string>& variables,
                                          const std::vector<std::string>& command) {
  std::vector<std::string> all = {"/usr/bin/env"};
  all.insert(all.end(), variables.begin(), variables.end());
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

TEST_F(ProgramAccess, KeysComeFromTheEnvironmentWhereNoFileIsNamed) {
  const std::string key = keygen("pipeline");
  std::stringstream lines_in_file;
  lines_in_file << std::ifstream(keys()).rdbuf();
  const std::string lines = "INKLING_API_KEYS=# keys\n" + lines_in_file.str();
  std::filesystem::remove(keys());
  Process program(with_environment({lines}, command()));
  const auto api = port_in(program.read_until("API"));
  EXPECT_EQ(status_with(api, key), 200);
  EXPECT_EQ(status_with(api, "other"), 401);

  const std::string in_file = keygen("first");
  Process other(with_environment({lines}, command({"--api-keys", keys()})));
  const auto its = port_in(other.read_until("API"));
  EXPECT_EQ(status_with(its, key), 401);
  EXPECT_EQ(status_with(its, in_file), 200);
}

TEST_F(ProgramAccess, SecretsOfTheEnvironmentThatAreNoneKeepItFromStarting) {
  expect_failure(with_environment({"INKLING_API_KEYS="}, command()), 1, "INKLING_API_KEYS");
  expect_failure(with_environment({"INKLING_API_KEYS=nonsense"}, command()), 1, "INKLING_API_KEYS");
  expect_failure(with_environment({"INKLING_SESSION_SECRET=short"}, command()), 1,
                 "INKLING_SESSION_SECRET: expected at least 32 random bytes, received 5");
}

TEST_F(ProgramAccess, SessionsOfOneSecretAreGoodAtEachServer) {
  const std::string key = keygen("first");
  const std::vector<std::string> arguments = with_environment(
      {"INKLING_SESSION_SECRET=0123456789abcdef0123456789abcdef"}, command({"--api-keys", keys()}));
  Process one(arguments);
  Process other(arguments);
  const auto first = port_in(one.read_until("API"));
  const auto second = port_in(other.read_until("API"));
  const Answer signed_in =
      request(first, post_bytes("/signin", "application/x-www-form-urlencoded", "key=" + key));
  const std::string cookie = signed_in.headers.at("set-cookie");
  const std::string asks =
      "GET / HTTP/1.1\r\nHost: h\r\nCookie: " + cookie.substr(0, cookie.find(';')) + "\r\n\r\n";
  EXPECT_EQ(request(second, asks).status, 200);
}

TEST_F(ProgramAccess, FlagsSayWhoMayAskAndHowOften) {
  Process program(command({"--rate-limit", "2", "--trust-proxy", "--cors-origin",
                           "https://a.example", "--cors-origin", "https://b.example"}));
  const auto api = port_in(program.read_until("API"));
  const auto from = [api](const std::string& client) {
    return request(api,
                   "GET / HTTP/1.1\r\nHost: h\r\nOrigin: https://b.example\r\n"
                   "X-Forwarded-For: " +
                       client + "\r\n\r\n");
  };
  const Answer answer = from("192.0.2.1");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("access-control-allow-origin"), "https://b.example");
  EXPECT_EQ(from("192.0.2.1").status, 200);
  EXPECT_EQ(from("192.0.2.1").status, 429);
  EXPECT_EQ(from("192.0.2.2").status, 200);
  EXPECT_THAT(get(api, "/metrics").body, HasSubstr(R"(status="429")"));
}

TEST_F(ProgramAccess, SaysInOneLineWhatIsWrong) {
  expect_failure(command({"--api-keys", "/absent"}), 1, "/absent");
  std::ofstream(keys()) << "# none yet\n";
  expect_failure(command({"--api-keys", keys()}), 1, "expected an API key, received none");
  expect_failure(command({"--session-secret", keys()}), 1, "expected at least 32 random bytes");
  expect_failure(command({"--cors-origin", "a.example"}), 2, "such as https://example.org");
  expect_failure(command({"--rate-limit", "0"}), 2, "--rate-limit: expected a whole number");
  expect_failure({INKLING_SERVER, "keygen"}, 2, "expected --api-keys and --name, received none");
  expect_failure({INKLING_SERVER, "keygen", "--api-keys", keys(), "--name", "a b"}, 1,
                 "expected a name of 1 to 64 letters");
}

}  // namespace
}  // namespace inkling

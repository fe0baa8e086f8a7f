// The program, started by a test with a small network.
#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/io/weights.h"
#include "engine/network_spec.h"
#include "tests/server/process.h"
#include "tests/support/temporary_folder.h"

namespace inkling {

// A network of one layer with fresh weights, and a page: enough for the program to start.
class Program : public testing::Test {
 protected:
  Program() {
    const NetworkSpec spec{"Small", 28, 28, 1, {layers::Flatten{}, layers::Linear{"fc", 10}}};
    save_model(model(), Network(spec, Device::cpu(1)), Normalization{});
    std::ofstream(folder_.path() / "index.html") << "the page";
  }

  std::string model() const { return folder_.path() / "model.safetensors"; }

  std::vector<std::string> command(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {
        INKLING_SERVER, "--model", model(),  "--web",     folder_.path(), "--port", "0",
        "--ui-port",    "0",       "--host", "127.0.0.1", "--threads",    "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  TemporaryFolder folder_;
};

inline std::uint16_t port_in(const std::string& line) {
  std::smatch match;
  if (!std::regex_search(line, match, std::regex("http://127\\.0\\.0\\.1:([0-9]+)"))) {
    return 0;
  }
  return static_cast<std::uint16_t>(std::stoi(match[1]));
}

// It starts, says one line, and ends with that code.
inline void expect_failure(const std::vector<std::string>& arguments, int code,
                           const std::string& text) {
  Process program(arguments);
  const std::string output = program.read_all();
  EXPECT_EQ(program.wait(), code) << output;
  EXPECT_THAT(output, ::testing::HasSubstr(text));
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1) << output;
}

}  // namespace inkling

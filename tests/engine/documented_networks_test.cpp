// The networks of docs/networks.md, read as they stand there.
#include <fstream>

#include <gtest/gtest.h>

#include "engine/network.h"

namespace inkling {
namespace {

// The blocks between ```json and ``` of a Markdown file.
std::vector<std::string> json_blocks(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> blocks;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (!inside && line == "```json") {
      inside = true;
      blocks.emplace_back();
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

TEST(DocumentedNetworks, AreReadAndTheFirstIsTheDefault) {
  const auto blocks = json_blocks(INKLING_SOURCE_DIR "/docs/networks.md");
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(to_json(parse_network_spec(blocks[0])), to_json(larger_cnn()));
  const Network lenet(parse_network_spec(blocks[1]), Device::cpu(1));
  EXPECT_EQ(lenet.parameter_count(), 61'706);
  EXPECT_EQ(lenet.classes(), 10);
}

}  // namespace
}  // namespace inkling

#include "engine/io/weights.h"

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "engine/io/atomic_file.h"
#include "engine/io/half.h"
#include "tests/support/damage.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

const Device kCpu = Device::cpu(1);

NetworkSpec spec() {
  return {.name = "Tiny",
          .height = 4,
          .width = 4,
          .channels = 1,
          .layers = {layers::Conv2d{"conv", 2, 3, {.padding = 1}}, layers::Relu{},
                     layers::Flatten{}, layers::Linear{"fc", 3}}};
}

class Weights : public testing::Test {
 protected:
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "model.safetensors";
  Network network{spec(), kCpu, 3};

  // The saved file with its contents changed, and what reading it says.
  std::string message_after(const std::function<void(Safetensors&)>& change) {
    save_model(path, network, {});
    const auto bytes = read_file(path);
    Safetensors contents = parse_safetensors(bytes, "F");
    change(contents);
    write_file_atomically(path, serialize_safetensors(contents));
    try {
      load_model(path, kCpu);
    } catch (const WeightsError& error) {
      const std::string text = error.what();
      EXPECT_EQ(text.find(path.string() + ": "), 0U) << text;
      return text.substr(path.string().size() + 2);
    }
    return "no error";
  }
};

TEST_F(Weights, SurviveTheFileBitForBitInFloat32) {
  save_model(path, network, {.mean = 0.25, .std = 2});
  const Model loaded = load_model(path, kCpu);
  EXPECT_EQ(loaded.normalization.mean, 0.25);
  EXPECT_EQ(loaded.normalization.std, 2);
  EXPECT_EQ(to_json(loaded.network.spec()), to_json(spec()));
  for (std::size_t i = 0; i < network.parameters().size(); ++i) {
    EXPECT_EQ(loaded.network.parameters()[i].to_file(), network.parameters()[i].to_file());
  }
}

TEST_F(Weights, KeepTheirCalibrationAndHaveNoneWithout) {
  save_model(path, network, {});
  EXPECT_EQ(load_model(path, kCpu).calibration, Calibration{});
  save_model(path, network, {}, WeightsPrecision::float32, {0.44, 0.9});
  EXPECT_EQ(load_model(path, kCpu).calibration, (Calibration{0.44, 0.9}));
}

TEST_F(Weights, SurviveRandomCorruptionOfTheFile) {
  save_model(path, network, {});
  const auto bytes = read_file(path);
  for (std::uint32_t round = 0; round < 2000; ++round) {
    write_file_atomically(path, damaged(bytes, round, 4096));
    try {
      load_model(path, kCpu);
    } catch (const WeightsError&) {  // the only error that may come; a changed weight is none
    }
  }
}

TEST_F(Weights, AreRoundedOnceInFloat16) {
  save_model(path, network, {}, WeightsPrecision::float16);
  const Model loaded = load_model(path, kCpu);
  for (std::size_t i = 0; i < network.parameters().size(); ++i) {
    std::vector<float> expected = network.parameters()[i].to_file();
    for (float& value : expected) {
      value = float16_to_float(float_to_float16(value));
    }
    EXPECT_EQ(loaded.network.parameters()[i].to_file(), expected);
  }
}

TEST_F(Weights, InOtherFloatingPointTypesAreReadToo) {
  const std::vector<double> wide{1.5, -2, 0.25};
  const std::vector<std::uint16_t> brain{0x3FC0, 0xC000, 0x3E80};  // the same in bfloat16
  for (const bool is_wide : {true, false}) {
    EXPECT_EQ(message_after([&](Safetensors& contents) {
                for (SafetensorsEntry& entry : contents.tensors) {
                  if (entry.name == "fc.bias") {
                    entry.dtype = is_wide ? "F64" : "BF16";
                    entry.bytes =
                        is_wide ? std::as_bytes(std::span(wide)) : std::as_bytes(std::span(brain));
                  }
                }
              }),
              "no error");
    const Model loaded = load_model(path, kCpu);
    EXPECT_EQ(loaded.network.parameters().back().to_file(), (std::vector<float>{1.5F, -2, 0.25F}));
  }
}

TEST_F(Weights, SayWhatIsWrongWithTheFile) {
  EXPECT_EQ(message_after([](Safetensors& c) { c.tensors.pop_back(); }),
            "expected the tensor fc.bias, which is missing");
  EXPECT_EQ(message_after([](Safetensors& c) {
              c.tensors.push_back({"fc9.bias", "F32", {0}, {}});
            }),
            "expected only the tensors of Tiny, received fc9.bias");
  EXPECT_EQ(message_after([](Safetensors& c) {
              c.tensors[0].shape = {3, 3, 1, 2};
            }),
            "tensor conv.weight: expected shape [2, 1, 3, 3], received [3, 3, 1, 2]");
  EXPECT_EQ(message_after([](Safetensors& c) { c.tensors[1].dtype = "I32"; }),
            "tensor conv.bias: expected dtype F32, F16, BF16 or F64, received I32");
  EXPECT_EQ(message_after([](Safetensors& c) { c.metadata.erase("inkling.network"); }),
            "expected inkling.network and inkling.normalization in the metadata (was it written by "
            "inkling train?)");
  EXPECT_EQ(message_after([](Safetensors& c) { c.metadata["inkling.network"] = "{}"; }),
            "network spec, the network: expected the key \"input\", received {}");
  EXPECT_EQ(message_after([](Safetensors& c) {
              c.metadata["inkling.normalization"] = R"({"mean": 0, "deviation": 0})";
            }),
            "expected a normalization with a deviation above 0");
  EXPECT_EQ(message_after(
                [](Safetensors& c) { c.metadata["inkling.normalization"] = R"({"mean": "x"})"; }),
            "expected inkling.normalization in the metadata as {\"mean\": …, \"deviation\": …}");
  for (const char* bad :
       {"0.5", R"({"temperature": 0, "min_confidence": 0.5})", R"({"temperature": 1})",
        R"({"temperature": 1, "min_confidence": 1.5})", R"({"temperature": "x"})"}) {
    EXPECT_EQ(message_after([bad](Safetensors& c) { c.metadata["inkling.calibration"] = bad; }),
              "expected inkling.calibration in the metadata as {\"temperature\": above 0, "
              "\"min_confidence\": 0 to 1}");
  }
  for (const float bad : {std::nanf(""), INFINITY}) {
    static const std::vector<float> kSound{1, 2, 3};
    static std::vector<float> values;
    values = kSound;
    values[1] = bad;
    EXPECT_NE(message_after([](Safetensors& c) {
                c.tensors[3].bytes = std::as_bytes(std::span(values));
              }).find("tensor fc.bias: expected finite values"),
              std::string::npos);
  }
}

TEST_F(Weights, ThatAreNotFiniteAreNotWritten) {
  network.parameters()[1].variable.value().data<float>()[0] = 70'000;  // beyond float16
  EXPECT_NO_THROW(save_model(path, network, {}));
  const auto before = read_file(path);
  EXPECT_THROW(save_model(path, network, {}, WeightsPrecision::float16), std::invalid_argument);
  EXPECT_EQ(read_file(path), before) << "the old file stands";
}

TEST_F(Weights, OfAMissingFileAreOneClearLine) {
  try {
    load_model(path, kCpu);
    FAIL() << "expected an error";
  } catch (const WeightsError& error) {
    EXPECT_EQ(std::string(error.what()),
              "cannot read " + path.string() + ": No such file or directory");
  }
}

}  // namespace
}  // namespace inkling

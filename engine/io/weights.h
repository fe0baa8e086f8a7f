// Networks in files: safetensors with PyTorch's names and layouts; spec, normalization and
// calibration in the metadata.
#pragma once

#include <filesystem>

#include "engine/choices.h"
#include "engine/io/calibration.h"
#include "engine/io/safetensors.h"
#include "engine/network.h"

namespace inkling {

// The metadata's key of the network's spec, which is JSON.
inline constexpr const char* kSpecKey = "inkling.network";

// What was done to a pixel before the network saw it: (byte / 255 - mean) / deviation.
struct Normalization {
  double mean = 0.5;
  double std = 0.5;
};

struct Model {
  Network network;
  Normalization normalization;
  Calibration calibration;
};

enum class WeightsPrecision : std::uint8_t { float32, float16 };
inline constexpr Choice<WeightsPrecision> kWeightsPrecisions[] = {
    {"float32", WeightsPrecision::float32}, {"float16", WeightsPrecision::float16}};

// Replaces the file atomically. Throws FileError, or std::invalid_argument for a weight that is not
// finite (in float16: that is beyond 65504).
void save_model(const std::filesystem::path& path, const Network& network,
                const Normalization& normalization,
                WeightsPrecision precision = WeightsPrecision::float32,
                const Calibration& calibration = {});

// F32, F16, BF16 and F64 tensors become float32. Throws WeightsError when anything is wrong: the
// format, the spec, a tensor that is missing or unknown, a shape, a value that is not finite; or
// when the file cannot be read.
Model load_model(const std::filesystem::path& path, const Device& device);

// The parts of the two, for files that hold more (checkpoints). parameter_bytes gives the parameter
// in file order as F32 or F16; restore_parameter checks and reads it back.
std::map<std::string, std::string> model_metadata(const Network& network,
                                                  const Normalization& normalization,
                                                  const Calibration& calibration = {});
std::vector<std::byte> parameter_bytes(const Parameter& parameter, WeightsPrecision precision);
void restore_parameter(Parameter& parameter, const SafetensorsEntry& entry,
                       const std::string& file);

// The network, normalization and calibration that the metadata describe, with fresh weights; a
// network of far more parameters than the file has elements is refused.
Model model_from_metadata(const Safetensors& contents, const Device& device,
                          const std::string& file);

}  // namespace inkling

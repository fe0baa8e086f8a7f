#include "engine/io/weights.h"

#include <cmath>
#include <cstring>

#include <nlohmann/json.hpp>

#include "engine/io/atomic_file.h"
#include "engine/io/half.h"

namespace inkling {
namespace {

constexpr const char* kNormalizationKey = "inkling.normalization";
constexpr const char* kCalibrationKey = "inkling.calibration";

template <class T>
T read_as(std::span<const std::byte> bytes, std::size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

// Throws WeightsError for a dtype that is no floating-point one.
template <class Stored, class ToFloat>
std::vector<float> converted(const SafetensorsEntry& entry, const ToFloat& to_float_of) {
  std::vector<float> values(static_cast<std::size_t>(element_count(entry.shape)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = to_float_of(read_as<Stored>(entry.bytes, i));
  }
  return values;
}

std::vector<float> to_floats(const SafetensorsEntry& entry, const std::string& file) {
  if (entry.dtype == "F32") {
    return converted<float>(entry, [](float value) { return value; });
  }
  if (entry.dtype == "F16") {
    return converted<std::uint16_t>(entry, float16_to_float);
  }
  if (entry.dtype == "BF16") {
    return converted<bfloat16>(entry, [](bfloat16 value) { return to_float(value); });
  }
  if (entry.dtype == "F64") {
    return converted<double>(entry, [](double value) { return static_cast<float>(value); });
  }
  throw WeightsError(file + ": tensor " + entry.name +
                     ": expected dtype F32, F16, BF16 or F64, received " + entry.dtype);
}

double finite_number(const nlohmann::json& json, const char* key, const std::string& file) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number() || !std::isfinite(found->get<double>())) {
    throw WeightsError(file + ": expected " + kNormalizationKey +
                       " in the metadata as {\"mean\": …, \"deviation\": …}");
  }
  return found->get<double>();
}

Normalization parse_normalization(const std::string& text, const std::string& file) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    throw WeightsError(file + ": expected " + kNormalizationKey +
                       " in the metadata as a JSON object");
  }
  const Normalization result{finite_number(json, "mean", file),
                             finite_number(json, "deviation", file)};
  if (!(result.std > 0)) {
    throw WeightsError(file + ": expected a normalization with a deviation above 0");
  }
  return result;
}

Calibration parse_calibration(const std::string& text, const std::string& file) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto number = [&](const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_number() ? json[key].get<double>()
                                                                           : std::nan("");
  };
  const Calibration result{number("temperature"), number("min_confidence")};
  if (!is_valid(result)) {
    throw WeightsError(
        file + ": expected " + kCalibrationKey +
        " in the metadata as {\"temperature\": above 0, \"min_confidence\": 0 to 1}");
  }
  return result;
}

}  // namespace

std::map<std::string, std::string> model_metadata(const Network& network,
                                                  const Normalization& normalization,
                                                  const Calibration& calibration) {
  const nlohmann::json numbers = {{"mean", normalization.mean}, {"deviation", normalization.std}};
  std::map<std::string, std::string> metadata = {
      {"format", "pt"}, {kSpecKey, to_json(network.spec())}, {kNormalizationKey, numbers.dump()}};
  if (calibration != Calibration{}) {
    metadata[kCalibrationKey] = nlohmann::json{{"temperature", calibration.temperature},
                                               {"min_confidence", calibration.min_confidence}}
                                    .dump();
  }
  return metadata;
}

std::vector<std::byte> parameter_bytes(const Parameter& parameter, WeightsPrecision precision) {
  const std::vector<float> values = parameter.to_file();
  std::vector<std::uint16_t> halves;
  for (const float value : values) {
    const std::uint16_t half = float_to_float16(value);
    if (!std::isfinite(precision == WeightsPrecision::float16 ? float16_to_float(half) : value)) {
      throw std::invalid_argument("expected finite values in " + parameter.name + ", received " +
                                  std::to_string(value));
    }
    halves.push_back(half);
  }
  const auto bytes = precision == WeightsPrecision::float16 ? std::as_bytes(std::span(halves))
                                                            : std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

void restore_parameter(Parameter& parameter, const SafetensorsEntry& entry,
                       const std::string& file) {
  if (entry.shape != parameter.file_shape()) {
    throw WeightsError(file + ": tensor " + entry.name + ": expected shape " +
                       to_string(parameter.file_shape()) + ", received " + to_string(entry.shape));
  }
  const std::vector<float> values = to_floats(entry, file);
  for (const float value : values) {
    if (!std::isfinite(value)) {
      throw WeightsError(file + ": tensor " + entry.name + ": expected finite values, received " +
                         std::to_string(value));
    }
  }
  parameter.from_file(values);
}

Model model_from_metadata(const Safetensors& contents, const Device& device,
                          const std::string& file) {
  const auto& metadata = contents.metadata;
  const auto spec = metadata.find(kSpecKey);
  const auto normalization = metadata.find(kNormalizationKey);
  const auto calibration = metadata.find(kCalibrationKey);
  if (spec == metadata.end() || normalization == metadata.end()) {
    throw WeightsError(file + ": expected " + kSpecKey + " and " + kNormalizationKey +
                       " in the metadata (was it written by inkling train?)");
  }
  try {
    // Room for what may be missing, which is named later; not for a network that memory could not
    // hold.
    Index elements = Index{1} << 20;
    for (const SafetensorsEntry& entry : contents.tensors) {
      elements += element_count(entry.shape);
    }
    return {
        Network(parse_network_spec(spec->second), device, std::nullopt, Dtype::float32, elements),
        parse_normalization(normalization->second, file),
        calibration == metadata.end() ? Calibration{}
                                      : parse_calibration(calibration->second, file)};
  } catch (const std::invalid_argument& error) {
    throw WeightsError(file + ": " + error.what());
  }
}

void save_model(const std::filesystem::path& path, const Network& network,
                const Normalization& normalization, WeightsPrecision precision,
                const Calibration& calibration) {
  Safetensors contents;
  contents.metadata = model_metadata(network, normalization, calibration);
  std::vector<std::vector<std::byte>> storage;
  for (const Parameter& parameter : network.parameters()) {
    storage.push_back(parameter_bytes(parameter, precision));
    contents.tensors.push_back({parameter.name,
                                precision == WeightsPrecision::float16 ? "F16" : "F32",
                                parameter.file_shape(), storage.back()});
  }
  write_file_atomically(path, serialize_safetensors(contents));
}

Model load_model(const std::filesystem::path& path, const Device& device) {
  std::vector<std::byte> bytes;
  try {
    bytes = read_file(path);
  } catch (const FileError& error) {
    throw WeightsError(error.what());
  }
  const Safetensors contents = parse_safetensors(bytes, path.string());
  Model model = model_from_metadata(contents, device, path.string());
  std::map<std::string, const SafetensorsEntry*> entries;
  for (const SafetensorsEntry& entry : contents.tensors) {
    entries[entry.name] = &entry;
  }
  for (Parameter& parameter : model.network.parameters()) {
    const auto found = entries.find(parameter.name);
    if (found == entries.end()) {
      throw WeightsError(path.string() + ": expected the tensor " + parameter.name +
                         ", which is missing");
    }
    restore_parameter(parameter, *found->second, path.string());
    entries.erase(found);
  }
  if (!entries.empty()) {
    throw WeightsError(path.string() + ": expected only the tensors of " +
                       model.network.spec().name + ", received " + entries.begin()->first);
  }
  return model;
}

}  // namespace inkling

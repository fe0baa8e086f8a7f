#include "train/metrics.h"

#include <nlohmann/json.hpp>

#include "engine/io/atomic_file.h"

namespace inkling {
namespace {

using Json = nlohmann::ordered_json;

Json optional_number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

std::optional<double> optional_number(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<double>());
}

Json to_json(const EpochRecord& record) {
  return {{"epoch", record.epoch},
          {"train_loss", record.train_loss},
          {"train_accuracy", record.train_accuracy},
          {"validation_loss", optional_number(record.validation_loss)},
          {"validation_accuracy", optional_number(record.validation_accuracy)},
          {"learning_rate", record.learning_rate},
          {"seconds", record.seconds},
          {"images_per_second", record.images_per_second}};
}

}  // namespace

std::string to_json_line(const EpochRecord& record) { return to_json(record).dump(); }

EpochRecord parse_json_line(std::string_view line) {
  const Json json = Json::parse(line);
  return {.epoch = json.at("epoch").get<Index>(),
          .train_loss = json.at("train_loss").get<double>(),
          .train_accuracy = json.at("train_accuracy").get<double>(),
          .validation_loss = optional_number(json.at("validation_loss")),
          .validation_accuracy = optional_number(json.at("validation_accuracy")),
          .learning_rate = json.at("learning_rate").get<double>(),
          .seconds = json.at("seconds").get<double>(),
          .images_per_second = json.at("images_per_second").get<double>()};
}

void write_metrics(const std::filesystem::path& folder, std::span<const EpochRecord> history) {
  std::string lines;
  std::string table;
  for (const EpochRecord& record : history) {
    const Json json = to_json(record);
    lines.append(json.dump()).append("\n");
    std::string header;
    std::string row;
    for (const auto& [key, value] : json.items()) {
      header.append(header.empty() ? "" : ",").append(key);
      row.append(row.empty() ? "" : ",").append(value.is_null() ? "" : value.dump());
    }
    if (table.empty()) {
      table.append(header).append("\n");
    }
    table.append(row).append("\n");
  }
  write_file_atomically(folder / "metrics.jsonl", lines);
  write_file_atomically(folder / "metrics.csv", table);
}

}  // namespace inkling

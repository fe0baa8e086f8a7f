// The training log as files.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "train/trainer.h"

namespace inkling {

// One JSON object without line breaks; absent figures are null.
std::string to_json_line(const EpochRecord& record);
// Throws nlohmann::json::exception when a figure is missing.
EpochRecord parse_json_line(std::string_view line);

// metrics.jsonl and metrics.csv in the folder: one line an epoch, each file replaced atomically.
// Throws FileError.
void write_metrics(const std::filesystem::path& folder, std::span<const EpochRecord> history);

}  // namespace inkling

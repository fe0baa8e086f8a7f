// Everything that the next step of a training depends on, in one file.
//
// A safetensors file: the weights in float32 under their own names, Adam's moments under
// "adam.first_moment.<name>" and "adam.second_moment.<name>", their averages under "ema.<name>"
// where the training keeps them, and in the metadata, beside the network's, "inkling.options",
// "inkling.data" (the training set's checksum) and "inkling.progress".
#pragma once

#include <filesystem>

#include "train/trainer.h"

namespace inkling {

// Replaces the file atomically. Throws FileError.
void save_checkpoint(const std::filesystem::path& path, Trainer& trainer);

// Puts the trainer where the checkpoint was: what follows is bit-identical to a training that was
// never stopped. Throws WeightsError when the file is damaged, or was written with other options
// (and names the first that differs; there may be more epochs now) or another training set.
void load_checkpoint(const std::filesystem::path& path, Trainer& trainer);

}  // namespace inkling

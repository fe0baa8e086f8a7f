// What bench-cpu times, registered with Google Benchmark.
#pragma once

namespace inkling::bench {

void register_peaks();             // "peak/…", on one thread and on all
void register_picture_steps();     // "decode/…", "prepare/…", on one thread
void register_prediction_steps();  // "predict/…", on one thread
void register_training_kernels();  // "train/…", on all

}  // namespace inkling::bench

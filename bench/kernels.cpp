// bench-kernels [BATCH=512] [SECONDS=0.05] [DEVICE=auto|cpu|cuda]: times each kernel of a LargerCNN training step at its
// real size, beside cuBLAS and cuDNN where they are, against what the device could do at its highest clock. Prints one
// JSON object; the median of seven rounds, ours and the peer's in turn, each as often replayed as SECONDS hold.
#include "kernels/kernels.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include <nlohmann/json.hpp>

#include "bench/kernel_cases.h"
#include "engine/recording.h"

namespace inkling {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr int kRounds = 7;

// Work, and how often a round repeats it.
class Timed {
 public:
  Timed(const Device& device, std::function<void()> work, double seconds)
      : recording_(device, std::move(work)), done_(Tensor::zeros({1}, Dtype::int32, device)) {
    for (int warm = 0; warm < 3; ++warm) {
      recording_.run();
    }
    const double once = time(1);
    repeats_ = static_cast<int>(std::clamp(seconds / once, 1.0, 10000.0));
  }

  void round() { seconds_.push_back(time(repeats_) / repeats_); }

  double median() {
    std::sort(seconds_.begin(), seconds_.end());
    return seconds_[seconds_.size() / 2];
  }
  double fastest() const { return *std::min_element(seconds_.begin(), seconds_.end()); }
  double slowest() const { return *std::max_element(seconds_.begin(), seconds_.end()); }

 private:
  double time(int repeats) {
    wait();
    const auto begun = Clock::now();
    for (int i = 0; i < repeats; ++i) {
      recording_.run();
    }
    wait();
    return std::chrono::duration<double>(Clock::now() - begun).count();
  }
  void wait() const { static_cast<void>(done_.to_host<std::int32_t>()); }

  Recording recording_;
  Tensor done_;
  int repeats_ = 1;
  std::vector<double> seconds_;
};

Json row_of(const KernelCase& kernel, const Device& device, const DeviceDescription& roof,
            double seconds) {
  Timed ours(device, kernel.ours, seconds);
  std::optional<Timed> peer;
  if (kernel.peer) {
    peer.emplace(device, kernel.peer, seconds);
  }
  for (int round = 0; round < kRounds; ++round) {
    ours.round();
    if (peer) {
      peer->round();
    }
  }
  const double median = ours.median();
  Json row = {{"kernel", kernel.name},
              {"precision", to_string(kernel.dtype)},
              {"microseconds", 1e6 * median},
              {"fastest", 1e6 * ours.fastest()},
              {"slowest", 1e6 * ours.slowest()},
              {"gflops", kernel.flops / median / 1e9},
              {"gbytes_per_s", kernel.bytes / median / 1e9},
              {"of_roofline", nullptr},
              {"peer", nullptr},
              {"peer_microseconds", nullptr},
              {"of_peer", nullptr}};
  const double flops = kernel.dtype == Dtype::bfloat16 ? roof.bf16_flops : roof.float32_flops;
  if (flops > 0 && roof.bytes_per_second > 0) {
    row["of_roofline"] =
        std::max(kernel.flops / flops, kernel.bytes / roof.bytes_per_second) / median;
  }
  if (peer) {
    row["peer"] = kernel.peer_name;
    row["peer_microseconds"] = 1e6 * peer->median();
    row["of_peer"] = peer->median() / median;
  }
  return row;
}

int run(Index batch, double seconds, const std::string& name) {
  const Device device = name == "cpu"    ? Device::cpu()
                        : name == "cuda" ? Device::cuda()
                                         : Device::automatic();
  const DeviceDescription roof =
      pick(device.type(), cpu::describe, cuda::describe)(device.stream());
  Peers peers(device);
  Json rows = Json::array();
  for (const KernelCase& kernel : kernel_cases(device, batch, peers)) {
    std::fprintf(stderr, "%s, %s\n", kernel.name.c_str(), to_string(kernel.dtype));
    rows.push_back(row_of(kernel, device, roof, seconds));
  }
  const Json report = {{"device", roof.name},
                       {"capability", roof.capability},
                       {"roof",
                        {{"float32_tflops", roof.float32_flops / 1e12},
                         {"bf16_tflops", roof.bf16_flops / 1e12},
                         {"gbytes_per_s", roof.bytes_per_second / 1e9}}},
                       {"peers", peers.versions()},
                       {"batch", batch},
                       {"kernels", rows}};
  std::printf("%s\n", report.dump(1).c_str());
  return 0;
}

}  // namespace
}  // namespace inkling

int main(int argc, char** argv) {
  try {
    const auto argument = [&](int i, double otherwise) {
      return argc > i ? std::atof(argv[i]) : otherwise;
    };
    return inkling::run(static_cast<inkling::Index>(argument(1, 512)), argument(2, 0.05),
                        argc > 3 ? argv[3] : "auto");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench-kernels: %s\n", error.what());
    return 1;
  }
}

// bench-kernels [BATCH=512] [SECONDS=0.05] [DEVICE=auto|cpu|cuda]: times each kernel of a LargerCNN
// training step at its real size, beside cuBLAS and cuDNN where they are, against what the device
// could do at its highest clock. Prints lines of JSON, the device first, then a kernel each as it
// is timed, so that a run that is cut off loses only the rest: the median of seven rounds, ours and
// the peer's in turn, each as often repeated as SECONDS hold. Exits 1 when a kernel failed; its
// line says how.
#include "kernels/kernels.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include <nlohmann/json.hpp>

#include "bench/kernel_cases.h"
#include "engine/device_graph.h"

namespace inkling {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr int kRounds = 7;
// On a GPU, in one graph: starting a graph takes longer than the smallest kernels.
constexpr int kCallsRecorded = 16;

// Work, and how often a round repeats it.
class Timed {
 public:
  Timed(const Device& device, const std::function<void()>& work, double seconds)
      : calls_(device.type() == DeviceType::cuda ? kCallsRecorded : 1),
        graph_(device,
               [calls = calls_, work] {
                 for (int i = 0; i < calls; ++i) {
                   work();
                 }
               }),
        done_(Tensor::zeros({1}, Dtype::int32, device)) {
    for (int warm = 0; warm < 3; ++warm) {
      graph_.run();
    }
    const double once = time(1);
    repeats_ = static_cast<int>(std::clamp(seconds / once, 1.0, 10000.0));
  }

  void round() { seconds_.push_back(time(repeats_) / repeats_ / calls_); }

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
      graph_.run();
    }
    wait();
    return std::chrono::duration<double>(Clock::now() - begun).count();
  }
  void wait() const { static_cast<void>(done_.to_host<std::int32_t>()); }

  int calls_;
  DeviceGraph graph_;
  Tensor done_;
  int repeats_ = 1;
  std::vector<double> seconds_;
};

class Peer {
 public:
  Peer(const KernelCase& kernel, const Device& device, double seconds) : told_(kernel.peer_name) {
    if (kernel.peer) {
      attempt([&] { timed_.emplace(device, kernel.peer, seconds); });
    }
  }
  void round() {
    if (timed_) {
      attempt([&] { timed_->round(); });
    }
  }
  void write_to(Json& row, double ours) {
    if (!told_.empty()) {
      row["peer"] = told_;
    }
    if (timed_) {
      row["peer_microseconds"] = 1e6 * timed_->median();
      row["of_peer"] = timed_->median() / ours;
    }
  }

 private:
  template <class Work>
  void attempt(const Work& work) {
    try {
      work();
    } catch (const std::exception& refusal) {
      told_ += std::string(": ") + refusal.what();
      timed_.reset();
    }
  }

  std::string told_;
  std::optional<Timed> timed_;
};

Json row_of(const KernelCase& kernel, const Device& device, const DeviceDescription& roof,
            double seconds) {
  Timed ours(device, kernel.ours, seconds);
  Peer peer(kernel, device, seconds);
  for (int round = 0; round < kRounds; ++round) {
    ours.round();
    peer.round();
  }
  const double median = ours.median();
  Json row = {{"microseconds", 1e6 * median},
              {"fastest", 1e6 * ours.fastest()},
              {"slowest", 1e6 * ours.slowest()},
              {"gflops", kernel.flops / median / 1e9},
              {"gbytes_per_s", kernel.bytes / median / 1e9},
              {"in_cache", kernel.bytes < roof.cache_bytes}};
  const double flops = kernel.dtype == Dtype::bfloat16 ? roof.bf16_flops : roof.float32_flops;
  if (flops > 0 && roof.bytes_per_second > 0) {
    row["of_roofline"] =
        std::max(kernel.flops / flops, kernel.bytes / roof.bytes_per_second) / median;
  }
  peer.write_to(row, median);
  return row;
}

void print(const Json& line) {
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
}

int run(Index batch, double seconds, const std::string& name) {
  const Device device = name == "cpu"    ? Device::cpu()
                        : name == "cuda" ? Device::cuda()
                                         : Device::automatic();
  const DeviceDescription roof =
      pick(device.type(), cpu::describe, cuda::describe)(device.stream());
  Peers peers(device);
  print({{"device", roof.name},
         {"capability", roof.capability},
         {"float32_tflops", roof.float32_flops / 1e12},
         {"bf16_tflops", roof.bf16_flops / 1e12},
         {"gbytes_per_s", roof.bytes_per_second / 1e9},
         {"cache_mbytes", roof.cache_bytes / 1e6},
         {"peers", peers.versions()},
         {"batch", batch}});
  int exit_code = 0;
  visit_kernel_cases(device, batch, peers, [&](const KernelCase& kernel) {
    Json line = {{"kernel", kernel.name}, {"precision", to_string(kernel.dtype)}};
    try {
      line.update(row_of(kernel, device, roof, seconds));
    } catch (const std::exception& failure) {
      line["failure"] = failure.what();
      exit_code = 1;
    }
    print(line);
  });
  return exit_code;
}

}  // namespace
}  // namespace inkling

int main(int argc, char** argv) {
  try {
    const auto argument = [&](int i, double otherwise) {
      return argc > i ? std::strtod(argv[i], nullptr) : otherwise;
    };
    return inkling::run(static_cast<inkling::Index>(argument(1, 512)), argument(2, 0.05),
                        argc > 3 ? argv[3] : "auto");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench-kernels: %s\n", error.what());
    return 1;
  }
}

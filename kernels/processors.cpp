#include "kernels/processors.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include <sched.h>

namespace inkling {
namespace {

// Microseconds of computing in each period, as a number of processors; 0 for no quota, which is
// "max" or -1.
double ratio(const std::string& quota, double period) {
  try {
    const double microseconds = std::stod(quota);
    return microseconds > 0 && period > 0 ? microseconds / period : 0;
  } catch (const std::exception&) {
    return 0;
  }
}

double quota_of_group(const std::filesystem::path& group) {
  std::string quota;
  double period = 0;
  if (std::ifstream file(group / "cpu.max"); file >> quota >> period) {
    return ratio(quota, period);
  }
  std::ifstream quota_file(group / "cpu.cfs_quota_us");
  std::ifstream period_file(group / "cpu.cfs_period_us");
  return quota_file >> quota && period_file >> period ? ratio(quota, period) : 0;
}

// The folder of a process's group, relative to where its hierarchy is mounted: of "0::/a/b" and of
// "4:cpu,cpuacct:/a/b" the "a/b". In a container that sees its own groups alone it is often one
// that is not there.
std::vector<std::filesystem::path> folders(const std::filesystem::path& groups,
                                           const std::filesystem::path& membership) {
  std::vector<std::filesystem::path> found;
  std::ifstream file(membership);
  for (std::string line; std::getline(file, line);) {
    const std::size_t controllers = line.find(':') + 1;
    const std::size_t path = line.find(":/", controllers);
    if (controllers == 0 || path == std::string::npos) {
      continue;
    }
    std::string names(1, ',');
    names.append(line, controllers, path - controllers).append(1, ',');
    const std::filesystem::path below = line.substr(path + 2);
    if (names == ",,") {
      found.push_back(groups / below);
    } else if (names.find(",cpu,") != std::string::npos) {
      found.push_back(groups / "cpu" / below);
    }
  }
  return found;
}

}  // namespace

double cpu_quota(const std::filesystem::path& groups, const std::filesystem::path& membership) {
  double least = 0;
  for (std::filesystem::path folder : folders(groups, membership)) {
    while (true) {
      const double quota = quota_of_group(folder);
      if (quota > 0) {
        least = least > 0 ? std::min(least, quota) : quota;
      }
      if (folder == groups || folder == folder.parent_path()) {
        break;
      }
      folder = folder.parent_path();
    }
  }
  return least;
}

int available_processors() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  // It fails on machines of more than 1,024 processors, whose share is set by a quota then.
  const int processors =
      sched_getaffinity(0, sizeof(mask), &mask) == 0 ? std::max(1, CPU_COUNT(&mask)) : 1024;
  const double quota = cpu_quota("/sys/fs/cgroup", "/proc/self/cgroup");
  return quota > 0 ? std::min(processors, static_cast<int>(std::ceil(quota))) : processors;
}

}  // namespace inkling

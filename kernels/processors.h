// How many processors this process may use, which in a container is seldom what the machine has.
#pragma once

#include <filesystem>

namespace inkling {

// The processors of the scheduler's mask, and no more than the CPU quota of the control group
// ("docker run --cpus", a task's or a pod's limit), half a one counted as one; at least 1.
// Thread-safe.
int available_processors();

// The quota alone, in processors, 0 for none: the least of the group's and of those above it.
// groups: where control groups are mounted, /sys/fs/cgroup; membership: a process's
// /proc/PID/cgroup. Version 2 (cpu.max) and version 1 (cpu.cfs_quota_us): cgroups(7).
double cpu_quota(const std::filesystem::path& groups, const std::filesystem::path& membership);

}  // namespace inkling

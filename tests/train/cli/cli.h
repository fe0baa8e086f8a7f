// Runs the `inkling` program as its users call it.
#pragma once

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/idx_files.h"
#include "tests/support/temporary_folder.h"
#include "tests/train/synthetic.h"

namespace inkling {

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

inline std::string read_text(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) {
    return {};  // /dev/full gives bytes without end
  }
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// An exit code. std::system() would do, were it safe with threads.
inline int run_in_shell(const std::string& command) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

class Cli : public testing::Test {
 protected:
  TemporaryFolder folder;
  std::filesystem::path data = folder.path() / "data";
  std::filesystem::path run = folder.path() / "run";
  std::filesystem::path out_file = folder.path() / "out";
  std::filesystem::path in_file = "/dev/null";

  void SetUp() override {
    std::filesystem::create_directory(data);
    write_set("train", 400);
    write_set("t10k", 40);
    std::ofstream(folder.path() / "network.json") << to_json(small_options().network);
  }

  void write_set(const std::string& name, std::int64_t count) const {
    const Dataset set = synthetic_dataset(count);
    const auto images = static_cast<std::uint32_t>(count);
    write_file(data / (name + "-images-idx3-ubyte"), idx_bytes({images, 8, 8}, set.images));
    write_file(data / (name + "-labels-idx1-ubyte"), idx_bytes({images}, set.labels));
  }

  // max_file_bytes: no file may grow beyond it, as on a disk that is full.
  pid_t start(const std::vector<std::string>& arguments,
              rlim_t max_file_bytes = RLIM_INFINITY) const {
    std::vector<std::string> words{INKLING_BINARY};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) {
      argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      (void)!std::freopen(in_file.c_str(), "r", stdin);
      (void)!std::freopen(out_file.c_str(), "w", stdout);
      (void)!std::freopen((folder.path() / "err").c_str(), "w", stderr);
      const rlimit limit{max_file_bytes, max_file_bytes};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      ::signal(SIGXFSZ, SIG_IGN);  // so that write() fails, as it does for want of space
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    return child;
  }

  Outcome finish(pid_t child) const {
    int status = 0;
    ::waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), read_text(out_file),
            read_text(folder.path() / "err")};
  }

  Outcome inkling(const std::vector<std::string>& arguments) const {
    return finish(start(arguments));
  }

  // A training of 40 epochs, ended by a signal once the first epoch is done.
  Outcome stop_training_by(int signal) const {
    return stop_by(signal, run / "metrics.csv", train_arguments({"--epochs", "40"}));
  }

  // A program that is ended by a signal once it has written a file.
  Outcome stop_by(int signal, const std::filesystem::path& file,
                  const std::vector<std::string>& arguments) const {
    const pid_t child = start(arguments);
    while (!std::filesystem::exists(file)) {
      int status = 0;
      if (::waitpid(child, &status, WNOHANG) != 0) {
        ADD_FAILURE() << read_text(folder.path() / "err");
        return {};
      }
      std::this_thread::yield();
    }
    ::kill(child, signal);
    return finish(child);
  }

  // In one line on standard error, and with that exit code.
  void expect_refusal(const std::vector<std::string>& arguments, int exit_code,
                      const std::string& part) const {
    const Outcome result = inkling(arguments);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_THAT(result.err, testing::HasSubstr(part));
    EXPECT_EQ(result.err.rfind("inkling: ", 0), 0U) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_EQ(result.out, "");
  }

  std::vector<std::string> train_arguments(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"train",
                                   "--data",
                                   data,
                                   "--out",
                                   run,
                                   "--network",
                                   folder.path() / "network.json",
                                   "--validation",
                                   "40",
                                   "--batch-size",
                                   "16",
                                   "--lr",
                                   "0.01",
                                   "--epochs",
                                   "3"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
};

}  // namespace inkling

#include "tests/server/process.h"

#include <array>
#include <csignal>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace inkling {

Process::Process(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("cannot make a pipe");
  }
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  const int error = posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  stderr_ = ends[0];
  if (error != 0) {
    close(stderr_);
    throw std::runtime_error("cannot start " + arguments.front());
  }
}

Process::~Process() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (stderr_ >= 0) {
    close(stderr_);
  }
}

std::string Process::read_until(const std::string& text) {
  constexpr int kPatience = 60'000;
  while (true) {
    const std::size_t found = text.empty() ? std::string::npos : buffer_.find(text);
    const std::size_t end = found == std::string::npos ? found : buffer_.find('\n', found);
    if (end != std::string::npos) {
      std::string lines = buffer_.substr(0, end + 1);
      buffer_.erase(0, end + 1);
      return lines;
    }
    pollfd readable{stderr_, POLLIN, 0};
    if (poll(&readable, 1, kPatience) != 1) {
      throw std::runtime_error("no output after: " + buffer_);
    }
    std::array<char, 4096> bytes{};
    const ssize_t count = read(stderr_, bytes.data(), bytes.size());
    if (count <= 0) {
      return std::exchange(buffer_, {});
    }
    buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

void Process::close_standard_error() { close(std::exchange(stderr_, -1)); }

void Process::fill_standard_error() const {
  const std::string its = "/proc/" + std::to_string(pid_) + "/fd/2";
  const int fd = open(its.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) {
    throw std::runtime_error("cannot open " + its);
  }
  const std::array<char, 4096> bytes{};
  while (write(fd, bytes.data(), bytes.size()) > 0) {
  }
  close(fd);
}

void Process::signal(int number) const { kill(pid_, number); }

int Process::wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace inkling

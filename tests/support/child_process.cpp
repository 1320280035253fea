#include "tests/support/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

extern char** environ;

namespace laoke::test {
namespace {

using SteadyClock = std::chrono::steady_clock;

pid_t spawn(const std::vector<std::string>& command, int output) {
  std::vector<char*> arguments;
  for (const auto& piece : command) arguments.push_back(const_cast<char*>(piece.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_adddup2(&actions, output, 2);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + command[0]);
  return pid;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  pipe_ = ends[0];
  pid_ = spawn(command, ends[1]);
  ::close(ends[1]);
}

ChildProcess::~ChildProcess() {
  if (!ended_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(pipe_);
}

bool ChildProcess::hear(SteadyClock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
  pollfd wanted{pipe_, POLLIN, 0};
  if (left <= 0 || ::poll(&wanted, 1, static_cast<int>(left)) <= 0) return false;
  char buffer[4096];
  const auto length = ::read(pipe_, buffer, sizeof buffer);
  if (length <= 0) return false;
  said_.append(buffer, static_cast<std::size_t>(length));
  return true;
}

std::string ChildProcess::wait_for(const std::string& text, std::chrono::milliseconds most) {
  const auto deadline = SteadyClock::now() + most;
  while (said_.find(text) == std::string::npos)
    if (!hear(deadline)) return "";
  return said_;
}

void ChildProcess::signal(int number) const {
  if (!ended_) ::kill(pid_, number);
}

// The pipe closes when the process ends, so that waiting for its end is waiting for its last word.
std::optional<int> ChildProcess::wait_exit(std::chrono::milliseconds most) {
  const auto deadline = SteadyClock::now() + most;
  while (hear(deadline)) {
  }
  if (SteadyClock::now() >= deadline || ended_) return std::nullopt;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  ended_ = true;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace laoke::test

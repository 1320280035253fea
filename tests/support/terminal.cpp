#include "tests/support/terminal.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace laoke::test {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const auto& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

}  // namespace

Terminal::Terminal(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
  auto with_path = environment;
  with_path.push_back("PATH=/usr/bin:/bin");
  const auto arguments = pointers(command), settings = pointers(with_path);
  pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
  if (pid_ < 0) throw std::runtime_error("no terminal for the test");
  if (pid_ > 0) return;
  ::execve(arguments[0], arguments.data(), settings.data());
  ::_exit(127);
}

Terminal::~Terminal() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (terminal_ >= 0) ::close(terminal_);
}

// False: the program closed the terminal, or the time is over.
bool Terminal::see(std::chrono::steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  pollfd waiting{terminal_, POLLIN, 0};
  if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return false;
  char bytes[4096];
  const ssize_t count = ::read(terminal_, bytes, sizeof bytes);  // an error is how the end of a terminal looks
  if (count <= 0) return false;
  screen_.append(bytes, static_cast<std::size_t>(count));
  return true;
}

std::string Terminal::wait_for(const std::string& text, std::chrono::milliseconds most) {
  const auto deadline = std::chrono::steady_clock::now() + most;
  while (screen_.find(text) == std::string::npos)
    if (!see(deadline)) return "";
  return screen_;
}

void Terminal::type(const std::string& line) const {
  const std::string keys = line + "\n";
  if (::write(terminal_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) throw std::runtime_error("nobody reads the terminal");
}

std::optional<int> Terminal::wait_exit(std::chrono::milliseconds most) {
  const auto deadline = std::chrono::steady_clock::now() + most;
  while (see(deadline)) {
  }
  int status = 0;
  if (std::chrono::steady_clock::now() >= deadline || ::waitpid(pid_, &status, 0) != pid_) return std::nullopt;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace laoke::test

#pragma once
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace laoke::test {

// A program of its own, with what it says on standard output and error. Killed and collected on destruction.
class ChildProcess {
 public:
  explicit ChildProcess(const std::vector<std::string>& command);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Everything it has said once `text` is in it; "" when it ended or the time was over before.
  std::string wait_for(const std::string& text, std::chrono::milliseconds most = std::chrono::seconds(60));
  void signal(int number) const;
  // Its exit code (128 + the signal that ended it); none when it still runs at the end of the time.
  std::optional<int> wait_exit(std::chrono::milliseconds most = std::chrono::seconds(60));
  const std::string& said() const { return said_; }

 private:
  bool hear(std::chrono::steady_clock::time_point deadline);  // false: it ended, or the time is over
  pid_t pid_ = -1;
  int pipe_ = -1;
  bool ended_ = false;
  std::string said_;
};

}  // namespace laoke::test

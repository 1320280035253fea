#pragma once
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace laoke::test {

// A program with a terminal of its own, as a person sits at it. Killed and collected on destruction.
class Terminal {
 public:
  // `environment`: "NAME=value"; nothing else reaches the program but PATH.
  Terminal(const std::vector<std::string>& command, const std::vector<std::string>& environment);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Everything on the screen once `text` is on it; "" when it ended or the time was over before.
  std::string wait_for(const std::string& text, std::chrono::milliseconds most = std::chrono::seconds(60));
  void type(const std::string& line) const;  // and the return key
  // Its exit code, once it ended and all it said is on the screen; none when it still runs at the end of the time.
  std::optional<int> wait_exit(std::chrono::milliseconds most = std::chrono::seconds(60));
  const std::string& screen() const { return screen_; }

 private:
  bool see(std::chrono::steady_clock::time_point deadline);
  pid_t pid_ = -1;
  int terminal_ = -1;
  std::string screen_;
};

}  // namespace laoke::test

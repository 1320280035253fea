#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "tests/faults/fault_control.h"
#include "tests/support/child_process.h"

namespace laoke::faults {

// How a node is to be run.
struct NodePlan {
  std::string program;       // the laoke binary
  std::string preload;       // libfaults.so, "" without
  std::string folder;        // its data folder; the driver's files of this node lie there too
  std::string database_url;  // "" SQLite in the folder
  int port = 0;              // the same at every start
};

// One `laoke serve` that is started, killed, frozen and stopped again and again. Belongs to one thread; only port() may be
// asked from others.
class Node {
 public:
  explicit Node(NodePlan plan);
  ~Node();  // kills it when it runs
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // Ready to serve when it returns; throws with what the program said otherwise.
  void start();
  void kill();
  // SIGTERM, and the end within 30 s with exit code 0; throws otherwise.
  void stop();
  void freeze();
  void thaw();
  bool running() const { return process_ != nullptr; }

  int port() const { return plan_.port; }
  std::string url(const std::string& path) const;
  std::string database_file() const { return plan_.folder + "/laoke.db"; }
  std::string write_log() const { return plan_.folder + "/writes.log"; }
  std::string log_file() const { return plan_.folder + "/log"; }
  FaultControl& control() { return *control_; }

 private:
  std::vector<std::string> command() const;

  const NodePlan plan_;
  FaultControl* control_ = nullptr;  // mapped from a file in the folder
  std::unique_ptr<test::ChildProcess> process_;
  bool frozen_ = false;
};

int free_port();

}  // namespace laoke::faults

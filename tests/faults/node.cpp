#include "tests/faults/node.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <new>
#include <stdexcept>

namespace laoke::faults {
namespace {

using namespace std::chrono_literals;

FaultControl* map_control(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0 || ::ftruncate(file, sizeof(FaultControl)) != 0) throw std::runtime_error("cannot make " + path);
  void* memory = ::mmap(nullptr, sizeof(FaultControl), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (memory == MAP_FAILED) throw std::runtime_error("cannot map " + path);
  return new (memory) FaultControl;
}

}  // namespace

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool good = ::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(socket);
  if (!good) throw std::runtime_error("there is no free port");
  return ntohs(address.sin_port);
}

Node::Node(NodePlan plan) : plan_(std::move(plan)) {
  std::filesystem::create_directories(plan_.folder);
  control_ = map_control(plan_.folder + "/control");
}

Node::~Node() {
  if (frozen_) thaw();
  process_.reset();
  ::munmap(control_, sizeof(FaultControl));
}

std::vector<std::string> Node::command() const {
  std::vector<std::string> words{"/usr/bin/env"};
  if (!plan_.preload.empty()) {
    words.push_back("LD_PRELOAD=" + plan_.preload);
    words.push_back(std::string(kControlVariable) + "=" + plan_.folder + "/control");
    words.push_back(std::string(kWriteLogVariable) + "=" + write_log());
    words.push_back("ASAN_OPTIONS=verify_asan_link_order=0");
  }
  for (const std::string& word : {plan_.program, std::string("serve"), std::string("--data-dir"), plan_.folder, std::string("--listen"),
                                  "127.0.0.1:" + std::to_string(plan_.port), std::string("--language"), std::string("en"),
                                  std::string("--log-file"), log_file(), std::string("--public-url"), url("")})
    words.push_back(word);
  if (!plan_.database_url.empty()) words.insert(words.end(), {"--database", plan_.database_url});
  return words;
}

void Node::start() {
  process_ = std::make_unique<test::ChildProcess>(command());
  if (process_->wait_for("Laoke is ready", 120s).empty()) throw std::runtime_error("a node does not start: " + process_->said());
}

void Node::kill() {
  if (!process_) return;
  process_->signal(SIGKILL);
  const auto code = process_->wait_exit(60s);
  const std::string said = process_->said();
  process_.reset();
  frozen_ = false;
  if (code != 128 + SIGKILL) throw std::runtime_error("a node had ended by itself: " + said);
}

void Node::stop() {
  if (!process_) return;
  process_->signal(SIGTERM);
  const auto code = process_->wait_exit(60s);
  const std::string said = process_->said();
  process_.reset();
  if (!code) throw std::runtime_error("a node does not stop within a minute: " + said);
  if (*code != 0) throw std::runtime_error("a node stopped with code " + std::to_string(*code) + ": " + said);
}

void Node::freeze() {
  process_->signal(SIGSTOP);
  frozen_ = true;
}

void Node::thaw() {
  if (process_) process_->signal(SIGCONT);
  frozen_ = false;
}

std::string Node::url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(plan_.port) + path; }

}  // namespace laoke::faults

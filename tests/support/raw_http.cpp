#include "tests/support/raw_http.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace laoke::test {

using Clock = std::chrono::steady_clock;

RawHttp::RawHttp(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)), port_(port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
    ::close(socket_);
    throw std::runtime_error("nobody listens on port " + std::to_string(port));
  }
}

RawHttp::~RawHttp() { ::close(socket_); }

bool RawHttp::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool RawHttp::fill(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  pollfd one{socket_, POLLIN, 0};
  if (left <= 0 || ::poll(&one, 1, static_cast<int>(left)) <= 0) return false;
  char buffer[8192];
  const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
  if (count > 0) in_.append(buffer, static_cast<std::size_t>(count));
  return count > 0;
}

std::string RawHttp::until(std::string_view text, std::chrono::milliseconds wait) {
  const auto deadline = Clock::now() + wait;
  std::size_t at;
  while ((at = in_.find(text)) == std::string::npos)
    if (!fill(deadline)) return {};
  std::string taken = in_.substr(0, at + text.size());
  in_.erase(0, taken.size());
  return taken;
}

RawHttp::Answer RawHttp::answer(std::chrono::milliseconds wait) {
  Answer answer;
  answer.head = until("\r\n\r\n", wait);
  if (answer.head.size() < 12) return answer;
  answer.status = std::stoi(answer.head.substr(9, 3));
  const std::size_t at = answer.head.find("Content-Length: ");
  const std::size_t size = at == std::string::npos ? 0 : std::stoul(answer.head.substr(at + 16));
  const auto deadline = Clock::now() + wait;
  while (in_.size() < size && fill(deadline)) {
  }
  answer.body = in_.substr(0, size);
  in_.erase(0, size);
  return answer;
}

bool RawHttp::closed(std::chrono::milliseconds wait) {
  const auto deadline = Clock::now() + wait;
  if (!in_.empty()) return false;
  while (Clock::now() < deadline) {
    if (fill(deadline)) return false;  // it said something more
    char byte;
    const ssize_t count = ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN)) return true;
  }
  return false;
}

std::string get(std::string_view path) { return "GET " + std::string(path) + " HTTP/1.1\r\nHost: laoke\r\n\r\n"; }

std::string post(std::string_view path, std::string_view body) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: laoke\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

long resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmRSS:") {
      long kib = 0;
      status >> kib;
      return kib;
    }
  return 0;
}

}  // namespace laoke::test

#include "bot/http/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace laoke::http {
namespace {

constexpr std::size_t kReadBytes = 8 << 10;     // a callback with its headers fits, so one recv takes it whole
constexpr std::size_t kFlushBytes = 64 << 10;   // larger answers leave in pieces
constexpr std::size_t kDrainBytes = 1 << 20;    // of an unwanted body, read and dropped before closing
constexpr std::chrono::milliseconds kDrainTime{500};

int milliseconds_until(Moment deadline) {
  if (deadline == Moment::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1 << 30));
}

bool ready(int socket, short what, int wait_ms) {
  pollfd one{socket, what, 0};
  int answer;
  do answer = ::poll(&one, 1, wait_ms);
  while (answer < 0 && errno == EINTR);
  return answer > 0;
}

}  // namespace

Connection::Connection(int socket, std::chrono::milliseconds write_timeout, std::atomic<std::size_t>& open)
    : socket_(socket), write_timeout_(write_timeout), open_(open) {
  ++open_;
  const int on = 1;
  // Without it every answer on a kept connection waits 43 ms for a delayed acknowledgement (docs/performance.md).
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  char text[INET6_ADDRSTRLEN] = "";
  if (::getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &length) != 0) return;
  if (address.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
    ::inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
    peer_port_ = ntohs(v4->sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    peer_port_ = ntohs(v6->sin6_port);
  }
  peer_ = text;
}

Connection::~Connection() {
  ::close(socket_);
  --open_;
}

Connection::Arrival Connection::have(std::size_t header_limit_bytes) {
  if (used_ > 0) {  // what the last request left
    in_.erase(0, used_);
    if (in_.empty() && in_.capacity() > 4 * kReadBytes) in_.shrink_to_fit();
    scanned_ = used_ = 0;
  }
  const std::size_t end = in_.find("\r\n\r\n", scanned_ < 3 ? 0 : scanned_ - 3);
  scanned_ = in_.size();
  if ((end == std::string::npos ? in_.size() : end) > header_limit_bytes) return Arrival::kTooLarge;
  return end == std::string::npos ? Arrival::kMore : Arrival::kHeaders;
}

Connection::Arrival Connection::receive(std::size_t header_limit_bytes) {
  const std::size_t before = in_.size();
  in_.resize(before + kReadBytes);
  const ssize_t got = ::recv(socket_, in_.data() + before, kReadBytes, MSG_DONTWAIT);
  const bool nothing_yet = got < 0 && (errno == EAGAIN || errno == EINTR);
  in_.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
  if (got <= 0) return nothing_yet ? Arrival::kMore : Arrival::kGone;
  return have(header_limit_bytes);
}

bool Connection::readable_within(std::chrono::milliseconds wait) const {
  return ready(socket_, POLLIN, static_cast<int>(wait.count()));
}

bool Connection::peer_gone() const {
  char byte;
  const ssize_t got = ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

std::size_t Connection::read(char* to, std::size_t size) {
  if (used_ < in_.size()) {
    const std::size_t taken = std::min(size, in_.size() - used_);
    std::memcpy(to, in_.data() + used_, taken);
    used_ += taken;
    return taken;
  }
  if (!flush()) return 0;  // a "100 Continue" the peer waits for
  while (true) {
    const ssize_t got = ::recv(socket_, to, size, MSG_DONTWAIT);
    if (got > 0) return static_cast<std::size_t>(got);
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) return 0;
    if (errno == EAGAIN && !ready(socket_, POLLIN, milliseconds_until(read_deadline_))) return 0;
  }
}

bool Connection::write(const char* from, std::size_t size) {
  out_.append(from, size);
  return (write_through_ || out_.size() > kFlushBytes) ? flush() : !broken_;
}

bool Connection::flush() {
  std::size_t sent = 0;
  while (!broken_ && sent < out_.size()) {
    const ssize_t count = ::send(socket_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      broken_ = !ready(socket_, POLLOUT, static_cast<int>(write_timeout_.count()));
    } else if (errno != EINTR) {
      broken_ = true;
    }
  }
  out_.clear();
  return !broken_;
}

bool Connection::flush_at_once() {
  const ssize_t sent = broken_ ? -1 : ::send(socket_, out_.data(), out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  broken_ = sent != static_cast<ssize_t>(out_.size());
  out_.clear();
  return !broken_;
}

void Connection::finish(bool unread) {
  if (!flush()) return;
  ::shutdown(socket_, SHUT_WR);
  if (!unread) return;
  read_until(std::chrono::steady_clock::now() + kDrainTime);
  char dropped[kReadBytes];
  in_.clear();
  used_ = 0;
  for (std::size_t total = 0; total < kDrainBytes;) {
    const std::size_t got = read(dropped, sizeof dropped);
    if (got == 0) return;
    total += got;
  }
}

void Connection::shut() { ::shutdown(socket_, SHUT_RDWR); }

}  // namespace laoke::http

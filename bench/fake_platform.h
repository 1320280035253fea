#pragma once
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace laoke::bench {

// A Telegram that accepts everything at once: one thread over all connections. Answers sendMessage with a message, getMe
// with a bot and every other method with true. GET /accepted tells how many messages it took.
class FakePlatform {
 public:
  // Port 0: any that is free.
  explicit FakePlatform(int port = 0) : listener_(::socket(AF_INET, SOCK_STREAM, 0)), poll_(::epoll_create1(0)) {
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 1024) != 0 || ::getsockname(listener_, generic, &size) != 0)
      throw std::runtime_error("no loopback port");
    port_ = ntohs(address.sin_port);
    watch(listener_);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakePlatform() {
    stopping_ = true;
    thread_.join();
    for (const auto& [peer, data] : peers_) ::close(peer);
    ::close(listener_), ::close(poll_);
  }
  FakePlatform(const FakePlatform&) = delete;
  FakePlatform& operator=(const FakePlatform&) = delete;

  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::size_t connections() const { return connections_; }
  // When each message came, since the last call.
  std::vector<std::int64_t> arrivals_us() {
    const std::lock_guard lock(mutex_);
    return std::exchange(arrivals_us_, {});
  }

 private:
  void watch(int peer) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = peer;
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, peer, &event);
  }
  void serve() {
    epoll_event events[64];
    while (!stopping_) {
      const int ready = ::epoll_wait(poll_, events, 64, 100);
      for (int i = 0; i < ready; ++i) events[i].data.fd == listener_ ? welcome() : receive(events[i].data.fd);
    }
  }
  void welcome() {
    const int peer = ::accept(listener_, nullptr, nullptr), on = 1;
    if (peer < 0) return;
    ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++connections_;
    peers_[peer];
    watch(peer);
  }
  void receive(int peer) {
    char buffer[8192];
    const ssize_t got = ::recv(peer, buffer, sizeof buffer, 0);
    if (got <= 0) {
      peers_.erase(peer);
      ::close(peer);
      return;
    }
    std::string& data = peers_[peer];
    data.append(buffer, static_cast<std::size_t>(got));
    for (;;) {
      const std::size_t head = data.find("\r\n\r\n");
      if (head == std::string::npos) return;
      const std::size_t at = std::min(data.find("Content-Length: "), data.find("content-length: "));
      const std::size_t body = at < head ? std::strtoul(data.c_str() + at + 16, nullptr, 10) : 0;
      if (data.size() < head + 4 + body) return;
      answer(peer, std::string_view(data).substr(0, data.find("\r\n")));
      data.erase(0, head + 4 + body);
    }
  }
  std::string body_for(std::string_view request_line) {
    const auto asks = [&](std::string_view what) { return request_line.find(what) != std::string_view::npos; };
    if (asks("/sendMessage")) {
      const std::lock_guard lock(mutex_);
      arrivals_us_.push_back(
          std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count());
      return R"({"ok":true,"result":{"message_id":)" + std::to_string(++last_message_) +
             R"(,"date":1790000000,"chat":{"id":900100,"type":"private"},"text":"ok"}})";
    }
    if (asks("/accepted ")) return std::to_string(last_message_);
    if (asks("/getMe"))
      return R"({"ok":true,"result":{"id":7700112233,"is_bot":true,"first_name":"bench","username":"bench_bot"}})";
    if (asks("/getWebhookInfo"))
      return R"({"ok":true,"result":{"url":"","has_custom_certificate":false,"pending_update_count":0}})";
    return R"({"ok":true,"result":true})";
  }
  void answer(int peer, std::string_view request_line) {
    const std::string body = body_for(request_line);
    const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    ::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  int listener_, poll_, port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> connections_{0};
  std::int64_t last_message_ = 0;
  std::map<int, std::string> peers_;
  std::mutex mutex_;  // guards the next
  std::vector<std::int64_t> arrivals_us_;
  std::thread thread_;
};

}  // namespace laoke::bench

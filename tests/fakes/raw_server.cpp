#include "tests/fakes/raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace laoke::test {
namespace {

// Bytes of the first whole request in `data`; npos while it is not whole.
std::size_t request_size(const std::string& data) {
  const std::size_t head = data.find("\r\n\r\n");
  if (head == std::string::npos) return std::string::npos;
  const std::size_t at = data.find("Content-Length: ");
  const std::size_t body = at < head ? std::stoul(data.substr(at + 16)) : 0;
  return data.size() >= head + 4 + body ? head + 4 + body : std::string::npos;
}

}  // namespace

RawServer::RawServer(Behave behave) : behave_(std::move(behave)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic, &size) != 0)
    throw std::runtime_error("no loopback port for the test");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

RawServer::~RawServer() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  if (const int peer = peer_; peer >= 0) ::shutdown(peer, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string RawServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

void RawServer::serve() {
  while (!stopping_) {
    const int peer = ::accept(listener_, nullptr, nullptr);
    if (peer < 0) return;
    ++connections_;
    peer_ = peer;
    if (!stopping_) serve_connection(peer);
    peer_ = -1;
    ::close(peer);
    ++closed_;
  }
}

void RawServer::serve_connection(int peer) {
  const auto write = [peer](const std::string& bytes) { ::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL); };
  std::string data;
  char buffer[4096];
  for (;;) {
    const ssize_t got = ::recv(peer, buffer, sizeof buffer, 0);
    if (got <= 0) return;
    data.append(buffer, static_cast<std::size_t>(got));
    const std::size_t size = request_size(data);
    if (size == std::string::npos) continue;
    const std::string request = data.substr(0, size);
    data.erase(0, size);
    if (!behave_(request, write)) return;
  }
}

std::string http_answer(int status, const std::string& body, const std::string& more_headers) {
  return "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         more_headers + "\r\n" + body;
}

}  // namespace laoke::test

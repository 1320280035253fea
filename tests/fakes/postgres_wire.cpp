#include "tests/fakes/postgres_wire.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace laoke::test {
namespace {

constexpr std::string_view kSocketName = "/.s.PGSQL.5432";
constexpr std::string_view kCommitted{"COMMIT\0", 7};  // the tag of the answer
constexpr int kLookAgainMs = 20;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

// "postgresql:///x?host=/folder&user=u" -> "/folder"
std::string folder_of(const std::string& url) {
  const auto at = url.find("host=");
  if (at == std::string::npos) throw std::logic_error("the wire needs a server on a socket: " + url);
  const auto from = at + 5, to = std::min(url.find('&', from), url.size());
  return url.substr(from, to - from);
}

}  // namespace

PostgresWire::PostgresWire(const std::string& server_url) {
  const std::string folder = folder_of(server_url);
  server_socket_ = folder + std::string(kSocketName);
  url_ = server_url;
  url_.replace(url_.find("host=") + 5, folder.size(), dir_.path().string());
  listening_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(dir_.path().string() + std::string(kSocketName));
  if (bind(listening_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(listening_, 16) != 0)
    throw std::runtime_error("no socket for the wire");
  thread_ = std::thread([this] { accept_loop(); });
}

PostgresWire::~PostgresWire() {
  stopping_ = true;
  thread_.join();
  while (open_ > 0) std::this_thread::yield();
  close(listening_);
}

void PostgresWire::accept_loop() {
  while (!stopping_) {
    pollfd file{listening_, POLLIN, 0};
    if (poll(&file, 1, kLookAgainMs) != 1) continue;
    const int client = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    ++open_;
    std::thread([this, client] {
      carry(client);
      close(client);
      --open_;
    }).detach();
  }
}

void PostgresWire::carry(int client) {
  const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(server_socket_);
  bool going = connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  std::array<pollfd, 2> files{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
  std::array<char, 65536> bytes;
  while (going && !stopping_) {
    poll(files.data(), files.size(), kLookAgainMs);
    for (const auto& file : files) {
      if (file.revents == 0) continue;
      const bool answer = file.fd == server;
      const auto count = read(file.fd, bytes.data(), bytes.size());
      if (count <= 0) {
        going = false;
        break;
      }
      const std::string_view text(bytes.data(), static_cast<std::size_t>(count));
      if (answer && armed_ && text.find(kCommitted) != std::string_view::npos) {
        armed_ = false;
        ++cuts_;
        going = false;
        break;
      }
      for (std::size_t done = 0; going && done < text.size();) {
        const auto written = send(answer ? client : server, text.data() + done, text.size() - done, MSG_NOSIGNAL);
        if (written <= 0) going = false;
        else done += static_cast<std::size_t>(written);
      }
    }
  }
  close(server);
}

}  // namespace laoke::test

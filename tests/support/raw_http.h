#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "tests/support/patience.h"

namespace laoke::test {

// A TCP connection to 127.0.0.1 that sends exactly what it is told: for requests no decent client would make.
class RawHttp {
 public:
  explicit RawHttp(int port);
  ~RawHttp();
  RawHttp(const RawHttp&) = delete;
  RawHttp& operator=(const RawHttp&) = delete;

  bool send(std::string_view bytes);  // false: the server closed
  struct Answer {
    int status = 0;  // 0: closed, or nothing came in time
    std::string head, body;
  };
  // The next answer on this connection; bodies with Content-Length only.
  Answer answer(std::chrono::milliseconds wait = kPatience);
  Answer ask(std::string_view bytes) { return send(bytes), answer(); }
  // What has come until `text` is in it (taken up to its end), "" when it does not come.
  std::string until(std::string_view text, std::chrono::milliseconds wait = kPatience);
  // The server has closed, after sending no more than what was taken.
  bool closed(std::chrono::milliseconds wait = kPatience);
  int port() const { return port_; }

 private:
  bool fill(std::chrono::steady_clock::time_point deadline);
  int socket_, port_ = 0;
  std::string in_;
};

std::string get(std::string_view path);
std::string post(std::string_view path, std::string_view body);
// Resident memory of this process.
long resident_kib();

}  // namespace laoke::test

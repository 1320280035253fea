#pragma once
#include <atomic>
#include <string>
#include <thread>

#include "tests/support/temp_dir.h"

namespace laoke::test {

// The wire between a program and a PostgreSQL, to be cut at a moment of the test's choice. It listens on a socket of its
// own; url() leads through it.
class PostgresWire {
 public:
  explicit PostgresWire(const std::string& server_url);
  ~PostgresWire();

  const std::string& url() const { return url_; }
  // The next answer that says "COMMIT" is thrown away and its connection with it.
  void cut_at_commit() { armed_ = true; }
  int cuts() const { return cuts_; }

 private:
  void accept_loop();
  void carry(int client);

  TempDir dir_;
  std::string server_socket_, url_;
  std::atomic<bool> armed_{false}, stopping_{false};
  std::atomic<int> cuts_{0}, open_{0};
  int listening_ = -1;
  std::thread thread_;
};

}  // namespace laoke::test

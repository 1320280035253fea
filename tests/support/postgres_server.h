#pragma once
#include <string>

#include "tests/support/temp_dir.h"

namespace laoke::test {

// A PostgreSQL of this test's own, to be stopped and started (deploy/postgres.sh).
class PostgresServer {
 public:
  PostgresServer();
  ~PostgresServer();
  void stop();     // at once, every connection is cut
  void restart();
  const std::string& url() const { return url_; }

 private:
  std::string command(const std::string& word);

  TempDir dir_;
  std::string url_;
};

}  // namespace laoke::test

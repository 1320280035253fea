#pragma once
#include <string>

namespace laoke::faults {

// A PostgreSQL of this run's own, made by deploy/postgres.sh in a folder and stopped with this object.
class PostgresServer {
 public:
  explicit PostgresServer(std::string folder);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  const std::string& url() const { return url_; }
  void restart();          // at once (-m immediate): every connection and every open transaction is gone
  void cut_connections();  // of everybody else; the server goes on

 private:
  std::string run(const std::string& what) const;  // what the script printed; throws with its words

  const std::string folder_;
  std::string url_;
};

}  // namespace laoke::faults

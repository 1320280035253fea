#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "storage/postgres_connection.h"

namespace laoke::storage {

// Keeps the planner's picture of the tables true while a shop grows. Statements are planned once and kept; what was
// planned for empty tables walks a shop's every row once there are many, until the server's own autovacuum looks, which
// takes a minute at best and never comes where it is off. So tables that have doubled since they were last looked at are
// analysed here (docs/adr/0017). A courtesy: when it fails, nothing is said and the next look tries again.
class PostgresStatistics {
 public:
  static constexpr std::chrono::seconds kEvery{3};

  explicit PostgresStatistics(const PostgresTarget& target);
  ~PostgresStatistics();

  // One look, now, on the caller's thread: how many tables were analysed.
  static int refresh(PGconn* connection);

 private:
  void loop();

  const PostgresTarget target_;
  std::mutex mutex_;  // guards stopping_
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace laoke::storage

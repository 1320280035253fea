#pragma once
#include <atomic>
#include <thread>

#include "storage/postgres_connection.h"

namespace laoke::storage {

// Tells the other nodes what our commits woke, and hears it from them. It is a courtesy: nobody depends on being woken,
// so it stands outside the transactions, where NOTIFY would make every commit of the database wait for every other.
class PostgresListener {
 public:
  // `hear` is called on this listener's thread with the signals of other nodes; with all of them after the connection
  // was lost, since some may have passed meanwhile. Hears what is told from here on.
  PostgresListener(const PostgresTarget& target, std::function<void(unsigned)> hear);
  ~PostgresListener();  // tells what is not told yet

  void tell(unsigned signals);

 private:
  void loop();
  bool connect();
  void wait();
  void tell_others();
  void hear_others();
  void lose_connection();

  const PostgresTarget target_;
  const std::function<void(unsigned)> hear_;
  std::atomic<unsigned> to_tell_{0};
  std::atomic<bool> stopping_{false};
  const int wake_;  // an eventfd
  PostgresHandle handle_;  // from here on the thread's alone, after the constructor
  bool lost_ = false;
  std::chrono::steady_clock::time_point tell_from_{};
  std::thread thread_;
};

}  // namespace laoke::storage

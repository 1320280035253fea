#pragma once
#include <condition_variable>
#include <mutex>
#include <thread>

#include "bot/clock.h"
#include "bot/node.h"
#include "storage/database.h"

namespace laoke {

// Turns what is due into deliveries: reminders, broadcasts that start, slices of long jobs, answers that walk a whole shop; and sweeps what is
// old. One thread ("scheduler"); every step is one short bulk write, so callbacks never wait for it. Safe on every node at once: what
// one write does reads what is due in that write, what takes several is done under a work lease.
class Scheduler {
 public:
  // Without `work` it has the database to itself.
  Scheduler(storage::Database& database, const Clock& clock, WorkLeases* work = nullptr)
      : database_(database), clock_(clock), work_(work) {}
  ~Scheduler();  // stops

  void start();
  void wake();
  void stop();
  // Everything due now, without a thread; returns when nothing is left to do at this time.
  void run_due();

 private:
  void loop();
  bool step();  // true when there may be more at once
  // What goes wrong in one part holds up no other: it is logged, and false. A database that is away concerns them all: thrown.
  bool guarded(std::string_view part, const std::function<bool()>& work);
  bool plan(std::int64_t shop_id, std::int64_t broadcast_id);  // false: another node plans it
  void answer_sellers(std::int64_t now_ms);
  bool run_backfills_of_this_node(std::int64_t now_ms);
  void sweep_old();
  void sweep_callbacks(std::int64_t shop_id, std::int64_t before_ms);
  void sweep_marketing(std::int64_t shop_id, std::int64_t before_ms);
  bool stopping();

  storage::Database& database_;
  const Clock& clock_;
  WorkLeases* const work_;
  std::int64_t next_sweep_ms_ = 0;  // scheduler thread only

  std::mutex mutex_;  // guards the next two
  std::condition_variable changed_;
  bool rung_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace laoke

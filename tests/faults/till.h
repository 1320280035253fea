#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "tests/faults/stage.h"

namespace laoke::faults {

// Orders that are paid while things break, with a reminder a few seconds after each, whose rule the seller edits meanwhile.
class Till {
 public:
  Till(Stage& stage, int orders);  // 0: none, and everything below does nothing
  ~Till();

  void begin();      // nodes are running: makes template and rule, and sells to one customer after the other
  void edit_rule();  // other words and a second later; what already fell due goes out as it is
  void finish();     // all orders are paid, and all that is to come of them is due

  // One thanks and one reminder for each order.
  Audit check(const LedgerView& ledger) const;

 private:
  void sell();
  std::string definition() const;

  Stage& stage_;
  const int orders_;
  std::int64_t rule_id_ = 0;
  int delay_s_ = 2;
  std::chrono::steady_clock::time_point edited_{};
  std::atomic<bool> stopping_{false};
  std::vector<std::int64_t> sold_;  // customers; the seller's thread until it has ended
  std::vector<std::string> refused_;
  std::thread seller_;
};

}  // namespace laoke::faults

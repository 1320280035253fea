#pragma once
#include <span>
#include <string>
#include <vector>

#include "bot/channel_host.h"
#include "bot/clock.h"
#include "bot/intake_queue.h"
#include "handlers/inbound_event.h"
#include "storage/database.h"

namespace laoke {

// Takes what an adapter understood into the shop: one callback, one transaction. Used by hooks, by polling and by the
// replay of dead letters. Thread-safe.
class Intake {
 public:
  // `node` is who takes up answers that travel in a callback's own reply.
  Intake(storage::Database& database, const Clock& clock, std::string node = "hooks")
      : database_(database),
        clock_(clock),
        node_(std::move(node)),
        queue_([this](std::vector<Arrived>& batch) { settle(batch); }, [this](std::vector<Arrived>& batch) { record_answers(batch); }) {}

  // All events of one callback take effect, or, when one of them fails, each by itself: the failing one becomes a dead
  // letter with `raw` and the others stand. Returns once it is durable. Throws StorageError when the database cannot
  // take it: the platform must send it again.
  void take(const LiveChannel& live, const std::vector<InboundEvent>& events, const std::string& raw);
  // The same without waiting, for many callbacks at once: they share transactions, and each is told when it is durable.
  // Every callback handed over is finished before the intake is destroyed.
  void take_later(Arrived arrived) { queue_.add(std::move(arrived)); }
  // A body nobody understands: kept once, for a person to look at.
  void keep_unreadable(const LiveChannel& live, const std::string& raw, const std::string& why);
  // Parses and takes a dead letter again; false with `error` filled when it still fails.
  bool replay(const LiveChannel& live, std::int64_t dead_letter_id, std::string& error);

 private:
  void settle(std::span<Arrived> batch);
  std::size_t take_together(std::span<Arrived> batch);
  void take_each(Arrived& arrived);
  void take_alone(const LiveChannel& live, const InboundEvent& event, const std::string& raw, Arrived* arrived = nullptr);
  template <class Take>
  void take_and_answer(const Context& context, Arrived* arrived, const InboundEvent& event, Take&& take);
  void record_answers(std::span<Arrived> batch);
  void bury(const LiveChannel& live, const std::string& key, const std::string& raw, const std::string& why);

  storage::Database& database_;
  const Clock& clock_;
  const std::string node_;
  IntakeQueue queue_;  // last: its threads use the others
};

}  // namespace laoke

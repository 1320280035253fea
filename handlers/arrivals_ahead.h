#pragma once
#include <cstdint>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "handlers/context.h"
#include "handlers/inbound_event.h"
#include "storage/contacts.h"

namespace laoke {

struct ChannelEvent {
  std::int64_t channel_id = 0;
  const InboundEvent* event = nullptr;  // borrowed
};

// The question each event begins with (storage::find_arrival), asked for the events of many callbacks at once: one wait
// for all where the database is behind a network. An answer serves while nothing that took effect before it in this
// transaction may have changed it; else it is asked again.
class ArrivalsAhead {
 public:
  // In the order the events will be taken.
  ArrivalsAhead(const Context& context, std::span<const ChannelEvent> events);

  storage::Arrival next(const Context& context, std::int64_t channel_id, const InboundEvent& event);
  // An event took effect: on its own sender, or (`widely`) on anybody.
  void took_effect(std::int64_t customer_id, bool widely);

 private:
  std::vector<storage::Arrival> answers_;
  std::size_t at_ = 0;
  bool stale_ = false;  // all of them
  std::set<std::pair<std::int64_t, std::string_view>> keys_, senders_;  // of events taken before
  std::set<std::int64_t> customers_;
};

// Whether an event may change what is known of others than its sender: it merges people, moves addresses, or is news of
// no sender at all.
bool reaches_others(const InboundEvent& event);

}  // namespace laoke

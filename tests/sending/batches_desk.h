#pragma once
#include <set>
#include <string>
#include <vector>

#include "handlers/batching.h"
#include "handlers/calendar.h"
#include "storage/batches.h"
#include "tests/support/ways_desk.h"

// What the tests of batches share: accounts that take many at once, and a sender that dies in the middle.
namespace laoke::test {

inline channels::Traits batches_of(std::size_t size, std::size_t least = 2, bool idempotent = false) {
  channels::Traits traits;
  traits.batch_size = size;
  traits.batch_least = least;
  traits.idempotent = idempotent;
  return traits;
}

inline std::vector<std::size_t> sizes(const WaysDesk& desk) {
  std::vector<std::size_t> sizes;
  for (const auto& call : desk.platform.calls()) sizes.push_back(call.batch ? call.to.size() : 1);
  return sizes;
}

inline int doubled(const WaysDesk& desk) {
  const auto reached = desk.platform.reached();
  return static_cast<int>(reached.size() - std::set<std::string>(reached.begin(), reached.end()).size());
}

// Claims as a sender would that dies before its next step; what it was to call.
inline std::vector<storage::Batch> claim_and_die(WaysDesk& desk, std::int64_t channel_id, int claims) {
  std::vector<storage::Batch> to_call;
  MessageCache cache;
  for (int i = 0; i < claims; ++i) {
    Capacity capacity;
    capacity.channels = desk.channels.health();
    capacity.room[channel_id] = 1'000;
    capacity.contact_free_at_ms = [](std::int64_t) { return std::int64_t{0}; };
    capacity.node = "dead";
    auto left = desk.shop.write([&](storage::Transaction& tx) {
      Capacity mine = capacity;
      claim(tx, desk.clock.now_ms(), mine, 600, cache);
      return mine;
    });
    to_call.insert(to_call.end(), left.to_call.begin(), left.to_call.end());
  }
  return to_call;
}

inline std::size_t batches_left(WaysDesk& desk) {
  return desk.in([](const Context& context) { return storage::list_batches(context.tx).size(); });
}

}  // namespace laoke::test

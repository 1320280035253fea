#include "handlers/broadcast_walk.h"

#include <algorithm>

namespace laoke {

using storage::Broadcast;

void BroadcastWalk::walk(const Broadcast& broadcast, int& limit) {
  walked_.insert(broadcast.broadcast_id);
  auto& place = capacity_.walks[broadcast.broadcast_id];
  place.begin(broadcast.send_cursor);
  const auto before = place;
  from_cursor(broadcast, place, limit);
  for (const auto& [channel_id, room] : capacity_.room) ahead(broadcast, place, channel_id, limit);
  if (place.cursor() != before.cursor()) storage::set_send_cursor(tx_, broadcast.shop_id, broadcast.broadcast_id, place.cursor());
  // Cut off by the limit. Without it all channels are full, and results tell when they have room, or all was looked at.
  if (limit <= 0 && !(place == before)) tx_.raise(storage::kSendWork);
}

void BroadcastWalk::from_cursor(const Broadcast& broadcast, WalkPlace& place, int& limit) {
  for (std::int64_t least = 1; limit > 0;) {
    std::int64_t most = 0;  // as many as could be sent, so that few are looked at in vain
    bool any = false;
    for (const auto& [channel_id, room] : capacity_.room) {
      const auto free = room_of_(broadcast, channel_id);
      any = any || free > 0;
      if (place.of(channel_id) == place.cursor()) most += free;
    }
    if (!any) return;
    const auto slice = look(broadcast, place, place.cursor(), std::max(most, least), limit);
    if (slice.end || !slice.left.empty()) return;
    least = slice.settled ? least * 2 : 1;
  }
}

void BroadcastWalk::ahead(const Broadcast& broadcast, WalkPlace& place, std::int64_t channel_id, int& limit) {
  constexpr std::int64_t kFirstLook = 16;  // a channel meets its own rows soon, or they are rare
  for (auto most = kFirstLook; limit > 0 && !place.at_end(channel_id) && room_of_(broadcast, channel_id) > 0; most *= 2)
    if (look(broadcast, place, place.of(channel_id), most, limit).left.contains(channel_id)) return;
}

WalkSlice BroadcastWalk::look(const Broadcast& broadcast, WalkPlace& place, std::int64_t after, std::int64_t most, int& limit) {
  const int count = static_cast<int>(std::min<std::int64_t>(limit, most));
  auto rows = storage::walk_broadcast(tx_, broadcast.shop_id, broadcast.broadcast_id, after, count);
  limit -= static_cast<int>(rows.size());
  WalkSlice slice;
  slice.after = after;
  slice.last = rows.empty() ? after : rows.back().key.customer_id;
  slice.end = static_cast<int>(rows.size()) < count;
  std::erase_if(rows, [](const storage::Delivery& row) { return row.state != "planned"; });
  slice.settled = rows.empty();
  if (!rows.empty()) take_up_(broadcast, std::move(rows), slice.left);
  place.looked(slice, capacity_.room);
  return slice;
}

bool BroadcastWalk::unread(std::int64_t broadcast_id, std::int64_t channel_id) const {
  return walked_.contains(broadcast_id) && !capacity_.walks.at(broadcast_id).at_end(channel_id);
}

void BroadcastWalk::finish() {
  std::erase_if(capacity_.walks, [this](const auto& walk) { return !walked_.contains(walk.first); });
}

}  // namespace laoke

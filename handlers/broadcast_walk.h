#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "handlers/dispatch.h"
#include "handlers/walk_place.h"
#include "storage/broadcasts.h"
#include "storage/ledger.h"

namespace laoke {

// Untouched rows of broadcasts within one claim, in the ledger's order. One that waits for a full channel stays as it is
// and holds the cursor, so that no slow channel's rows are written into its queue and out again; what lies behind it is
// looked at once for each channel that has room.
class BroadcastWalk {
 public:
  // Takes these rows up. Those it must leave it names in `left`: the first customer by the channel they wait for.
  using TakeUp = std::function<void(const storage::Broadcast&, std::vector<storage::Delivery>&& rows, std::map<std::int64_t, std::int64_t>& left)>;
  // How many rows of this broadcast a channel could take now.
  using RoomOf = std::function<std::int64_t(const storage::Broadcast&, std::int64_t channel_id)>;

  BroadcastWalk(storage::Transaction& tx, Capacity& capacity, RoomOf room_of, TakeUp take_up)
      : tx_(tx), capacity_(capacity), room_of_(std::move(room_of)), take_up_(std::move(take_up)) {}

  // Looks at no more rows than `limit`, and takes those it looked at off it.
  void walk(const storage::Broadcast& broadcast, int& limit);
  // Whether a broadcast that was walked has rows that may still go by this channel.
  bool unread(std::int64_t broadcast_id, std::int64_t channel_id) const;
  // Forgets where the walks of others stand: they are paused or over.
  void finish();

 private:
  void from_cursor(const storage::Broadcast& broadcast, WalkPlace& place, int& limit);
  void ahead(const storage::Broadcast& broadcast, WalkPlace& place, std::int64_t channel_id, int& limit);
  WalkSlice look(const storage::Broadcast& broadcast, WalkPlace& place, std::int64_t after, std::int64_t most, int& limit);

  storage::Transaction& tx_;
  Capacity& capacity_;
  const RoomOf room_of_;
  const TakeUp take_up_;
  std::set<std::int64_t> walked_;
};

}  // namespace laoke

#pragma once
#include <cstdint>
#include <limits>
#include <map>

namespace laoke {

// Some rows of a broadcast that were looked at, in the ledger's order.
struct WalkSlice {
  std::int64_t after = 0, last = 0;  // customers: those after the first, up to the second
  bool end = false;                  // there are no more
  bool settled = false;              // none of them was untouched
  std::map<std::int64_t, std::int64_t> left;  // by channel_id without room: its first customer whose row stays untouched
};

// How far a broadcast's untouched rows were walked: by the cursor in the ledger, behind which nothing is left to do, and
// beyond it for each channel that had room while another had none. The latter is one sender's own knowledge: after a
// restart it begins at the cursor again. A row that was left is found again by the channel it waits for, or when the
// cursor comes to it.
class WalkPlace {
 public:
  static constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();

  // The ledger's cursor as this claim finds it. One that went back means rows became untouched again.
  void begin(std::int64_t cursor);
  void looked(const WalkSlice& slice, const std::map<std::int64_t, int>& channels);

  std::int64_t cursor() const { return cursor_; }
  // Up to this customer nothing is left that waits for this channel.
  std::int64_t of(std::int64_t channel_id) const;
  bool at_end(std::int64_t channel_id) const { return of(channel_id) == kEnd; }

  bool operator==(const WalkPlace&) const = default;

 private:
  std::int64_t cursor_ = 0;
  std::map<std::int64_t, std::int64_t> searched_;  // by channel_id
};

}  // namespace laoke

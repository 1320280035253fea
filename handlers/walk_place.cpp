#include "handlers/walk_place.h"

#include <algorithm>

namespace laoke {

void WalkPlace::begin(std::int64_t cursor) {
  if (cursor < cursor_) searched_.clear();
  cursor_ = cursor;
}

std::int64_t WalkPlace::of(std::int64_t channel_id) const {
  const auto searched = searched_.find(channel_id);
  return searched == searched_.end() ? cursor_ : std::max(cursor_, searched->second);
}

void WalkPlace::looked(const WalkSlice& slice, const std::map<std::int64_t, int>& channels) {
  for (const auto& [channel_id, room] : channels) {
    const auto place = of(channel_id);
    if (place < slice.after) continue;  // the rows between were not looked at for it
    if (const auto left = slice.left.find(channel_id); left != slice.left.end())
      searched_[channel_id] = left->second - 1;
    else
      searched_[channel_id] = slice.end ? kEnd : std::max(place, slice.last);
  }
  if (slice.after != cursor_) return;
  cursor_ = slice.last;
  for (const auto& [channel_id, customer_id] : slice.left) cursor_ = std::min(cursor_, customer_id - 1);
}

}  // namespace laoke

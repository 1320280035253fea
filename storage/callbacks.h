#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// Marks an event of a channel as taken. False when it was taken before: a unique key, not a lookup, decides.
[[nodiscard]] bool take_callback(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view event_key,
                                 std::int64_t now_ms);
// The same for an event known not to be taken (find_arrival() in this transaction): when it was after all, the unique
// key throws StorageError kConstraint, here or at the latest by the commit, and nothing of the transaction remains.
void mark_callback(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view event_key,
                   std::int64_t now_ms);
// Which delivery (to_text(DeliveryKey)) went out in the event's own HTTP answer, "" none.
void set_answered_by(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view event_key,
                     std::string_view delivery);
std::string answered_by(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view event_key);
// Marks older than `before_ms`, at most `limit`. It reads the whole table when there are none, so ask in a read(), and
// delete what it found in a write().
struct CallbackMark {
  std::int64_t channel_id = 0;
  std::string event_key;
};
std::vector<CallbackMark> old_callbacks(Transaction& tx, std::int64_t shop_id, std::int64_t before_ms, int limit);
void delete_callbacks(Transaction& tx, std::int64_t shop_id, const std::vector<CallbackMark>& marks);

// A callback that was accepted and could not be worked off: kept whole until a person replays or dismisses it.
struct DeadLetter {
  std::int64_t dead_letter_id = 0, channel_id = 0;
  std::string event_key, body, error;
  std::string state;  // "open", "replayed", "dismissed"
  std::int64_t received_at_ms = 0;
  std::optional<std::int64_t> settled_at_ms;
};
// Bytes that are not UTF-8 are stored as "base64:" + text and come back as they were.
std::int64_t insert_dead_letter(Transaction& tx, std::int64_t shop_id, const DeadLetter& letter);
std::optional<DeadLetter> get_dead_letter(Transaction& tx, std::int64_t shop_id, std::int64_t dead_letter_id);
// Newest first; `state` "" all; `before_id` 0 starts at the newest.
std::vector<DeadLetter> list_dead_letters(Transaction& tx, std::int64_t shop_id, std::string_view state,
                                          std::int64_t before_id, int limit);
std::int64_t count_dead_letters(Transaction& tx, std::int64_t shop_id, std::string_view state);
void settle_dead_letter(Transaction& tx, std::int64_t shop_id, std::int64_t dead_letter_id, std::string_view state,
                        std::int64_t now_ms);

}  // namespace laoke::storage

#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

struct Broadcast {
  std::int64_t shop_id = 0, broadcast_id = 0;
  std::string name, segment;
  std::string template_name;       // "" when body holds the text
  std::int64_t template_version = 0;
  std::string body, extras;        // extras: JSON, see templates
  std::string klass = "marketing";
  std::string state = "draft";     // draft scheduled planning sending paused done cancelled
  std::string state_before_pause;
  std::int64_t starts_at_ms = 0;
  std::int64_t expires_at_ms = 0;  // deliveries not sent by then are dropped
  std::string rrule;               // RFC 5545; each occurrence becomes a child
  std::optional<std::int64_t> parent_id;
  std::optional<std::int64_t> occurrence_ms;  // a child's time; a repeating one's: where its rule counts from
  std::int64_t audience_count = 0;
  std::int64_t plan_cursor = 0, send_cursor = 0;  // last customer planned; last one the sender took up
  std::optional<std::int64_t> created_by;
  std::int64_t created_at_ms = 0;
  std::optional<std::int64_t> started_at_ms, finished_at_ms;
  std::string progress;            // JSON: the progress message in the seller's chat
};

std::int64_t insert_broadcast(Transaction& tx, const Broadcast& broadcast);  // returns its id
// None, and nothing changes, when the parent has a child for this occurrence already.
std::optional<std::int64_t> insert_occurrence(Transaction& tx, const Broadcast& child);
std::optional<Broadcast> get_broadcast(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id);
// Writes everything that may change after creation.
void update_broadcast(Transaction& tx, const Broadcast& broadcast);
// The cursor alone: the sender moves it often.
void set_send_cursor(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id, std::int64_t cursor);
// Newest first; `before_id` 0 starts at the newest.
std::vector<Broadcast> list_broadcasts(Transaction& tx, std::int64_t shop_id, std::int64_t before_id, int limit);
// Of all shops, in a state, whose start has come.
std::vector<Broadcast> broadcasts_in_state(Transaction& tx, std::string_view state, std::int64_t started_by_ms);
// Cancelled ones whose untouched rows were not all settled yet.
std::vector<Broadcast> broadcasts_to_sweep(Transaction& tx);
// Those with a progress message in a chat.
std::vector<Broadcast> watched_broadcasts(Transaction& tx);
// The earliest start among scheduled ones; none when there are none.
std::optional<std::int64_t> next_start_ms(Transaction& tx);

// Live counts by state and reason, kept in the same transaction as the rows they count.
struct BroadcastCount {
  std::string state, reason;
  std::int64_t count = 0;
};
void add_count(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id, std::string_view state,
               std::string_view reason, std::int64_t change);
std::vector<BroadcastCount> broadcast_counts(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id);

}  // namespace laoke::storage

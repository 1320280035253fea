#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

struct Merge {
  std::int64_t merge_id = 0, kept_id = 0, merged_id = 0;
  std::string moved;  // JSON of handlers/merge.cpp
  std::optional<std::int64_t> staff_id;
  std::int64_t at_ms = 0;
  std::optional<std::int64_t> undone_at_ms;
};

// Stores it; the id comes from next_id().
std::int64_t insert_merge(Transaction& tx, std::int64_t shop_id, const Merge& merge);
std::optional<Merge> get_merge(Transaction& tx, std::int64_t shop_id, std::int64_t merge_id);
// False when it was undone already.
bool mark_merge_undone(Transaction& tx, std::int64_t shop_id, std::int64_t merge_id, std::int64_t now_ms);
// Merges after `merge_id` that still stand and have one of these customers on either side: they are undone first.
bool has_later_merge(Transaction& tx, std::int64_t shop_id, std::int64_t merge_id, std::int64_t kept_id,
                     std::int64_t merged_id);

struct MergeSuggestion {
  std::int64_t customer_a = 0, customer_b = 0;  // a < b
  std::string reason;                           // 'phone'
  std::string state = "open";                   // 'open', 'merged', 'dismissed'
  std::int64_t at_ms = 0;
};
// Whether it is new. A suggestion once dismissed or merged is not made again.
bool suggest_merge(Transaction& tx, std::int64_t shop_id, std::int64_t one_id, std::int64_t other_id,
                   std::string_view reason, std::int64_t now_ms);
// Newest first, of customers that both still stand alone.
std::vector<MergeSuggestion> open_suggestions(Transaction& tx, std::int64_t shop_id, int limit);
// 'open', 'merged' or 'dismissed'; none when it was never made.
std::optional<std::string> suggestion_state(Transaction& tx, std::int64_t shop_id, std::int64_t one_id, std::int64_t other_id);
bool set_suggestion_state(Transaction& tx, std::int64_t shop_id, std::int64_t one_id, std::int64_t other_id,
                          std::string_view state);

// What hangs on a customer by an id of its own.
enum class Belonging { kContacts, kAddresses, kNotes, kOrders, kEvents, kTasks };
// Gives everything of that kind to the other customer; the ids that moved. Tasks: the open ones.
std::vector<std::int64_t> move_all(Transaction& tx, std::int64_t shop_id, Belonging what, std::int64_t from_id,
                                   std::int64_t to_id);
void move_one(Transaction& tx, std::int64_t shop_id, Belonging what, std::int64_t id, std::int64_t from_id,
              std::int64_t to_id);
// Messages follow their contact, purchases their order.
void move_messages_of_contact(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::int64_t from_id,
                              std::int64_t to_id);
void move_purchases_of_order(Transaction& tx, std::int64_t shop_id, std::int64_t order_id, std::int64_t from_id,
                             std::int64_t to_id);
// One row by its key; false, and it stays, when the other customer has that key.
bool move_phone(Transaction& tx, std::int64_t shop_id, std::string_view phone, std::int64_t from_id,
                std::int64_t to_id);
bool move_attribute(Transaction& tx, std::int64_t shop_id, std::string_view name, std::int64_t from_id,
                    std::int64_t to_id);
bool move_consent(Transaction& tx, std::int64_t shop_id, std::int64_t at_ms, std::int64_t from_id, std::int64_t to_id);
bool move_marketing_sent(Transaction& tx, std::int64_t shop_id, std::int64_t at_ms, std::string_view source,
                         std::int64_t source_id, std::int64_t from_id, std::int64_t to_id);
struct MarketingSentKey {
  std::int64_t at_ms = 0;
  std::string source;
  std::int64_t source_id = 0;
};
std::vector<MarketingSentKey> marketing_sent_of(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);

}  // namespace laoke::storage

#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// One piece of work on a platform that waits to be done; the row goes when it is done or given up.
struct ErrandRow {
  std::int64_t shop_id = 0, errand_id = 0, channel_id = 0;
  std::string kind;
  std::string key;   // digest of `data`: unique among what waits of this channel and kind
  std::string data;  // JSON
  std::int64_t due_at_ms = 0, created_at_ms = 0;
  std::int64_t attempts = 0;  // tries that failed
  std::string last_error;

  bool operator==(const ErrandRow&) const = default;
};

// Under the next id; false when the same work waits already, which is left as it is.
bool insert_errand(Transaction& tx, const ErrandRow& errand);
std::optional<ErrandRow> find_errand(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view kind,
                                     std::string_view key);
// Channels of every shop with something due; costs what is due.
std::vector<std::int64_t> channels_with_errands(Transaction& tx, std::int64_t now_ms);
// Due ones of a channel, the longest due first.
std::vector<ErrandRow> due_errands(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::int64_t now_ms, int limit);
std::vector<ErrandRow> list_errands(Transaction& tx, std::int64_t shop_id, int limit);
// False when it was not there any more.
bool remove_errand(Transaction& tx, std::int64_t shop_id, std::int64_t errand_id);
void remove_errand(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view kind, std::string_view key);
// Those of this kind, on every channel of the shop, whose `data` holds this piece of JSON; no % and _ in it. Reads what
// waits in the shop.
void remove_errands_holding(Transaction& tx, std::int64_t shop_id, std::string_view kind, std::string_view piece);
// Writes due time, attempts and error; false when it was not there any more.
bool defer_errand(Transaction& tx, const ErrandRow& errand);
// What is due earlier on this channel waits until then; nothing of it changes else.
void rest_errands(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::int64_t until_ms);

}  // namespace laoke::storage

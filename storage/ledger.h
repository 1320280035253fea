#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/database.h"

// The ledger of sends. A row's key makes a second plan of the same send impossible; its state only moves through here.
namespace laoke::storage {

// Sources: "b" broadcast, "r" reminder rule, "m" direct message (source_id 0, cause: an id).
struct DeliveryKey {
  std::string source;
  std::int64_t source_id = 0, customer_id = 0;
  std::string cause;

  auto operator<=>(const DeliveryKey&) const = default;
};
// "r:12:3401:order 77" <-> key; the name of a delivery in the API, in logs and for idempotency.
std::string to_text(const DeliveryKey& key);
std::optional<DeliveryKey> delivery_key_from(std::string_view text);

// States: planned due sending accepted delivered read deferred dropped failed cancelled unknown.
struct Delivery {
  DeliveryKey key;
  std::string state = "due";
  std::string reason;        // handlers/reasons.h, "" none
  std::string klass;         // "reply", "staff", "notice", "marketing"
  std::int64_t contact_id = 0;  // 0: policy chooses
  std::int64_t due_at_ms = 0, expires_at_ms = 0;
  std::int64_t attempts = 0;
  std::string payload;       // "m": MessageContent; "r": {"template": …, "order_id": …}; "b": ""
  std::string platform_message_id;
  std::int64_t updated_at_ms = 0;
};

enum class SendLane : std::int64_t { kFast = 0, kBulk = 1 };

// Writes the row and puts it into the sender's queue (channel 0 routes at its due time). False, and nothing changes,
// when a row with this key exists.
[[nodiscard]] bool plan_delivery(Transaction& tx, std::int64_t shop_id, const Delivery& delivery, SendLane lane,
                                 std::int64_t channel_id = 0);
// One slice of a broadcast's rows, state "planned", not queued: the sender walks them. `customers` ascending. Rows that
// exist are left alone; the number of new rows.
std::int64_t plan_broadcast_slice(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id,
                                  std::span<const std::int64_t> customers, const std::string& klass,
                                  std::int64_t due_at_ms, std::int64_t expires_at_ms);
// The next rows of a broadcast after the customer `after`, in order and in any state: the caller moves its cursor over
// all of them, so that one look costs the same wherever it stands.
std::vector<Delivery> walk_broadcast(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id,
                                     std::int64_t after, int limit);

std::optional<Delivery> get_delivery(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key);
// Writes state, reason, contact, due time, attempts, platform id and updated_at_ms of an existing row.
void update_delivery(Transaction& tx, std::int64_t shop_id, const Delivery& delivery);
// The row of a platform's message id among a contact's direct history, for receipts; none when it is not ours.
std::optional<Delivery> find_delivery_by_platform_id(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                                     std::int64_t contact_id, std::string_view platform_message_id);
// Newest first over all sources for one customer: direct messages, and those of `broadcasts` and `rules` (ids).
std::vector<Delivery> deliveries_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                             std::span<const std::int64_t> broadcasts, std::span<const std::int64_t> rules,
                                             int limit);
// Direct messages to one customer whose cause comes after this one, in order.
std::vector<Delivery> messages_after(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view cause, int limit);
// Rows of one source in key order after `after` (none: from the start), optionally of one state ("" all).
std::vector<Delivery> list_deliveries(Transaction& tx, std::int64_t shop_id, std::string_view source,
                                      std::int64_t source_id, std::string_view state,
                                      const std::optional<DeliveryKey>& after, int limit);

struct QueueRow {
  std::int64_t channel_id = 0;
  SendLane lane = SendLane::kFast;
  std::int64_t due_at_ms = 0, shop_id = 0;
  DeliveryKey key;
};
void enqueue(Transaction& tx, const QueueRow& row);
void dequeue(Transaction& tx, const QueueRow& row);
// Due rows of one front, oldest first; of one shop when it is given.
std::vector<QueueRow> due_rows(Transaction& tx, std::int64_t channel_id, SendLane lane, std::int64_t now_ms, int limit,
                               std::int64_t shop_id = 0);
// When the earliest row of any front falls due; none when the queue is empty.
std::optional<std::int64_t> next_due_ms(Transaction& tx, std::span<const std::int64_t> channel_ids);

struct InFlight {
  std::int64_t shop_id = 0;
  DeliveryKey key;
  std::int64_t channel_id = 0;
  std::string node;
  std::int64_t since_ms = 0;
  std::int64_t fence = 0;  // of the channel's lease when it was claimed (storage/nodes.h)
  std::string batch;       // the call for many it travels in (storage/batches.h), kInHook, "" by itself
  std::string address;     // of a batch's member: whom exactly it is sent to
};
// What travels in the HTTP answer of a callback, under no lease; what goes by a reply token. A repeat of these would not
// be recognised.
inline constexpr std::string_view kInHook = "hook", kByToken = "token";
void add_in_flight(Transaction& tx, const InFlight& row);
// False when it was not there under this fence: somebody else settled it, and perhaps claimed it anew.
bool remove_in_flight(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key, std::int64_t fence);
// Whatever the fence, but for members of a batch, which stay: its repeat must be the same. False when nothing was removed.
bool remove_single_in_flight(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key);
std::vector<InFlight> list_in_flight(Transaction& tx);

// The frequency cap's memory.
void add_marketing_sent(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key, std::int64_t at_ms);
void remove_marketing_sent(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key);
// Times after `since_ms`, ascending.
std::vector<std::int64_t> marketing_sent_since(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                               std::int64_t since_ms);
// Customers with rows older than `before_ms`, at most `limit`; it may read the whole table, so ask in a read().
std::vector<std::int64_t> customers_with_old_marketing(Transaction& tx, std::int64_t shop_id, std::int64_t before_ms, int limit);
void forget_old_marketing(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::int64_t before_ms);

}  // namespace laoke::storage

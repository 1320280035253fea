#include "storage/ledger.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace laoke::storage {
namespace {

#define COLUMNS                                                                                                      \
  "source, source_id, customer_id, cause, state, reason, class, contact_id, due_at_ms, expires_at_ms, attempts, payload, " \
  "platform_message_id, updated_at_ms"
#define KEY "shop_id = $1 AND source = $2 AND source_id = $3 AND customer_id = $4 AND cause = $5"

constexpr Sql kDeliveriesInsert{"deliveries.insert",
                      "INSERT INTO deliveries (shop_id, " COLUMNS ") VALUES "
                      "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) "
                      "ON CONFLICT (shop_id, source, source_id, customer_id, cause) DO NOTHING"};
constexpr Sql kDeliveriesInsertPlanned{"deliveries.insert_planned",
                             "INSERT INTO deliveries (shop_id, " COLUMNS ") VALUES "
                             "($1, 'b', $2, $3, '', 'planned', '', $4, 0, $5, $6, 0, '', '', $5) "
                             "ON CONFLICT (shop_id, source, source_id, customer_id, cause) DO NOTHING"};
// $1 to $5 as above without the customer, $6 to $25 customers.
#define PLANNED(customer) "($1, 'b', $2, $" #customer ", '', 'planned', '', $3, 0, $4, $5, 0, '', '', $4)"
#define PLANNED_5(a, b, c, d, e) PLANNED(a) ", " PLANNED(b) ", " PLANNED(c) ", " PLANNED(d) ", " PLANNED(e)
constexpr std::size_t kPlannedTogether = 20;
constexpr Sql kDeliveriesInsertPlannedMany{"deliveries.insert_planned_many",
                             "INSERT INTO deliveries (shop_id, " COLUMNS ") VALUES " PLANNED_5(6, 7, 8, 9, 10) ", "
                             PLANNED_5(11, 12, 13, 14, 15) ", " PLANNED_5(16, 17, 18, 19, 20) ", " PLANNED_5(21, 22, 23, 24, 25)
                             " ON CONFLICT (shop_id, source, source_id, customer_id, cause) DO NOTHING"};
#undef PLANNED_5
#undef PLANNED
constexpr Sql kDeliveriesWalkBroadcast{"deliveries.walk_broadcast",
                    "SELECT " COLUMNS " FROM deliveries WHERE shop_id = $1 AND source = 'b' AND source_id = $2 "
                    "AND customer_id > $3 ORDER BY customer_id LIMIT $4"};
constexpr Sql kDeliveriesGet{"deliveries.get", "SELECT " COLUMNS " FROM deliveries WHERE " KEY};
constexpr Sql kDeliveriesUpdate{"deliveries.update",
                      "UPDATE deliveries SET state = $6, reason = $7, contact_id = $8, due_at_ms = $9, attempts = $10, "
                      "platform_message_id = $11, updated_at_ms = $12 WHERE " KEY};
constexpr Sql kDeliveriesOfCustomer{"deliveries.of_customer",
                          "SELECT " COLUMNS " FROM deliveries WHERE shop_id = $1 AND source = $2 AND source_id = $3 "
                          "AND customer_id = $4"};
constexpr Sql kDeliveriesKeyOfMessage{"deliveries.key_of_message",
                                    "SELECT delivery_key FROM messages WHERE shop_id = $1 AND customer_id = $2 "
                                    "AND contact_id = $3 AND platform_message_id = $4 AND direction = 'out'"};
constexpr Sql kDeliveriesMessagesAfter{"deliveries.messages_after",
                             "SELECT " COLUMNS " FROM deliveries WHERE shop_id = $1 AND source = 'm' AND source_id = 0 "
                             "AND customer_id = $2 AND cause > $3 ORDER BY cause LIMIT $4"};
constexpr Sql kDeliveriesList{"deliveries.list",
                    "SELECT " COLUMNS " FROM deliveries WHERE shop_id = $1 AND source = $2 AND source_id = $3 "
                    "AND (customer_id > $4 OR (customer_id = $4 AND cause > $5)) AND ($6 = '' OR state = $6) "
                    "ORDER BY customer_id, cause LIMIT $7"};

#define QUEUE_KEY                                                                                             \
  "channel_id = $1 AND lane = $2 AND due_at_ms = $3 AND shop_id = $4 AND source = $5 AND source_id = $6 AND " \
  "customer_id = $7 AND cause = $8"
constexpr Sql kSendQueueInsert{"send_queue.insert",
                       "INSERT INTO send_queue (channel_id, lane, due_at_ms, shop_id, source, source_id, customer_id, cause) "
                       "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"};
constexpr Sql kSendQueueDelete{"send_queue.delete", "DELETE FROM send_queue WHERE " QUEUE_KEY};
constexpr Sql kSendQueueDue{"send_queue.due",
                   "SELECT due_at_ms, shop_id, source, source_id, customer_id, cause FROM send_queue "
                   "WHERE channel_id = $1 AND lane = $2 AND due_at_ms <= $3 "
                   "ORDER BY due_at_ms, shop_id, source, source_id, customer_id, cause LIMIT $4"};
constexpr Sql kSendQueueDueOfShop{"send_queue.due_of_shop",
                         "SELECT due_at_ms, shop_id, source, source_id, customer_id, cause FROM send_queue "
                         "WHERE channel_id = $1 AND lane = $2 AND due_at_ms <= $3 AND shop_id = $5 "
                         "ORDER BY due_at_ms, shop_id, source, source_id, customer_id, cause LIMIT $4"};
constexpr Sql kSendQueueNextDue{"send_queue.next_due", "SELECT min(due_at_ms) FROM send_queue WHERE channel_id = $1 AND lane = $2"};

constexpr Sql kInFlightInsert{"in_flight.insert",
                           "INSERT INTO in_flight (shop_id, source, source_id, customer_id, cause, channel_id, node, since_ms, fence, "
                           "batch, address) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};
constexpr Sql kInFlightDelete{"in_flight.delete", "DELETE FROM in_flight WHERE " KEY " AND fence = $6"};
constexpr Sql kInFlightDeleteSingle{"in_flight.delete_single", "DELETE FROM in_flight WHERE " KEY " AND batch IN ('', 'token')"};
constexpr Sql kInFlightList{"in_flight.list",
                            "SELECT shop_id, source, source_id, customer_id, cause, channel_id, node, since_ms, fence, batch, address "
                            "FROM in_flight"};

constexpr Sql kMarketingSentInsert{"marketing_sent.insert",
                            "INSERT INTO marketing_sent (shop_id, customer_id, at_ms, source, source_id) "
                            "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"};
constexpr Sql kMarketingSentDelete{"marketing_sent.delete",
                               "DELETE FROM marketing_sent WHERE shop_id = $1 AND customer_id = $2 AND source = $3 AND source_id = $4 "
                               "AND at_ms = (SELECT max(at_ms) FROM marketing_sent WHERE shop_id = $1 AND customer_id = $2 "
                               "AND source = $3 AND source_id = $4)"};
constexpr Sql kMarketingSentSince{"marketing_sent.since",
                              "SELECT at_ms FROM marketing_sent WHERE shop_id = $1 AND customer_id = $2 AND at_ms > $3 ORDER BY at_ms"};
constexpr Sql kMarketingSentOld{"marketing_sent.old",
                            "SELECT DISTINCT customer_id FROM marketing_sent WHERE shop_id = $1 AND at_ms < $2 LIMIT $3"};
constexpr Sql kMarketingSentForget{"marketing_sent.forget",
                               "DELETE FROM marketing_sent WHERE shop_id = $1 AND customer_id = $2 AND at_ms < $3"};
#undef COLUMNS
#undef KEY
#undef QUEUE_KEY

constexpr const Sql* kLedgerStatements[] = {&kDeliveriesInsert,      &kDeliveriesInsertPlanned, &kDeliveriesInsertPlannedMany, &kDeliveriesWalkBroadcast,          &kDeliveriesGet,          &kDeliveriesUpdate,          &kDeliveriesOfCustomer,
                               &kDeliveriesKeyOfMessage, &kDeliveriesMessagesAfter, &kDeliveriesList, &kSendQueueInsert,       &kSendQueueDelete,      &kSendQueueDue,             &kSendQueueNextDue,         &kSendQueueDueOfShop,
                               &kInFlightInsert, &kInFlightDelete, &kInFlightDeleteSingle, &kInFlightList, &kMarketingSentInsert, &kMarketingSentDelete, &kMarketingSentSince,
                               &kMarketingSentOld, &kMarketingSentForget};

DeliveryKey key_of(const Row& row, int first) {
  return {row.string(first), row.integer(first + 1), row.integer(first + 2), row.string(first + 3)};
}

Delivery delivery_of(const Row& row) {
  Delivery delivery;
  delivery.key = key_of(row, 0);
  delivery.state = row.string(4);
  delivery.reason = row.string(5);
  delivery.klass = row.string(6);
  delivery.contact_id = row.integer(7);
  delivery.due_at_ms = row.integer(8);
  delivery.expires_at_ms = row.integer(9);
  delivery.attempts = row.integer(10);
  delivery.payload = row.string(11);
  delivery.platform_message_id = row.string(12);
  delivery.updated_at_ms = row.integer(13);
  return delivery;
}

// "12:rest" -> 12, leaving "rest"; none when there is no number.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end == text.data() + text.size() || *end != ':') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return number;
}

}  // namespace

std::string to_text(const DeliveryKey& key) {
  return key.source + ":" + std::to_string(key.source_id) + ":" + std::to_string(key.customer_id) + ":" + key.cause;
}

std::optional<DeliveryKey> delivery_key_from(std::string_view text) {
  if (text.size() < 2 || text[1] != ':') return std::nullopt;
  DeliveryKey key;
  key.source = text.substr(0, 1);
  text.remove_prefix(2);
  const auto source_id = take_number(text);
  if (!source_id) return std::nullopt;
  const auto customer_id = take_number(text);
  if (!customer_id) return std::nullopt;
  key.source_id = *source_id;
  key.customer_id = *customer_id;
  key.cause = text;
  return key;
}

bool plan_delivery(Transaction& tx, std::int64_t shop_id, const Delivery& delivery, SendLane lane, std::int64_t channel_id) {
  const auto& key = delivery.key;
  const auto inserted = tx.execute(
      kDeliveriesInsert, {shop_id, key.source, key.source_id, key.customer_id, key.cause, delivery.state, delivery.reason, delivery.klass,
                delivery.contact_id, delivery.due_at_ms, delivery.expires_at_ms, delivery.attempts, delivery.payload,
                delivery.platform_message_id, delivery.updated_at_ms});
  if (inserted == 0) return false;
  enqueue(tx, {channel_id, lane, delivery.due_at_ms, shop_id, key});
  return true;
}

std::int64_t plan_broadcast_slice(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id,
                                  std::span<const std::int64_t> customers, const std::string& klass,
                                  std::int64_t due_at_ms, std::int64_t expires_at_ms) {
  std::vector<std::vector<Param>> together, alone;
  together.reserve(customers.size() / kPlannedTogether);
  for (; customers.size() >= kPlannedTogether; customers = customers.subspan(kPlannedTogether)) {
    auto& params = together.emplace_back();
    params.reserve(5 + kPlannedTogether);
    params.insert(params.end(), {shop_id, broadcast_id, klass, due_at_ms, expires_at_ms});
    params.insert(params.end(), customers.begin(), customers.begin() + kPlannedTogether);
  }
  for (const auto customer : customers) alone.push_back({shop_id, broadcast_id, customer, klass, due_at_ms, expires_at_ms});
  const auto planned = tx.execute_each(kDeliveriesInsertPlannedMany, together) + tx.execute_each(kDeliveriesInsertPlanned, alone);
  tx.raise(kSendWork);
  return planned;
}

std::vector<Delivery> walk_broadcast(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id,
                                     std::int64_t after, int limit) {
  std::vector<Delivery> rows;
  tx.query(kDeliveriesWalkBroadcast, {shop_id, broadcast_id, after, limit}, [&](const Row& row) { rows.push_back(delivery_of(row)); });
  return rows;
}

std::optional<Delivery> get_delivery(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key) {
  std::optional<Delivery> found;
  tx.query(kDeliveriesGet, {shop_id, key.source, key.source_id, key.customer_id, key.cause},
           [&](const Row& row) { found = delivery_of(row); });
  return found;
}

void update_delivery(Transaction& tx, std::int64_t shop_id, const Delivery& delivery) {
  const auto& key = delivery.key;
  tx.submit(kDeliveriesUpdate, {shop_id, key.source, key.source_id, key.customer_id, key.cause, delivery.state, delivery.reason,
                       delivery.contact_id, delivery.due_at_ms, delivery.attempts, delivery.platform_message_id,
                       delivery.updated_at_ms});
}

std::optional<Delivery> find_delivery_by_platform_id(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                                     std::int64_t contact_id, std::string_view platform_message_id) {
  std::string text;
  tx.query(kDeliveriesKeyOfMessage, {shop_id, customer_id, contact_id, platform_message_id},
           [&](const Row& row) { text = row.text(0); });
  const auto key = delivery_key_from(text);
  return key ? get_delivery(tx, shop_id, *key) : std::nullopt;
}

std::vector<Delivery> deliveries_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                             std::span<const std::int64_t> broadcasts, std::span<const std::int64_t> rules,
                                             int limit) {
  std::vector<Delivery> rows;
  const auto add = [&](std::string_view source, std::int64_t source_id) {
    tx.query(kDeliveriesOfCustomer, {shop_id, source, source_id, customer_id}, [&](const Row& row) { rows.push_back(delivery_of(row)); });
  };
  add("m", 0);
  for (const auto id : broadcasts) add("b", id);
  for (const auto id : rules) add("r", id);
  std::sort(rows.begin(), rows.end(), [](const Delivery& a, const Delivery& b) {
    return std::pair(a.updated_at_ms, a.key) > std::pair(b.updated_at_ms, b.key);
  });
  if (rows.size() > static_cast<std::size_t>(limit)) rows.resize(static_cast<std::size_t>(limit));
  return rows;
}

std::vector<Delivery> messages_after(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view cause, int limit) {
  std::vector<Delivery> rows;
  tx.query(kDeliveriesMessagesAfter, {shop_id, customer_id, cause, limit}, [&](const Row& row) { rows.push_back(delivery_of(row)); });
  return rows;
}

std::vector<Delivery> list_deliveries(Transaction& tx, std::int64_t shop_id, std::string_view source,
                                      std::int64_t source_id, std::string_view state,
                                      const std::optional<DeliveryKey>& after, int limit) {
  std::vector<Delivery> rows;
  const std::int64_t after_customer = after ? after->customer_id : std::numeric_limits<std::int64_t>::min();
  tx.query(kDeliveriesList, {shop_id, source, source_id, after_customer, after ? after->cause : std::string(), state, limit},
           [&](const Row& row) { rows.push_back(delivery_of(row)); });
  return rows;
}

void enqueue(Transaction& tx, const QueueRow& row) {
  tx.submit(kSendQueueInsert, {row.channel_id, static_cast<std::int64_t>(row.lane), row.due_at_ms, row.shop_id, row.key.source,
                        row.key.source_id, row.key.customer_id, row.key.cause});
  tx.raise(kSendWork);
}

void dequeue(Transaction& tx, const QueueRow& row) {
  tx.submit(kSendQueueDelete, {row.channel_id, static_cast<std::int64_t>(row.lane), row.due_at_ms, row.shop_id, row.key.source,
                        row.key.source_id, row.key.customer_id, row.key.cause});
}

std::vector<QueueRow> due_rows(Transaction& tx, std::int64_t channel_id, SendLane lane, std::int64_t now_ms, int limit,
                               std::int64_t shop_id) {
  std::vector<QueueRow> rows;
  const auto add = [&](const Row& row) { rows.push_back({channel_id, lane, row.integer(0), row.integer(1), key_of(row, 2)}); };
  const auto lane_no = static_cast<std::int64_t>(lane);
  if (shop_id == 0)
    tx.query(kSendQueueDue, {channel_id, lane_no, now_ms, limit}, add);
  else
    tx.query(kSendQueueDueOfShop, {channel_id, lane_no, now_ms, limit, shop_id}, add);
  return rows;
}

std::optional<std::int64_t> next_due_ms(Transaction& tx, std::span<const std::int64_t> channel_ids) {
  std::optional<std::int64_t> earliest;
  for (const auto channel : channel_ids)
    for (const auto lane : {SendLane::kFast, SendLane::kBulk})
      tx.query(kSendQueueNextDue, {channel, static_cast<std::int64_t>(lane)}, [&](const Row& row) {
        if (!row.is_null(0)) earliest = std::min(earliest.value_or(row.integer(0)), row.integer(0));
      });
  return earliest;
}

void add_in_flight(Transaction& tx, const InFlight& row) {
  tx.submit(kInFlightInsert, {row.shop_id, row.key.source, row.key.source_id, row.key.customer_id, row.key.cause,
                           row.channel_id, row.node, row.since_ms, row.fence, row.batch, row.address});
}

bool remove_in_flight(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key, std::int64_t fence) {
  return tx.execute(kInFlightDelete, {shop_id, key.source, key.source_id, key.customer_id, key.cause, fence}) > 0;
}

bool remove_single_in_flight(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key) {
  return tx.execute(kInFlightDeleteSingle, {shop_id, key.source, key.source_id, key.customer_id, key.cause}) > 0;
}

std::vector<InFlight> list_in_flight(Transaction& tx) {
  std::vector<InFlight> rows;
  tx.query(kInFlightList, {}, [&](const Row& row) {
    rows.push_back({row.integer(0), key_of(row, 1), row.integer(5), row.string(6), row.integer(7), row.integer(8),
                    row.string(9), row.string(10)});
  });
  return rows;
}

void add_marketing_sent(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key, std::int64_t at_ms) {
  tx.submit(kMarketingSentInsert, {shop_id, key.customer_id, at_ms, key.source, key.source_id});
}

void remove_marketing_sent(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key) {
  tx.submit(kMarketingSentDelete, {shop_id, key.customer_id, key.source, key.source_id});
}

std::vector<std::int64_t> marketing_sent_since(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                               std::int64_t since_ms) {
  std::vector<std::int64_t> times;
  tx.query(kMarketingSentSince, {shop_id, customer_id, since_ms}, [&](const Row& row) { times.push_back(row.integer(0)); });
  return times;
}

std::vector<std::int64_t> customers_with_old_marketing(Transaction& tx, std::int64_t shop_id, std::int64_t before_ms, int limit) {
  std::vector<std::int64_t> customers;
  tx.query(kMarketingSentOld, {shop_id, before_ms, limit}, [&](const Row& row) { customers.push_back(row.integer(0)); });
  return customers;
}

void forget_old_marketing(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::int64_t before_ms) {
  tx.submit(kMarketingSentForget, {shop_id, customer_id, before_ms});
}

std::span<const Sql* const> ledger_statements() { return kLedgerStatements; }

}  // namespace laoke::storage

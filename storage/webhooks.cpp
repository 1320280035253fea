#include "storage/webhooks.h"

namespace laoke::storage {
namespace {

#define ENDPOINT_COLUMNS "endpoint_id, url, secret, kinds, enabled, created_at_ms"
#define CALL_COLUMNS "due_at_ms, shop_id, endpoint_id, event_id, attempts, body, last_error"
#define CALL_KEY "due_at_ms = $1 AND shop_id = $2 AND endpoint_id = $3 AND event_id = $4"
constexpr Sql kWebhooksInsertEndpoint{"webhooks.insert_endpoint",
                                      "INSERT INTO webhook_endpoints (shop_id, " ENDPOINT_COLUMNS
                                      ") VALUES ($1, $2, $3, $4, $5, $6, $7)"};
constexpr Sql kWebhooksGetEndpoint{"webhooks.get_endpoint",
                                   "SELECT " ENDPOINT_COLUMNS
                                   " FROM webhook_endpoints WHERE shop_id = $1 AND endpoint_id = $2"};
constexpr Sql kWebhooksListEndpoints{"webhooks.list_endpoints",
                                     "SELECT " ENDPOINT_COLUMNS
                                     " FROM webhook_endpoints WHERE shop_id = $1 ORDER BY endpoint_id"};
constexpr Sql kWebhooksEnabledEndpoints{"webhooks.enabled_endpoints",
                                        "SELECT " ENDPOINT_COLUMNS
                                        " FROM webhook_endpoints WHERE shop_id = $1 AND enabled = 1"};
constexpr Sql kWebhooksUpdateEndpoint{"webhooks.update_endpoint",
                                      "UPDATE webhook_endpoints SET url = $3, secret = $4, kinds = $5, enabled = $6 "
                                      "WHERE shop_id = $1 AND endpoint_id = $2"};
constexpr Sql kWebhooksDeleteEndpoint{"webhooks.delete_endpoint",
                                      "DELETE FROM webhook_endpoints WHERE shop_id = $1 AND endpoint_id = $2"};
constexpr Sql kWebhooksDeleteCalls{"webhooks.delete_calls",
                                   "DELETE FROM webhook_queue WHERE shop_id = $1 AND endpoint_id = $2"};

constexpr Sql kWebhooksEnqueue{"webhooks.enqueue",
                               "INSERT INTO webhook_queue (" CALL_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7)"};
constexpr Sql kWebhooksDue{
    "webhooks.due",
    "SELECT q.due_at_ms, q.shop_id, q.endpoint_id, q.event_id, q.attempts, q.body, q.last_error, "
    "e.endpoint_id, e.url, e.secret, e.kinds, e.enabled, e.created_at_ms FROM webhook_queue q "
    "JOIN webhook_endpoints e ON e.shop_id = q.shop_id AND e.endpoint_id = q.endpoint_id "
    "WHERE q.due_at_ms <= $1 ORDER BY q.due_at_ms, q.shop_id, q.endpoint_id, q.event_id LIMIT $2"};
constexpr Sql kWebhooksNext{"webhooks.next", "SELECT min(due_at_ms) FROM webhook_queue WHERE due_at_ms < $1"};
constexpr Sql kWebhooksRemove{"webhooks.remove", "DELETE FROM webhook_queue WHERE " CALL_KEY};
constexpr Sql kWebhooksMove{"webhooks.move",
                            "UPDATE webhook_queue SET due_at_ms = $5, attempts = $6, last_error = $7 WHERE " CALL_KEY};
constexpr Sql kWebhooksRest{
    "webhooks.rest",
    "UPDATE webhook_queue SET due_at_ms = $4 WHERE shop_id = $1 AND endpoint_id = $2 AND due_at_ms <= $3"};
constexpr Sql kWebhooksGiveUp{"webhooks.give_up",
                              "UPDATE webhook_queue SET due_at_ms = $3, last_error = $4 "
                              "WHERE shop_id = $1 AND endpoint_id = $2 AND due_at_ms < $3"};
constexpr Sql kWebhooksForget{
    "webhooks.forget",
    "DELETE FROM webhook_queue WHERE due_at_ms = $3 AND shop_id = $1 AND endpoint_id = $2 AND event_id <= "
    "(SELECT event_id FROM webhook_queue WHERE due_at_ms = $3 AND shop_id = $1 AND endpoint_id = $2 "
    "ORDER BY event_id DESC LIMIT 1 OFFSET $4)"};
constexpr Sql kWebhooksGivenUp{"webhooks.given_up",
                               "SELECT " CALL_COLUMNS
                               " FROM webhook_queue WHERE due_at_ms = $1 AND shop_id = $2 AND endpoint_id = $3 "
                               "AND ($4 = 0 OR event_id < $4) ORDER BY event_id DESC LIMIT $5"};
constexpr Sql kWebhooksRetry{"webhooks.retry",
                             "UPDATE webhook_queue SET due_at_ms = $4, attempts = 0 "
                             "WHERE due_at_ms = $3 AND shop_id = $1 AND endpoint_id = $2"};
#undef ENDPOINT_COLUMNS
#undef CALL_COLUMNS
#undef CALL_KEY

constexpr const Sql* kWebhooksStatements[] = {&kWebhooksInsertEndpoint,
                                              &kWebhooksGetEndpoint,
                                              &kWebhooksListEndpoints,
                                              &kWebhooksEnabledEndpoints,
                                              &kWebhooksUpdateEndpoint,
                                              &kWebhooksDeleteEndpoint,
                                              &kWebhooksDeleteCalls,
                                              &kWebhooksEnqueue,
                                              &kWebhooksDue,
                                              &kWebhooksNext,
                                              &kWebhooksRemove,
                                              &kWebhooksMove,
                                              &kWebhooksRest,
                                              &kWebhooksGiveUp,
                                              &kWebhooksForget,
                                              &kWebhooksGivenUp,
                                              &kWebhooksRetry};

WebhookEndpoint endpoint_of(const Row& row, int at = 0) {
  return {row.integer(at),    row.string(at + 1), row.string(at + 2),
          row.string(at + 3), row.yes(at + 4),    row.integer(at + 5)};
}

WebhookCall call_of(const Row& row) {
  return {row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4), row.string(5), row.string(6)};
}

}  // namespace

std::int64_t insert_webhook_endpoint(Transaction& tx, std::int64_t shop_id, const WebhookEndpoint& endpoint) {
  const std::int64_t id = tx.next_id();
  tx.forget_kept();
  tx.submit(kWebhooksInsertEndpoint,
            {shop_id, id, endpoint.url, endpoint.secret, endpoint.kinds, endpoint.enabled, endpoint.created_at_ms});
  return id;
}

std::optional<WebhookEndpoint> get_webhook_endpoint(Transaction& tx, std::int64_t shop_id, std::int64_t endpoint_id) {
  std::optional<WebhookEndpoint> found;
  tx.query(kWebhooksGetEndpoint, {shop_id, endpoint_id}, [&](const Row& row) { found = endpoint_of(row); });
  return found;
}

std::vector<WebhookEndpoint> list_webhook_endpoints(Transaction& tx, std::int64_t shop_id) {
  std::vector<WebhookEndpoint> all;
  tx.query(kWebhooksListEndpoints, {shop_id}, [&](const Row& row) { all.push_back(endpoint_of(row)); });
  return all;
}

// `shared`: kept by the transaction too.
std::shared_ptr<const std::vector<WebhookEndpoint>> enabled_webhook_endpoints(Transaction& tx, std::int64_t shop_id) {
  if (auto kept = tx.kept<std::vector<WebhookEndpoint>>(kWebhooksEnabledEndpoints, shop_id)) return kept;
  auto enabled = std::make_shared<std::vector<WebhookEndpoint>>();
  tx.query(kWebhooksEnabledEndpoints, {shop_id}, [&](const Row& row) { enabled->push_back(endpoint_of(row)); });
  tx.keep(kWebhooksEnabledEndpoints, shop_id, enabled);
  return enabled;
}

void update_webhook_endpoint(Transaction& tx, std::int64_t shop_id, const WebhookEndpoint& endpoint) {
  tx.forget_kept();
  tx.submit(kWebhooksUpdateEndpoint,
            {shop_id, endpoint.endpoint_id, endpoint.url, endpoint.secret, endpoint.kinds, endpoint.enabled});
}

bool delete_webhook_endpoint(Transaction& tx, std::int64_t shop_id, std::int64_t endpoint_id) {
  tx.forget_kept();
  tx.submit(kWebhooksDeleteCalls, {shop_id, endpoint_id});
  return tx.execute(kWebhooksDeleteEndpoint, {shop_id, endpoint_id}) > 0;
}

void enqueue_webhook(Transaction& tx, const WebhookCall& call) {
  tx.submit(kWebhooksEnqueue,
            {call.due_at_ms, call.shop_id, call.endpoint_id, call.event_id, call.attempts, call.body, call.last_error});
  tx.raise(kWebhookWork);
}

std::vector<DueWebhook> due_webhooks(Transaction& tx, std::int64_t now_ms, int limit) {
  std::vector<DueWebhook> due;
  tx.query(kWebhooksDue, {now_ms, limit}, [&](const Row& row) { due.push_back({call_of(row), endpoint_of(row, 7)}); });
  return due;
}

std::optional<std::int64_t> next_webhook_ms(Transaction& tx) {
  std::optional<std::int64_t> next;
  tx.query(kWebhooksNext, {kWebhookGivenUp}, [&](const Row& row) { next = row.maybe_integer(0); });
  return next;
}

bool remove_webhook(Transaction& tx, const WebhookCall& call) {
  return tx.execute(kWebhooksRemove, {call.due_at_ms, call.shop_id, call.endpoint_id, call.event_id}) > 0;
}

void move_webhook(Transaction& tx, const WebhookCall& call, std::int64_t due_at_ms, std::int64_t attempts,
                  std::string_view last_error) {
  tx.submit(kWebhooksMove,
            {call.due_at_ms, call.shop_id, call.endpoint_id, call.event_id, due_at_ms, attempts, last_error});
}

void rest_webhooks(Transaction& tx, std::int64_t shop_id, std::int64_t endpoint_id, std::int64_t now_ms,
                   std::int64_t until_ms) {
  tx.submit(kWebhooksRest, {shop_id, endpoint_id, now_ms, until_ms});
}

void give_up_webhooks(Transaction& tx, std::int64_t shop_id, std::int64_t endpoint_id, std::string_view last_error) {
  tx.submit(kWebhooksGiveUp, {shop_id, endpoint_id, kWebhookGivenUp, last_error});
  tx.submit(kWebhooksForget, {shop_id, endpoint_id, kWebhookGivenUp, kMostGivenUp});
}

std::vector<WebhookCall> list_given_up(Transaction& tx, std::int64_t shop_id, std::int64_t endpoint_id,
                                       std::int64_t before_event, int limit) {
  std::vector<WebhookCall> calls;
  tx.query(kWebhooksGivenUp, {kWebhookGivenUp, shop_id, endpoint_id, before_event, limit},
           [&](const Row& row) { calls.push_back(call_of(row)); });
  return calls;
}

std::int64_t retry_given_up(Transaction& tx, std::int64_t shop_id, std::int64_t endpoint_id, std::int64_t due_at_ms) {
  const std::int64_t moved = tx.execute(kWebhooksRetry, {shop_id, endpoint_id, kWebhookGivenUp, due_at_ms});
  if (moved > 0) tx.raise(kWebhookWork);
  return moved;
}

std::span<const Sql* const> webhook_statements() {
  return kWebhooksStatements;
}

}  // namespace laoke::storage

#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"

// Where a shop's events are told to other programs, and what is still to be told.
namespace laoke::storage {

struct WebhookEndpoint {
  std::int64_t endpoint_id = 0;
  std::string url;
  std::string secret;  // "whsec_" + base64: never logged, shown once
  std::string kinds;   // JSON list of event kinds, "[]" all
  bool enabled = true;
  std::int64_t created_at_ms = 0;
};

// Stores a new endpoint; its id comes from next_id().
std::int64_t insert_webhook_endpoint(Transaction& tx, std::int64_t shop_id, const WebhookEndpoint& endpoint);
std::optional<WebhookEndpoint> get_webhook_endpoint(Transaction& tx, std::int64_t shop_id, std::int64_t endpoint_id);
std::vector<WebhookEndpoint> list_webhook_endpoints(Transaction& tx, std::int64_t shop_id);  // by id
// Those that are told something: a range of the primary key, empty for most shops. Asked for every event.
std::shared_ptr<const std::vector<WebhookEndpoint>> enabled_webhook_endpoints(Transaction& tx, std::int64_t shop_id);  // never null
// Writes all but the creation time.
void update_webhook_endpoint(Transaction& tx, std::int64_t shop_id, const WebhookEndpoint& endpoint);
// The endpoint and what waits for it. False when there is none.
bool delete_webhook_endpoint(Transaction& tx, std::int64_t shop_id, std::int64_t endpoint_id);

// One event for one endpoint, as it will be sent.
struct WebhookCall {
  std::int64_t due_at_ms = 0, shop_id = 0, endpoint_id = 0, event_id = 0;
  std::int64_t attempts = 0;
  std::string body, last_error;
};
// A call that is not tried again waits here, at the far end of the queue, for a person.
inline constexpr std::int64_t kWebhookGivenUp = 9'000'000'000'000'000;
// Of those, an endpoint keeps the newest.
inline constexpr int kMostGivenUp = 1'000;

void enqueue_webhook(Transaction& tx, const WebhookCall& call);
// Due calls of all shops, the earliest first, each with its endpoint.
struct DueWebhook {
  WebhookCall call;
  WebhookEndpoint endpoint;
};
std::vector<DueWebhook> due_webhooks(Transaction& tx, std::int64_t now_ms, int limit);
// When the earliest is due; none when nothing waits.
std::optional<std::int64_t> next_webhook_ms(Transaction& tx);
// False when it is not there any more.
bool remove_webhook(Transaction& tx, const WebhookCall& call);
// The same call at another time with what came of it. Does nothing when it is not there any more.
void move_webhook(Transaction& tx, const WebhookCall& call, std::int64_t due_at_ms, std::int64_t attempts,
                  std::string_view last_error);
// Everything of the endpoint that is due by `now_ms` waits until `until_ms`.
void rest_webhooks(Transaction& tx, std::int64_t shop_id, std::int64_t endpoint_id, std::int64_t now_ms, std::int64_t until_ms);
// Everything that waits for the endpoint is given up for the reason that is told, but for the newest kMostGivenUp it is
// forgotten.
void give_up_webhooks(Transaction& tx, std::int64_t shop_id, std::int64_t endpoint_id, std::string_view last_error);
// Given-up calls, newest event first; `before_event` 0 starts at the newest.
std::vector<WebhookCall> list_given_up(Transaction& tx, std::int64_t shop_id, std::int64_t endpoint_id,
                                       std::int64_t before_event, int limit);
// Puts the endpoint's given-up calls back in the queue for `due_at_ms`; how many.
std::int64_t retry_given_up(Transaction& tx, std::int64_t shop_id, std::int64_t endpoint_id, std::int64_t due_at_ms);

}  // namespace laoke::storage

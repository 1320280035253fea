// The ledger of sends.
#include "bot/http/api_delivery.h"
#include "handlers/reasons.h"
#include "handlers/tried.h"
#include "handlers/undelivered.h"
#include "storage/broadcasts.h"
#include "storage/rules.h"

namespace laoke::http::api {
namespace {

constexpr int kBroadcastsLookedAt = 200;

// Rows of one broadcast or rule, in the order of their keys; a cursor is the last row's key.
json of_source(const Call& call, std::string_view source, std::int64_t source_id) {
  std::optional<storage::DeliveryKey> after;
  if (const auto text = call.argument("cursor"); !text.empty()) {
    after = storage::delivery_key_from(text);
    if (!after) throw Problem(400, say(call.language, "api.cursor"));
  }
  return page(
      call,
      storage::list_deliveries(call.tx(), call.shop_id(), source, source_id, call.argument("state"), after,
                               call.limit() + 1),
      [&](const auto& delivery) { return json_of(delivery, call); },
      [](const auto& delivery) { return storage::to_text(delivery.key); });
}

Reply list_of_deliveries(const Call& call) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  const auto broadcast = call.number("broadcast_id", 0, 1, kMost), rule = call.number("rule_id", 0, 1, kMost),
             customer = call.number("customer_id", 0, 1, kMost);
  if ((broadcast != 0) + (rule != 0) + (customer != 0) != 1)
    throw Problem(400, say(call.language, "api.choose_one", {{"allowed", "broadcast_id, rule_id, customer_id"}}));
  if (broadcast != 0) return {of_source(call, "b", broadcast)};
  if (rule != 0) return {of_source(call, "r", rule)};
  auto rows = newest_deliveries(call, customer, call.limit());
  const auto state = call.argument("state");
  std::erase_if(rows, [&](const auto& delivery) { return !state.empty() && delivery.state != state; });
  return {whole(rows, [&](const auto& delivery) { return json_of(delivery, call); })};
}

// What a person decides about a send that may not have arrived.
Reply decide_undelivered(const Call& call, void (*what)(const Context&, const storage::Delivery&)) {
  Body body(call);
  const auto key = storage::delivery_key_from(body->required_text("key"));
  body.check();
  const auto delivery = key ? storage::get_delivery(call.tx(), call.shop_id(), *key) : std::nullopt;
  if (!delivery) absent(call);
  what(call.context, *delivery);
  return {json_of(storage::get_delivery(call.tx(), call.shop_id(), *key).value_or(*delivery), call)};
}

}  // namespace

json json_of(const storage::Delivery& delivery, const Call& call) {
  json shown = {{"key", storage::to_text(delivery.key)},
                {"source", "message"},
                {"source_id", nullptr},
                {"customer_id", delivery.key.customer_id},
                {"cause", delivery.key.cause},
                {"state", delivery.state},
                {"state_words", reasons::state_words(delivery.state, call.language)},
                {"reason", delivery.reason},
                {"reason_words", ""},
                {"class", delivery.klass},
                {"contact_id", nullptr},
                {"due_at_ms", delivery.due_at_ms},
                {"expires_at_ms", delivery.expires_at_ms},
                {"attempts", delivery.attempts},
                {"platform_message_id", delivery.platform_message_id},
                {"updated_at_ms", delivery.updated_at_ms}};
  if (delivery.key.source != "m") {
    shown["source"] = delivery.key.source == "b" ? "broadcast" : "rule";
    shown["source_id"] = delivery.key.source_id;
  }
  if (!delivery.reason.empty()) shown["reason_words"] = reasons::words(delivery.reason, call.language);
  shown["tried_before"] = json::array();
  for (const auto& step : tried_before(call.context, delivery))
    shown["tried_before"].push_back({{"contact_id", step.contact_id}, {"reason", step.reason}, {"reason_words", reasons::words(step.reason, call.language)},
                                     {"detail", step.detail}, {"at_ms", step.at_ms}});
  if (delivery.contact_id != 0) shown["contact_id"] = delivery.contact_id;
  return shown;
}

std::vector<storage::Delivery> newest_deliveries(const Call& call, std::int64_t customer_id, int limit) {
  std::vector<std::int64_t> broadcasts, rules;
  for (const auto& broadcast : storage::list_broadcasts(call.tx(), call.shop_id(), 0, kBroadcastsLookedAt))
    broadcasts.push_back(broadcast.broadcast_id);
  for (const auto& rule : storage::list_rules(call.tx(), call.shop_id())) rules.push_back(rule.rule_id);
  return storage::deliveries_of_customer(call.tx(), call.shop_id(), customer_id, broadcasts, rules, limit);
}

void add_deliveries(const Api& api) {
  api.list("/deliveries", {"broadcast_id", "rule_id", "customer_id", "state"}, list_of_deliveries);
  api.get("/deliveries/undecided", {}, [](const Call& call) {
    return Reply{whole(undecided(call.context, kMostPageRows), [&](const auto& one) { return json_of(one.delivery, call); })};
  });
  api.post("/deliveries/resend", Role::kOperator, [](const Call& call) { return decide_undelivered(call, send_again); });
  api.post("/deliveries/leave", Role::kOperator, [](const Call& call) { return decide_undelivered(call, leave_it); });
  api.get("/deliveries/{key...}", {}, [](const Call& call) {
    const auto key = storage::delivery_key_from(call.text("key"));
    const auto delivery = key ? storage::get_delivery(call.tx(), call.shop_id(), *key) : std::nullopt;
    if (!delivery) absent(call);
    return Reply{json_of(*delivery, call)};
  });
}

}  // namespace laoke::http::api

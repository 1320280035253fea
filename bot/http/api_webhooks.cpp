// Endpoints that are told what happens in the shop.
#include <algorithm>

#include "bot/http/api_call.h"
#include "bot/http_client.h"
#include "bot/webhooks_out.h"
#include "handlers/listeners.h"
#include "handlers/rule_format.h"
#include "storage/webhooks.h"

namespace laoke::http::api {
namespace {

constexpr std::size_t kMostEndpoints = 20, kMostKinds = 60, kLongestUrl = 2'000;

// What happened() tells beyond the events that rules may wait for.
bool is_kind(const std::string& kind) {
  const auto& known = event_kinds();
  return std::find(known.begin(), known.end(), kind) != known.end() || kind == "order.reverted" ||
         kind == "broadcast.started" || kind == "broadcast.done";
}

json webhook_json(const storage::WebhookEndpoint& endpoint) {
  return {{"id", endpoint.endpoint_id},
          {"url", endpoint.url},
          {"kinds", stored_json(endpoint.kinds)},
          {"enabled", endpoint.enabled},
          {"created_at_ms", endpoint.created_at_ms}};
}

storage::WebhookEndpoint endpoint_in(const Call& call) {
  const auto endpoint = storage::get_webhook_endpoint(call.tx(), call.shop_id(), call.id());
  if (!endpoint) absent(call);
  return *endpoint;
}

void read_webhook(Body& body, storage::WebhookEndpoint& endpoint) {
  if (auto url = body->maybe_text("url", kLongestUrl)) {
    if (!is_http_url(*url)) body->faults().add(body->at("url"), {"api.url"});
    endpoint.url = *url;
  }
  if (body->has("kinds")) {
    const auto kinds = body->texts("kinds", kMostKinds);
    std::string known;
    for (const auto& kind : event_kinds()) known += (known.empty() ? "" : ", ") + kind;
    for (std::size_t i = 0; i < kinds.size(); ++i)
      if (!is_kind(kinds[i]))
        body->faults().add(body->at("kinds/" + std::to_string(i)), {"api.need_choice", {{"allowed", known}}});
    endpoint.kinds = json(kinds).dump(-1, ' ', false, json::error_handler_t::replace);
  }
  endpoint.enabled = body->flag("enabled").value_or(endpoint.enabled);
  body.check();
}

Reply create_webhook(const Call& call) {
  Body body(call);
  body->required_text("url", kLongestUrl);
  storage::WebhookEndpoint endpoint;
  endpoint.kinds = "[]";
  read_webhook(body, endpoint);
  if (storage::list_webhook_endpoints(call.tx(), call.shop_id()).size() >= kMostEndpoints)
    throw Problem(422, say(call.language, "api.most_endpoints", {{"most", kMostEndpoints}}), {}, "webhook.too_many");
  endpoint.secret = new_webhook_secret();
  endpoint.created_at_ms = call.context.now_ms;
  endpoint.endpoint_id = storage::insert_webhook_endpoint(call.tx(), call.shop_id(), endpoint);
  recheck_listeners(call.context);
  json shown = webhook_json(endpoint);
  shown["secret"] = endpoint.secret;  // the only time
  return created(std::move(shown));
}

Reply change_webhook(const Call& call) {
  auto endpoint = endpoint_in(call);
  Body body(call);
  read_webhook(body, endpoint);
  storage::update_webhook_endpoint(call.tx(), call.shop_id(), endpoint);
  recheck_listeners(call.context);
  return {webhook_json(endpoint)};
}

Reply failures(const Call& call) {
  const auto endpoint = endpoint_in(call);
  return {page(
      call, storage::list_given_up(call.tx(), call.shop_id(), endpoint.endpoint_id, call.cursor(), call.limit() + 1),
      [](const auto& failed) {
        return json{{"event_id", failed.event_id},
                    {"attempts", failed.attempts},
                    {"last_error", failed.last_error},
                    {"event", stored_json(failed.body)}};
      },
      [](const auto& failed) { return failed.event_id; })};
}

}  // namespace

void add_webhooks(const Api& api) {
  api.get("/webhooks", {}, [](const Call& call) {
    return Reply{whole(storage::list_webhook_endpoints(call.tx(), call.shop_id()),
                       [](const auto& endpoint) { return webhook_json(endpoint); })};
  });
  api.post("/webhooks", Role::kOwner, create_webhook);
  api.get("/webhooks/{id}", {}, [](const Call& call) { return Reply{webhook_json(endpoint_in(call))}; });
  api.change("PATCH", "/webhooks/{id}", Role::kOwner, change_webhook);
  api.change("DELETE", "/webhooks/{id}", Role::kOwner, [](const Call& call) {
    if (!storage::delete_webhook_endpoint(call.tx(), call.shop_id(), call.id())) absent(call);
    recheck_listeners(call.context);
    return nothing();
  });
  api.list("/webhooks/{id}/failures", {}, failures);
  api.post("/webhooks/{id}/retry", Role::kOwner, [](const Call& call) {
    Body(call).check();
    const auto endpoint = endpoint_in(call);
    return Reply{
        {{"queued", storage::retry_given_up(call.tx(), call.shop_id(), endpoint.endpoint_id, call.context.now_ms)}}};
  });
}

}  // namespace laoke::http::api

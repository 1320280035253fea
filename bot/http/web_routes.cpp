#include "bot/http/web_routes.h"

#include "bot/http/api.h"
#include "bot/http/problem.h"
#include "bot/http/webchat_routes.h"
#include "bot/metrics.h"
#include "storage/embedded.h"

namespace laoke::http {
namespace {

Response text(std::string body, std::string type = "text/plain; charset=utf-8") {
  Response response;
  response.content_type = std::move(type);
  response.body = std::move(body);
  return response;
}

// What the API asks of the running parts.
ApiParts api_parts(const WebParts& parts) {
  return {parts.database, parts.clock, [&channels = parts.channels] { return channels.health(); },
          [&sender = parts.sender] { return sender.rates(); },
          [&channels = parts.channels, &intake = parts.intake](std::int64_t channel_id, std::int64_t dead_letter_id, std::string& error) {
            const auto live = channels.by_id(channel_id);
            if (live && live->channel) return intake.replay(*live, dead_letter_id, error);
            error = "the channel is switched off or gone; switch it on and try again";
            return false;
          }};
}

}  // namespace

void add_web_routes(Router& router, const WebParts& parts) {
  router.add("GET", "/", [page = embedded::embedded_console().front().text](const Request&) {
    auto response = text(page, "text/html; charset=utf-8");
    response.headers["Content-Security-Policy"] = "default-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
    return response;
  });
  router.add("GET", "/healthz", [](const Request&) { return text("ok\n"); });
  // Ready means: the database answers and can be written. A callback that came now would be taken.
  router.add("GET", "/readyz", [&database = parts.database](const Request&) {
    try {
      database.write([](storage::Transaction& tx) { return storage::next_number(tx, 0, "ready"); });
      return text("ready\n");
    } catch (const storage::StorageError&) {
      return unavailable("the database cannot be written", 5);
    }
  });
  add_webchat_routes(router, [&channels = parts.channels](std::string_view name) -> std::optional<WebchatAccount> {
    const auto live = channels.by_hook(name);
    if (!live || live->row.kind != "webchat") return std::nullopt;
    return WebchatAccount{live->row.channel_id, nlohmann::json::parse(live->row.settings).value("token", "")};
  });
  add_api_routes(router, api_parts(parts));
  router.add("GET", "/metrics", [](const Request&) {
    return text(metrics::registry().text(), "text/plain; version=0.0.4; charset=utf-8");
  });
}

}  // namespace laoke::http

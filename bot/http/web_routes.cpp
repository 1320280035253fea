#include "bot/http/web_routes.h"

#include "bot/http/api.h"
#include "bot/http/problem.h"
#include "bot/http/webchat_routes.h"
#include "bot/metrics.h"
#include "storage/embedded.h"
#include "storage/nodes.h"

namespace laoke::http {
namespace {

Response text(std::string body, std::string type = "text/plain; charset=utf-8") {
  Response response;
  response.content_type = std::move(type);
  response.body = std::move(body);
  return response;
}

constexpr int kRetryAfterSeconds = 5;

// For the operator who looks at a red probe: no word of the inner text, which may name hosts.
std::string_view why_not_ready(storage::StorageFault fault) {
  switch (fault) {
    case storage::StorageFault::kUnavailable: return "the database cannot be reached; this server goes on by itself once it can";
    case storage::StorageFault::kDiskFull: return "the database has no room left: make some on its disk";
    case storage::StorageFault::kReadOnly: return "the database can only be read: look at its rights or whether it is a standby";
    default: return "the database cannot be written; the log says why";
  }
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

void add_health_routes(Router& router, const WebParts& parts) {
  router.add("GET", "/healthz", [](const Request&) { return text("ok\n"); });
  router.add("GET", "/readyz", [&database = parts.database](const Request&) {
    try {
      database.write([](storage::Transaction& tx) { storage::try_writing(tx); }, storage::kNodesScope);
      return text("ready\n");
    } catch (const storage::StorageError& error) {
      return unavailable(why_not_ready(error.fault()), kRetryAfterSeconds);
    }
  });
  router.add("GET", "/metrics", [](const Request&) {
    return text(metrics::registry().text(), "text/plain; version=0.0.4; charset=utf-8");
  });
}

void add_web_routes(Router& router, const WebParts& parts) {
  router.add("GET", "/", [page = embedded::embedded_console().front().text](const Request&) {
    auto response = text(page, "text/html; charset=utf-8");
    response.headers["Content-Security-Policy"] = "default-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    response.headers["X-Content-Type-Options"] = "nosniff";
    response.headers["Referrer-Policy"] = "no-referrer";
    return response;
  });
  add_webchat_routes(router, [&channels = parts.channels](std::string_view name) -> std::optional<WebchatAccount> {
    const auto live = channels.by_hook(name);
    if (!live || live->row.kind != "webchat") return std::nullopt;
    return WebchatAccount{live->row.channel_id, nlohmann::json::parse(live->row.settings).value("token", "")};
  });
  add_api_routes(router, api_parts(parts));
}

}  // namespace laoke::http

#pragma once
#include "bot/channel_host.h"
#include "bot/clock.h"
#include "bot/config.h"
#include "bot/http/router.h"
#include "bot/intake.h"
#include "bot/scheduler.h"
#include "bot/sender.h"
#include "storage/database.h"

namespace laoke::http {

// What the routes work with; all of it outlives the server.
struct WebParts {
  storage::Database& database;
  ChannelHost& channels;
  Intake& intake;
  Sender& sender;
  const Clock& clock;
  const Config& config;
};

// On every node: /healthz (the process runs), /readyz (a callback that came now would be taken), /metrics.
void add_health_routes(Router& router, const WebParts& parts);
// Everything else but the hooks: the page, webchat, the API.
void add_web_routes(Router& router, const WebParts& parts);

}  // namespace laoke::http

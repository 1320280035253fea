#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "bot/clock.h"
#include "bot/http/router.h"
#include "handlers/policy.h"
#include "storage/database.h"

namespace laoke::http {

// What the API works with; all of it outlives the router. The functions are thread-safe.
struct ApiParts {
  storage::Database& database;
  const Clock& clock;
  // What policy must know of the chat accounts, by channel_id.
  std::function<ChannelMap()> channels;
  // Messages a second by channel_id, for estimated ends.
  std::function<std::map<std::int64_t, double>()> rates;
  // Takes a dead letter of this channel again; false with the reason in `error` when it still fails.
  std::function<bool(std::int64_t channel_id, std::int64_t dead_letter_id, std::string& error)> replay;
};

// Everything under /api/v1, as docs/openapi.yaml describes it.
void add_api_routes(Router& router, const ApiParts& parts);

}  // namespace laoke::http

#pragma once
#include "bot/channel_host.h"
#include "bot/http/router.h"
#include "bot/intake.h"
#include "bot/sender.h"

namespace laoke {

// POST and GET /hooks/{channel}: the platforms' way in. 401 for a bad signature (nothing is kept), 200 once what the
// callback says is durable, 503 while the database cannot take it.
void add_hook_routes(http::Router& router, ChannelHost& channels, Intake& intake, Sender& sender);
// On a node that takes none: 503 with Retry-After, so that a misrouted callback comes again, to another node.
void add_closed_hook_routes(http::Router& router);

}  // namespace laoke

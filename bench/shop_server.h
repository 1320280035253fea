#pragma once
#include <memory>

#include "bench/figures.h"
#include "bot/channel_host.h"
#include "bot/clock.h"
#include "bot/default_shop.h"
#include "bot/hooks.h"
#include "bot/http/router.h"
#include "bot/http/server.h"
#include "bot/intake.h"
#include "bot/sender.h"
#include "storage/shops.h"

namespace laoke::bench {

constexpr const char* kSecret = "bench-secret";

// The way in of the running program, from the socket to the commit: its server, routes, hooks and Telegram adapter over a
// shop with the stock rules. Nothing is sent. /hooks/bot/parsed stops after secret and parsing;
// /hooks/bot/alone writes each callback by itself while its thread waits.
class ShopServer {
 public:
  explicit ShopServer(const storage::DatabaseOptions& options)
      : database(storage::open_database(options)),
        channels(*database),
        intake(*database, clock),
        sender(*database, channels, clock, "bench"),
        server(server_options(), [this](http::Request& request) { return router(request); }) {
    Config config;
    config.language = "zh-CN";
    create_default_shop(*database, config, clock.now_ms());
    shop_id = database->write([&](storage::Transaction& tx) {
      const auto shop = storage::find_shop(tx, "default")->shop_id;
      storage::ChannelRow row;
      row.shop_id = shop;
      row.name = "bot";
      row.kind = "telegram";
      row.settings = nlohmann::json{{"token", "7700112233:bench"}, {"secret", kSecret}}.dump();
      channel_id = storage::insert_channel(tx, row);
      storage::bump_config(tx, shop);
      return shop;
    });
    channels.refresh();
    add_hook_routes(router, channels, intake, sender);
    router.add("POST", "/hooks/{channel}/parsed", [this](const http::Request& request) { return parse_only(request); });
    router.add("POST", "/hooks/{channel}/alone", [this](const http::Request& request) { return alone(request); });
    server.start();
  }

  std::unique_ptr<storage::Database> database;
  SystemClock clock;
  ChannelHost channels;
  Intake intake;
  Sender sender;
  http::Router router;
  http::Server server;
  std::int64_t shop_id = 0, channel_id = 0;

 private:
  static http::ServerOptions server_options() {
    http::ServerOptions options;
    options.port = 0;
    return options;
  }
  http::Response parse_only(const http::Request& request) {
    const auto live = channels.by_hook(request.parameter("channel"));
    const channels::RawRequest raw{request.method, request.body, request.headers, request.query};
    http::Response response;
    response.content_type = "text/plain";
    response.status = !live->channel->authentic(raw) ? 401 : live->channel->parse(raw).size() == 1 ? 200 : 500;
    return response;
  }
  http::Response alone(const http::Request& request) {
    const auto live = channels.by_hook(request.parameter("channel"));
    const channels::RawRequest raw{request.method, request.body, request.headers, request.query};
    http::Response response;
    response.content_type = "text/plain";
    response.status = live->channel->authentic(raw) ? 200 : 401;
    if (response.status == 200) intake.take(*live, live->channel->parse(raw), raw.body);
    return response;
  }
};

}  // namespace laoke::bench

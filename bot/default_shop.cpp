#include "bot/default_shop.h"

#include <nlohmann/json.hpp>

#include "handlers/crypto.h"
#include "handlers/rules.h"
#include "handlers/shop_settings.h"
#include "handlers/template_library.h"
#include "storage/channels.h"
#include "storage/move.h"

namespace laoke {
namespace {

storage::Shop first_shop(const Config& config, std::int64_t now_ms) {
  const bool chinese = config.language == "zh-CN";
  storage::Shop shop;
  shop.slug = "default";
  shop.name = chinese ? "我的小店" : "My shop";
  shop.time_zone = chinese ? "Asia/Shanghai" : "UTC";
  shop.language = config.language;
  shop.currency = chinese ? "CNY" : "USD";
  shop.country = chinese ? "CN" : "US";
  shop.settings = to_json_text(ShopSettings{});
  shop.created_at_ms = now_ms;
  return shop;
}

void add_webchat(storage::Transaction& tx, std::int64_t shop_id, std::int64_t now_ms) {
  storage::ChannelRow webchat;
  webchat.shop_id = shop_id;
  webchat.name = webchat.kind = "webchat";
  webchat.settings = nlohmann::json{{"token", crypto::random_token()}}.dump();
  webchat.created_at_ms = now_ms;
  storage::insert_channel(tx, webchat);
}

}  // namespace

std::int64_t create_shop(storage::Transaction& tx, const storage::Shop& shop, std::int64_t now_ms) {
  auto made = shop;
  made.shop_id = storage::insert_shop(tx, shop);
  const Context context{tx, made, now_ms};
  load_stock_templates(context);
  install_stock_rules(context);
  add_webchat(tx, made.shop_id, now_ms);
  return made.shop_id;
}

void create_default_shop(storage::Database& database, const Config& config, std::int64_t now_ms) {
  const auto [half_moved, there] = database.read([](storage::Transaction& tx) {
    return std::pair(storage::half_moved(tx), storage::find_shop(tx, "default").has_value());
  });
  if (half_moved)
    throw std::runtime_error("database: a move into it did not end; repeat 'laoke migrate --from … --to …' before anything else uses it");
  if (there) return;
  database.write([&](storage::Transaction& tx) {
    if (!storage::find_shop(tx, "default")) create_shop(tx, first_shop(config, now_ms), now_ms);
  });
}

void refresh_stock(storage::Database& database, std::int64_t now_ms) {
  for (const auto& shop : database.read([](storage::Transaction& tx) { return storage::list_shops(tx); }))
    database.write([&](storage::Transaction& tx) {
      const Context context{tx, shop, now_ms};
      load_stock_templates(context);
      install_stock_rules(context);
    });
}

}  // namespace laoke

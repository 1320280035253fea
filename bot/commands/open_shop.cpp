#include "bot/clock.h"
#include "bot/commands/command.h"
#include "bot/default_shop.h"

namespace laoke::commands {

OpenShop open_shop(const Shell& shell) {
  OpenShop open;
  open.config = shell.config();
  storage::DatabaseOptions options;
  options.url = open.config.database;
  open.database = storage::open_database(options);
  create_default_shop(*open.database, open.config, SystemClock().now_ms());
  open.database->read([&](storage::Transaction& tx) {
    if (const auto shop = storage::find_shop(tx, open.config.shop)) {
      open.shop = *shop;
      return;
    }
    std::string known;
    for (const auto& shop : storage::list_shops(tx)) known += (known.empty() ? "" : ", ") + shop.slug;
    throw CommandError("there is no shop '" + open.config.shop + "'; there are: " + known);
  });
  return open;
}

}  // namespace laoke::commands

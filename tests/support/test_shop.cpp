#include "tests/support/test_shop.h"

namespace laoke::test {

TestShop::TestShop() : home_(dir_.file("laoke.db")), database_(storage::open_database(home_.options())) {
  shop_id_ = database_->write([](storage::Transaction& tx) {
    storage::Shop shop;
    shop.slug = "default";
    shop.name = "小美的店";
    shop.time_zone = "Asia/Shanghai";
    shop.language = "zh-CN";
    shop.currency = "CNY";
    shop.country = "CN";
    shop.settings = "{}";
    shop.created_at_ms = kMonday10;
    return storage::insert_shop(tx, shop);
  });
}

}  // namespace laoke::test

#include "storage/shops.h"

namespace laoke::storage {
namespace {

constexpr std::int64_t kFirstNumber = 1001;

#define SHOP_COLUMNS "shop_id, slug, name, time_zone, language, currency, country, settings, config_version, created_at_ms"
constexpr Sql kShopsFind{"shops.find", "SELECT " SHOP_COLUMNS " FROM shops WHERE slug = $1"};
constexpr Sql kShopsGet{"shops.get", "SELECT " SHOP_COLUMNS " FROM shops WHERE shop_id = $1"};
constexpr Sql kShopsList{"shops.list", "SELECT " SHOP_COLUMNS " FROM shops ORDER BY shop_id"};
constexpr Sql kShopsSlugTaken{"shops.slug_taken", "SELECT 1 FROM shops WHERE slug = $1"};
constexpr Sql kShopsInsert{"shops.insert",
                           "INSERT INTO shops (" SHOP_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)"};
constexpr Sql kShopsUpdate{
    "shops.update",
    "UPDATE shops SET name = $2, time_zone = $3, language = $4, currency = $5, country = $6, settings = $7, "
    "config_version = config_version + 1 WHERE shop_id = $1"};
constexpr Sql kShopsBump{"shops.bump", "UPDATE shops SET config_version = config_version + 1 WHERE shop_id = $1"};
constexpr Sql kShopsMark{"shops.mark", "SELECT coalesce(sum(config_version), 0) FROM shops"};
constexpr Sql kCountersNext{"counters.next",
                            "INSERT INTO counters (shop_id, name, value) VALUES ($1, $2, $3) "
                            "ON CONFLICT (shop_id, name) DO UPDATE SET value = counters.value + 1 RETURNING value"};
#undef SHOP_COLUMNS

constexpr const Sql* kShopsStatements[] = {&kShopsFind,   &kShopsGet,  &kShopsList, &kShopsSlugTaken, &kShopsInsert,
                                           &kShopsUpdate, &kShopsBump, &kShopsMark, &kCountersNext};

Shop shop_of(const Row& row) {
  return {row.integer(0), row.string(1), row.string(2), row.string(3), row.string(4),
          row.string(5),  row.string(6), row.string(7), row.integer(8), row.integer(9)};
}

}  // namespace

std::optional<Shop> find_shop(Transaction& tx, std::string_view slug) {
  std::optional<Shop> shop;
  tx.query(kShopsFind, {slug}, [&](const Row& row) { shop = shop_of(row); });
  return shop;
}

std::optional<Shop> get_shop(Transaction& tx, std::int64_t shop_id) {
  std::optional<Shop> shop;
  tx.query(kShopsGet, {shop_id}, [&](const Row& row) { shop = shop_of(row); });
  return shop;
}

std::vector<Shop> list_shops(Transaction& tx) {
  std::vector<Shop> shops;
  tx.query(kShopsList, {}, [&](const Row& row) { shops.push_back(shop_of(row)); });
  return shops;
}

std::int64_t insert_shop(Transaction& tx, const Shop& shop) {
  bool taken = false;
  tx.query(kShopsSlugTaken, {shop.slug}, [&](const Row&) { taken = true; });
  if (taken) throw StorageError(StorageFault::kConstraint, "shop '" + shop.slug + "' exists already");
  const std::int64_t id = tx.next_id();
  tx.submit(kShopsInsert, {id, shop.slug, shop.name, shop.time_zone, shop.language, shop.currency, shop.country,
                           shop.settings, shop.created_at_ms});
  tx.raise(kConfigChange);
  return id;
}

void update_shop(Transaction& tx, const Shop& shop) {
  tx.submit(kShopsUpdate,
            {shop.shop_id, shop.name, shop.time_zone, shop.language, shop.currency, shop.country, shop.settings});
  tx.raise(kConfigChange);
}

void bump_config(Transaction& tx, std::int64_t shop_id) {
  tx.submit(kShopsBump, {shop_id});
  tx.raise(kConfigChange);
}

std::int64_t config_mark(Transaction& tx) {
  std::int64_t mark = 0;
  tx.query(kShopsMark, {}, [&](const Row& row) { mark = row.integer(0); });
  return mark;
}

std::int64_t next_number(Transaction& tx, std::int64_t shop_id, std::string_view counter) {
  std::int64_t number = 0;
  tx.query(kCountersNext, {shop_id, counter, kFirstNumber}, [&](const Row& row) { number = row.integer(0); });
  return number;
}

std::span<const Sql* const> shop_statements() {
  return kShopsStatements;
}

}  // namespace laoke::storage

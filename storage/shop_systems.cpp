#include "storage/shop_systems.h"

namespace laoke::storage {
namespace {

#define SHOP_KEY "shop_id = $1 AND channel_id = $2 AND external_id = $3"
constexpr Sql kShopBuyersFind{"shop_buyers.find", "SELECT channel_id, external_id, customer_id, consent_at_ms FROM shop_buyers WHERE " SHOP_KEY};
constexpr Sql kShopBuyersPut{
    "shop_buyers.put",
    "INSERT INTO shop_buyers (shop_id, channel_id, external_id, customer_id, consent_at_ms) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (shop_id, channel_id, external_id) DO UPDATE SET customer_id = excluded.customer_id, consent_at_ms = excluded.consent_at_ms"};
constexpr Sql kShopBuyersRemove{"shop_buyers.remove", "DELETE FROM shop_buyers WHERE " SHOP_KEY};
constexpr Sql kShopBuyersByEmail{
    "shop_buyers.by_email",
    "SELECT c.customer_id FROM customers c "
    "JOIN customer_facts f ON f.shop_id = c.shop_id AND f.customer_id = c.customer_id AND f.standing = 0 "
    "WHERE c.shop_id = $1 AND lower(c.email) = $2 AND c.email <> '' ORDER BY c.customer_id"};
constexpr Sql kShopOrdersFind{"shop_orders.find", "SELECT channel_id, external_id, order_id, known, moves FROM shop_orders WHERE " SHOP_KEY};
constexpr Sql kShopOrdersPut{
    "shop_orders.put",
    "INSERT INTO shop_orders (shop_id, channel_id, external_id, order_id, known, moves) VALUES ($1, $2, $3, $4, $5, $6) "
    "ON CONFLICT (shop_id, channel_id, external_id) DO UPDATE SET order_id = excluded.order_id, known = excluded.known, moves = excluded.moves"};
#define CHECKOUT_COLUMNS \
  "channel_id, external_id, checkout_no, customer_id, state, changed_at_ms, told_at_ms, url, items, currency, total_minor"
constexpr Sql kShopCheckoutsFind{"shop_checkouts.find", "SELECT " CHECKOUT_COLUMNS " FROM shop_checkouts WHERE " SHOP_KEY};
constexpr Sql kShopCheckoutsGet{"shop_checkouts.get",
                                "SELECT " CHECKOUT_COLUMNS " FROM shop_checkouts WHERE shop_id = $1 AND checkout_no = $2"};
constexpr Sql kShopCheckoutsPut{
    "shop_checkouts.put",
    "INSERT INTO shop_checkouts (shop_id, " CHECKOUT_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
    "ON CONFLICT (shop_id, channel_id, external_id) DO UPDATE SET customer_id = excluded.customer_id, state = excluded.state, "
    "changed_at_ms = excluded.changed_at_ms, told_at_ms = excluded.told_at_ms, url = excluded.url, items = excluded.items, "
    "currency = excluded.currency, total_minor = excluded.total_minor"};
constexpr Sql kShopCheckoutsRemove{"shop_checkouts.remove", "DELETE FROM shop_checkouts WHERE shop_id = $1 AND customer_id = $2"};
#undef CHECKOUT_COLUMNS
#undef SHOP_KEY
constexpr Sql kShopOrdersRewrite{
    "shop_orders.rewrite",
    "UPDATE orders SET currency = $4, total_minor = $5, recipient = $6, phone = $7, address = $8, note = $9, version = version + 1 "
    "WHERE shop_id = $1 AND order_id = $2 AND version = $3"};
constexpr Sql kShopOrdersDropLines{"shop_orders.drop_lines", "DELETE FROM order_items WHERE shop_id = $1 AND order_id = $2"};
constexpr Sql kShopOrdersAddLine{
    "shop_orders.add_line",
    "INSERT INTO order_items (shop_id, order_id, line_no, product_id, name, quantity, unit_price_minor) VALUES ($1, $2, $3, $4, $5, $6, $7)"};
constexpr Sql kShopOrdersRemovePerson{
    "shop_orders.remove_person",
    "UPDATE orders SET recipient = '', phone = '', address = '', note = '', version = version + 1 WHERE shop_id = $1 AND order_id = $2"};
constexpr Sql kShopBuyersRemoveFacts{
    "shop_buyers.remove_facts",
    "UPDATE events SET data = '{}' WHERE shop_id = $1 AND customer_id = $2 AND kind IN ('customer.created', 'customer.updated', 'customer.referred')"};
constexpr const Sql* kShopSystemStatements[] = {
    &kShopBuyersFind,    &kShopBuyersPut,     &kShopBuyersRemove,    &kShopBuyersByEmail, &kShopOrdersFind,
    &kShopOrdersPut,     &kShopCheckoutsFind, &kShopCheckoutsGet,    &kShopCheckoutsPut,  &kShopCheckoutsRemove,
    &kShopOrdersRewrite, &kShopOrdersDropLines, &kShopOrdersAddLine, &kShopOrdersRemovePerson, &kShopBuyersRemoveFacts};

std::optional<ShopCheckout> checkout_by(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::optional<ShopCheckout> found;
  tx.query(sql, params, [&](const Row& row) {
    found = ShopCheckout{row.integer(0), row.string(1), row.integer(2), row.integer(3), row.string(4),  row.integer(5),
             row.integer(6), row.string(7), row.string(8),  row.string(9),  row.integer(10)};
  });
  return found;
}

}  // namespace

std::optional<ShopBuyer> find_shop_buyer(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view external_id) {
  std::optional<ShopBuyer> found;
  tx.query(kShopBuyersFind, {shop_id, channel_id, external_id},
           [&](const Row& row) { found = ShopBuyer{row.integer(0), row.string(1), row.integer(2), row.integer(3)}; });
  return found;
}

void put_shop_buyer(Transaction& tx, std::int64_t shop_id, const ShopBuyer& buyer) {
  tx.submit(kShopBuyersPut, {shop_id, buyer.channel_id, buyer.external_id, buyer.customer_id, buyer.consent_at_ms});
}

void remove_shop_buyer(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view external_id) {
  tx.submit(kShopBuyersRemove, {shop_id, channel_id, external_id});
}

std::vector<std::int64_t> customers_with_email(Transaction& tx, std::int64_t shop_id, std::string_view email) {
  std::vector<std::int64_t> ids;
  if (!email.empty()) tx.query(kShopBuyersByEmail, {shop_id, email}, [&](const Row& row) { ids.push_back(row.integer(0)); });
  return ids;
}

std::optional<ShopOrder> find_shop_order(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view external_id) {
  std::optional<ShopOrder> found;
  tx.query(kShopOrdersFind, {shop_id, channel_id, external_id},
           [&](const Row& row) { found = ShopOrder{row.integer(0), row.string(1), row.integer(2), row.string(3), row.string(4)}; });
  return found;
}

void put_shop_order(Transaction& tx, std::int64_t shop_id, const ShopOrder& order) {
  tx.submit(kShopOrdersPut, {shop_id, order.channel_id, order.external_id, order.order_id, order.known, order.moves});
}

std::optional<ShopCheckout> find_shop_checkout(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view external_id) {
  return checkout_by(tx, kShopCheckoutsFind, {shop_id, channel_id, external_id});
}

std::optional<ShopCheckout> get_shop_checkout(Transaction& tx, std::int64_t shop_id, std::int64_t checkout_no) {
  return checkout_by(tx, kShopCheckoutsGet, {shop_id, checkout_no});
}

void put_shop_checkout(Transaction& tx, std::int64_t shop_id, const ShopCheckout& c) {
  tx.submit(kShopCheckoutsPut, {shop_id, c.channel_id, c.external_id, c.checkout_no, c.customer_id, c.state, c.changed_at_ms, c.told_at_ms,
                                c.url, c.items, c.currency, c.total_minor});
}

void remove_shop_checkouts_of(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  tx.submit(kShopCheckoutsRemove, {shop_id, customer_id});
}

bool rewrite_order(Transaction& tx, std::int64_t shop_id, const Order& o, const std::vector<OrderItem>& items) {
  if (tx.execute(kShopOrdersRewrite, {shop_id, o.order_id, o.version, o.currency, o.total_minor, o.recipient, o.phone, o.address, o.note}) != 1)
    return false;
  tx.submit(kShopOrdersDropLines, {shop_id, o.order_id});
  std::int64_t line_no = 0;
  for (const auto& item : items)
    tx.submit(kShopOrdersAddLine, {shop_id, o.order_id, ++line_no, item.product_id, item.name, item.quantity, item.unit_price_minor});
  return true;
}

void remove_order_person(Transaction& tx, std::int64_t shop_id, std::int64_t order_id) {
  tx.submit(kShopOrdersRemovePerson, {shop_id, order_id});
}

void remove_named_facts(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  tx.submit(kShopBuyersRemoveFacts, {shop_id, customer_id});
}

std::span<const Sql* const> shop_system_statements() { return kShopSystemStatements; }

}  // namespace laoke::storage

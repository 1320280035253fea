#include "storage/purchases.h"

namespace laoke::storage {
namespace {

constexpr Sql kPurchasesAdd{"purchases.add",
                            "INSERT INTO purchases (shop_id, product_id, customer_id, order_id, quantity, at_ms) "
                            "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (shop_id, product_id, customer_id, order_id) "
                            "DO UPDATE SET quantity = purchases.quantity + excluded.quantity"};
constexpr Sql kPurchasesRemove{
    "purchases.remove",
    "DELETE FROM purchases WHERE shop_id = $1 AND product_id = $2 AND customer_id = $3 AND order_id = $4"};
constexpr Sql kPurchasesOfProduct{
    "purchases.of_product",
    "SELECT product_id, customer_id, order_id, quantity, at_ms FROM purchases "
    "WHERE shop_id = $1 AND product_id = $2 AND customer_id = $3 ORDER BY at_ms, order_id"};
constexpr Sql kPurchasesOfFamily{"purchases.of_family",
                                 "SELECT b.product_id, b.customer_id, b.order_id, b.quantity, b.at_ms FROM products p "
                                 "JOIN purchases b ON b.shop_id = p.shop_id AND b.product_id = p.product_id "
                                 "WHERE p.shop_id = $1 AND p.family = $3 AND p.family <> '' AND b.customer_id = $2 "
                                 "ORDER BY b.at_ms, b.order_id, b.product_id"};
constexpr const Sql* kPurchasesStatements[] = {&kPurchasesAdd, &kPurchasesRemove, &kPurchasesOfProduct,
                                               &kPurchasesOfFamily};

std::vector<Purchase> purchases_by(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::vector<Purchase> purchases;
  tx.query(sql, params, [&](const Row& row) {
    purchases.push_back({row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4)});
  });
  return purchases;
}

}  // namespace

void add_purchase(Transaction& tx, std::int64_t shop_id, const Purchase& p) {
  tx.submit(kPurchasesAdd, {shop_id, p.product_id, p.customer_id, p.order_id, p.quantity, p.at_ms});
}

void remove_purchase(Transaction& tx, std::int64_t shop_id, std::int64_t product_id, std::int64_t customer_id,
                     std::int64_t order_id) {
  tx.submit(kPurchasesRemove, {shop_id, product_id, customer_id, order_id});
}

std::vector<Purchase> list_purchases(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                     std::int64_t product_id) {
  return purchases_by(tx, kPurchasesOfProduct, {shop_id, product_id, customer_id});
}

std::vector<Purchase> list_purchases_of_family(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                               std::string_view family) {
  return purchases_by(tx, kPurchasesOfFamily, {shop_id, customer_id, family});
}

std::span<const Sql* const> purchase_statements() {
  return kPurchasesStatements;
}

}  // namespace laoke::storage

#include "storage/products.h"

namespace laoke::storage {
namespace {

#define PRODUCT_COLUMNS \
  "product_id, sku, name, search_key, family, price_minor, currency, usage_days, care, care_after_days, active, created_at_ms"
constexpr Sql kProductsInsert{"products.insert", "INSERT INTO products (shop_id, " PRODUCT_COLUMNS
                                                 ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"};
constexpr Sql kProductsUpdate{
    "products.update",
    "UPDATE products SET sku = $3, name = $4, search_key = $5, family = $6, price_minor = $7, currency = $8, "
    "usage_days = $9, care = $10, care_after_days = $11, active = $12 WHERE shop_id = $1 AND product_id = $2"};
constexpr Sql kProductsGet{"products.get",
                           "SELECT " PRODUCT_COLUMNS " FROM products WHERE shop_id = $1 AND product_id = $2"};
constexpr Sql kProductsByName{"products.by_name",
                              "SELECT " PRODUCT_COLUMNS " FROM products WHERE shop_id = $1 AND name = $2"};
constexpr Sql kProductsBySku{"products.by_sku",
                             "SELECT " PRODUCT_COLUMNS " FROM products WHERE shop_id = $1 AND sku = $2 AND sku <> ''"};
constexpr Sql kProductsList{"products.list",
                            "SELECT " PRODUCT_COLUMNS
                            " FROM products WHERE shop_id = $1 AND product_id > $2 ORDER BY product_id LIMIT $3"};
constexpr Sql kProductsSearch{"products.search", "SELECT " PRODUCT_COLUMNS
                                                 " FROM products WHERE shop_id = $1 AND active = 1 "
                                                 "AND search_key LIKE $2 ESCAPE '!' ORDER BY name LIMIT $3"};
#undef PRODUCT_COLUMNS
constexpr const Sql* kProductsStatements[] = {&kProductsInsert, &kProductsUpdate, &kProductsGet,   &kProductsByName,
                                              &kProductsBySku,  &kProductsList,   &kProductsSearch};

Product product_of(const Row& row) {
  return {row.integer(0),       row.string(1), row.string(2),        row.string(3), row.string(4), row.maybe_integer(5),
          row.string(6), row.maybe_integer(7), row.string(8), row.maybe_integer(9), row.yes(10),   row.integer(11)};
}

std::optional<Product> product_by(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::optional<Product> product;
  tx.query(sql, params, [&](const Row& row) { product = product_of(row); });
  return product;
}

std::vector<Product> products_by(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::vector<Product> products;
  tx.query(sql, params, [&](const Row& row) { products.push_back(product_of(row)); });
  return products;
}

std::string containing(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '!') pattern += '!';
    pattern += c;
  }
  return pattern + '%';
}

}  // namespace

std::int64_t insert_product(Transaction& tx, std::int64_t shop_id, const Product& p) {
  const std::int64_t id = tx.next_id();
  tx.submit(kProductsInsert, {shop_id, id, p.sku, p.name, p.search_key, p.family, p.price_minor, p.currency,
                              p.usage_days, p.care, p.care_after_days, p.active, p.created_at_ms});
  return id;
}

void update_product(Transaction& tx, std::int64_t shop_id, const Product& p) {
  tx.submit(kProductsUpdate, {shop_id, p.product_id, p.sku, p.name, p.search_key, p.family, p.price_minor, p.currency,
                              p.usage_days, p.care, p.care_after_days, p.active});
}

std::optional<Product> get_product(Transaction& tx, std::int64_t shop_id, std::int64_t product_id) {
  return product_by(tx, kProductsGet, {shop_id, product_id});
}

std::optional<Product> find_product_by_name(Transaction& tx, std::int64_t shop_id, std::string_view name) {
  return product_by(tx, kProductsByName, {shop_id, name});
}

std::optional<Product> find_product_by_sku(Transaction& tx, std::int64_t shop_id, std::string_view sku) {
  return product_by(tx, kProductsBySku, {shop_id, sku});
}

std::vector<Product> list_products(Transaction& tx, std::int64_t shop_id, std::int64_t after_id, int limit) {
  return products_by(tx, kProductsList, {shop_id, after_id, limit});
}

std::vector<Product> search_products(Transaction& tx, std::int64_t shop_id, std::string_view folded, int limit) {
  return products_by(tx, kProductsSearch, {shop_id, containing(folded), limit});
}

std::span<const Sql* const> product_statements() {
  return kProductsStatements;
}

}  // namespace laoke::storage

#include "storage/phones.h"

namespace laoke::storage {
namespace {

constexpr Sql kPhonesAdd{
    "phones.add",
    "INSERT INTO phones (shop_id, customer_id, phone, source, created_at_ms) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (shop_id, customer_id, phone) DO NOTHING"};
constexpr Sql kPhonesRemove{"phones.remove",
                            "DELETE FROM phones WHERE shop_id = $1 AND customer_id = $2 AND phone = $3"};
constexpr Sql kPhonesOfCustomer{
    "phones.of_customer",
    "SELECT phone, source, created_at_ms FROM phones WHERE shop_id = $1 AND customer_id = $2 "
    "ORDER BY created_at_ms, phone"};
constexpr Sql kPhonesOwners{
    "phones.owners",
    "SELECT p.customer_id FROM phones p "
    "JOIN customer_facts f ON f.shop_id = p.shop_id AND f.customer_id = p.customer_id AND f.standing = 0 "
    "WHERE p.shop_id = $1 AND p.phone = $2 ORDER BY p.customer_id"};
constexpr const Sql* kPhonesStatements[] = {&kPhonesAdd, &kPhonesRemove, &kPhonesOfCustomer, &kPhonesOwners};

}  // namespace

bool add_phone(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, const Phone& phone) {
  return tx.execute(kPhonesAdd, {shop_id, customer_id, phone.phone, phone.source, phone.created_at_ms}) > 0;
}

bool remove_phone(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view phone) {
  return tx.execute(kPhonesRemove, {shop_id, customer_id, phone}) > 0;
}

std::vector<Phone> phones_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  std::vector<Phone> phones;
  tx.query(kPhonesOfCustomer, {shop_id, customer_id}, [&](const Row& row) {
    phones.push_back({row.string(0), row.string(1), row.integer(2)});
  });
  return phones;
}

std::vector<std::int64_t> customers_with_phone(Transaction& tx, std::int64_t shop_id, std::string_view phone) {
  std::vector<std::int64_t> customers;
  tx.query(kPhonesOwners, {shop_id, phone}, [&](const Row& row) { customers.push_back(row.integer(0)); });
  return customers;
}

std::span<const Sql* const> phone_statements() {
  return kPhonesStatements;
}

}  // namespace laoke::storage

#include "storage/persons.h"

#include <span>

namespace laoke::storage {
namespace {

constexpr Sql kPersonsFind{"persons.find", "SELECT customer_id FROM persons WHERE shop_id = $1 AND person_id = $2"};
constexpr Sql kPersonsSet{"persons.set",
                          "INSERT INTO persons (shop_id, person_id, customer_id, at_ms) VALUES ($1, $2, $3, $4) "
                          "ON CONFLICT (shop_id, person_id) DO UPDATE SET customer_id = excluded.customer_id, at_ms = excluded.at_ms"};
constexpr const Sql* kPersonsStatements[] = {&kPersonsFind, &kPersonsSet};

}  // namespace

std::optional<std::int64_t> customer_of_person(Transaction& tx, std::int64_t shop_id, std::string_view person_id) {
  std::optional<std::int64_t> customer;
  tx.query(kPersonsFind, {shop_id, person_id}, [&](const Row& row) { customer = row.integer(0); });
  return customer;
}

void set_person(Transaction& tx, std::int64_t shop_id, std::string_view person_id, std::int64_t customer_id, std::int64_t at_ms) {
  tx.submit(kPersonsSet, {shop_id, person_id, customer_id, at_ms});
}

std::span<const Sql* const> person_statements() { return kPersonsStatements; }

}  // namespace laoke::storage

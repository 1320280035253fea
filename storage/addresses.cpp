#include "storage/addresses.h"

namespace laoke::storage {
namespace {

#define ADDRESS_COLUMNS \
  "address_id, customer_id, recipient, phone, region, city, line, postcode, country, is_default, created_at_ms"
constexpr Sql kAddressesInsert{"addresses.insert", "INSERT INTO addresses (shop_id, " ADDRESS_COLUMNS
                                                   ") "
                                                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"};
constexpr Sql kAddressesUpdate{
    "addresses.update",
    "UPDATE addresses SET recipient = $3, phone = $4, region = $5, city = $6, line = $7, postcode = $8, "
    "country = $9, is_default = $10 WHERE shop_id = $1 AND address_id = $2"};
constexpr Sql kAddressesRemove{"addresses.remove", "DELETE FROM addresses WHERE shop_id = $1 AND address_id = $2"};
constexpr Sql kAddressesGet{"addresses.get",
                            "SELECT " ADDRESS_COLUMNS " FROM addresses WHERE shop_id = $1 AND address_id = $2"};
constexpr Sql kAddressesOfCustomer{"addresses.of_customer", "SELECT " ADDRESS_COLUMNS
                                                            " FROM addresses WHERE shop_id = $1 AND customer_id = $2 "
                                                            "ORDER BY is_default DESC, address_id DESC"};
constexpr Sql kAddressesOneDefault{"addresses.one_default",
                                   "UPDATE addresses SET is_default = 0 "
                                   "WHERE shop_id = $1 AND customer_id = $2 AND address_id <> $3 AND is_default = 1"};
#undef ADDRESS_COLUMNS
constexpr const Sql* kAddressesStatements[] = {&kAddressesInsert, &kAddressesUpdate,     &kAddressesRemove,
                                               &kAddressesGet,    &kAddressesOfCustomer, &kAddressesOneDefault};

Address address_of(const Row& row) {
  return {row.integer(0), row.integer(1), row.string(2), row.string(3), row.string(4),  row.string(5),
          row.string(6),  row.string(7),  row.string(8), row.yes(9),    row.integer(10)};
}

}  // namespace

std::int64_t insert_address(Transaction& tx, std::int64_t shop_id, const Address& a) {
  const std::int64_t id = tx.next_id();
  if (a.is_default) tx.submit(kAddressesOneDefault, {shop_id, a.customer_id, id});
  tx.submit(kAddressesInsert, {shop_id, id, a.customer_id, a.recipient, a.phone, a.region, a.city, a.line, a.postcode,
                               a.country, a.is_default, a.created_at_ms});
  return id;
}

bool update_address(Transaction& tx, std::int64_t shop_id, const Address& a) {
  if (a.is_default) tx.submit(kAddressesOneDefault, {shop_id, a.customer_id, a.address_id});
  return tx.execute(kAddressesUpdate, {shop_id, a.address_id, a.recipient, a.phone, a.region, a.city, a.line,
                                       a.postcode, a.country, a.is_default}) > 0;
}

bool remove_address(Transaction& tx, std::int64_t shop_id, std::int64_t address_id) {
  return tx.execute(kAddressesRemove, {shop_id, address_id}) > 0;
}

std::optional<Address> get_address(Transaction& tx, std::int64_t shop_id, std::int64_t address_id) {
  std::optional<Address> address;
  tx.query(kAddressesGet, {shop_id, address_id}, [&](const Row& row) { address = address_of(row); });
  return address;
}

std::vector<Address> addresses_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  std::vector<Address> addresses;
  tx.query(kAddressesOfCustomer, {shop_id, customer_id}, [&](const Row& row) { addresses.push_back(address_of(row)); });
  return addresses;
}

std::span<const Sql* const> address_statements() {
  return kAddressesStatements;
}

}  // namespace laoke::storage

#include "storage/attributes.h"

namespace laoke::storage {
namespace {

#define ATTRIBUTE_COLUMNS "name, kind, text_value, number_value"
constexpr Sql kAttributesSet{
    "attributes.set",
    "INSERT INTO attributes (shop_id, name, customer_id, kind, text_value, number_value, updated_at_ms) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (shop_id, name, customer_id) DO UPDATE SET "
    "kind = excluded.kind, text_value = excluded.text_value, number_value = excluded.number_value, "
    "updated_at_ms = excluded.updated_at_ms "
    "WHERE attributes.kind <> excluded.kind OR attributes.text_value <> excluded.text_value"};
constexpr Sql kAttributesRemove{"attributes.remove",
                                "DELETE FROM attributes WHERE shop_id = $1 AND name = $3 AND customer_id = $2"};
constexpr Sql kAttributesOfCustomer{"attributes.of_customer",
                                    "SELECT " ATTRIBUTE_COLUMNS
                                    " FROM attributes WHERE shop_id = $1 AND customer_id = $2 ORDER BY name"};
constexpr Sql kAttributesGet{"attributes.get",
                             "SELECT " ATTRIBUTE_COLUMNS
                             " FROM attributes WHERE shop_id = $1 AND name = $3 AND customer_id = $2"};
constexpr Sql kAttributesNextName{"attributes.next_name",
                                  "SELECT name FROM attributes WHERE shop_id = $1 AND name > $2 ORDER BY name LIMIT 1"};
#undef ATTRIBUTE_COLUMNS
constexpr const Sql* kAttributesStatements[] = {&kAttributesSet, &kAttributesRemove, &kAttributesOfCustomer,
                                                &kAttributesGet, &kAttributesNextName};

Attribute attribute_of(const Row& row) {
  return {row.string(0), row.string(1), row.string(2), row.maybe_real(3)};
}

}  // namespace

bool set_attribute(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, const Attribute& attribute,
                   std::int64_t now_ms) {
  return tx.execute(kAttributesSet, {shop_id, attribute.name, customer_id, attribute.kind, attribute.text_value,
                                     attribute.number_value, now_ms}) > 0;
}

bool remove_attribute(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view name) {
  return tx.execute(kAttributesRemove, {shop_id, customer_id, name}) > 0;
}

std::vector<Attribute> attributes_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  std::vector<Attribute> attributes;
  tx.query(kAttributesOfCustomer, {shop_id, customer_id},
           [&](const Row& row) { attributes.push_back(attribute_of(row)); });
  return attributes;
}

std::optional<Attribute> get_attribute(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                       std::string_view name) {
  std::optional<Attribute> attribute;
  tx.query(kAttributesGet, {shop_id, customer_id, name}, [&](const Row& row) { attribute = attribute_of(row); });
  return attribute;
}

std::vector<std::string> attribute_names(Transaction& tx, std::int64_t shop_id) {
  std::vector<std::string> names;
  for (std::optional<std::string> next = ""; next;) {
    const std::string after = *next;
    next.reset();
    tx.query(kAttributesNextName, {shop_id, after}, [&](const Row& row) { next = row.string(0); });
    if (next) names.push_back(*next);
  }
  return names;
}

std::span<const Sql* const> attribute_statements() {
  return kAttributesStatements;
}

}  // namespace laoke::storage

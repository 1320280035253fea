#include "storage/postgres_check.h"

namespace laoke::storage {
namespace {

struct Owned {
  const char* rows;   // table and alias c
  const char* owner;  // table p and how both belong together
};

constexpr Owned kOwned[] = {
    {"customer_facts", "customers p WHERE p.shop_id = c.shop_id AND p.customer_id = c.customer_id"},
    {"contacts", "customers p WHERE p.shop_id = c.shop_id AND p.customer_id = c.customer_id"},
    {"customer_tags", "tags p WHERE p.shop_id = c.shop_id AND p.tag_id = c.tag_id"},
    {"order_items", "orders p WHERE p.shop_id = c.shop_id AND p.order_id = c.order_id"},
    {"in_flight",
     "deliveries p WHERE p.shop_id = c.shop_id AND p.source = c.source AND p.source_id = c.source_id "
     "AND p.customer_id = c.customer_id AND p.cause = c.cause"},
    {"customers", "shops p WHERE p.shop_id = c.shop_id"},
};

}  // namespace

void look_for_faults(Transaction& tx, std::vector<std::string>& faults) {
  tx.query_built("SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
                 "WHERE NOT (i.indisvalid AND i.indisready) AND pg_table_is_visible(c.oid) ORDER BY c.relname",
                 {}, [&](const Row& row) { faults.push_back("index " + row.string(0) + " is invalid: run REINDEX INDEX " + row.string(0)); });
  for (const auto& owned : kOwned)
    tx.query_built(std::string("SELECT count(*) FROM ") + owned.rows + " c WHERE NOT EXISTS (SELECT 1 FROM " + owned.owner + ")", {},
                   [&](const Row& row) {
                     if (row.integer(0) > 0)
                       faults.push_back(std::string(owned.rows) + ": " + std::to_string(row.integer(0)) + " rows belong to nothing");
                   });
}

}  // namespace laoke::storage

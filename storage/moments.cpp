#include "storage/moments.h"

#include <span>
#include <string>

namespace laoke::storage {
namespace {

constexpr Sql kMomentsAddressed{"moments.addressed",
                                "SELECT DISTINCT customer_id FROM contacts WHERE shop_id = $1 AND channel_id = $2 AND state = 'active' "
                                "AND external_id >= $3 AND external_id < $4 ORDER BY customer_id"};
constexpr Sql kMomentsMove{"moments.move",
                           "UPDATE deliveries SET state = $5, reason = $6, updated_at_ms = $7 WHERE shop_id = $1 AND source = 'b' "
                           "AND source_id = $2 AND state = $3 AND reason = $4"};
constexpr const Sql* kMomentsStatements[] = {&kMomentsAddressed, &kMomentsMove};

}  // namespace

std::vector<std::int64_t> customers_addressed(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view prefix) {
  std::vector<std::int64_t> customers;
  std::string behind(prefix);  // all that begins so: ASCII and not empty, so its last letter has a next one
  ++behind.back();
  tx.query(kMomentsAddressed, {shop_id, channel_id, prefix, behind},
           [&](const Row& row) { customers.push_back(row.integer(0)); });
  return customers;
}

std::int64_t move_broadcast_rows(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id, std::string_view from_state,
                                 std::string_view from_reason, std::string_view state, std::string_view reason, std::int64_t now_ms) {
  return tx.execute(kMomentsMove, {shop_id, broadcast_id, from_state, from_reason, state, reason, now_ms});
}

std::span<const Sql* const> moment_statements() { return kMomentsStatements; }

}  // namespace laoke::storage

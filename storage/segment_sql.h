#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "storage/database.h"
#include "storage/segment_query.h"
#include "storage/shops.h"

// The compiler of a parsed segment to one parameterized statement, and the questions asked with it. Every answer is
// about customers in good standing only (no staff, nobody merged away), and all of them agree with each other within a
// transaction: the count is the number of ids, and a customer matches if and only if its id is among them.
namespace laoke::storage {

using SegmentValue = std::variant<std::int64_t, double, std::string>;

// `from_where` starts with "FROM" and holds nothing a person typed: that is all in `params`, whose $1 is the shop.
// `customer_id` names the column that identifies the customer; rows come once each and, ordered by it, without a sort
// where the driving table is clustered so.
struct CompiledSegment {
  std::string from_where;
  std::string customer_id;
  std::vector<SegmentValue> params;
};

// Tag and product names become ids here, so a compiled segment is good for this transaction only.
CompiledSegment compile_segment(Transaction& tx, const Shop& shop, const SegmentQuery& query, std::int64_t now_ms);

std::int64_t count_audience(Transaction& tx, const Shop& shop, const SegmentQuery& query, std::int64_t now_ms);

// Rising ids; 8 bytes a customer and nothing else is held.
std::vector<std::int64_t> audience_ids(Transaction& tx, const Shop& shop, const SegmentQuery& query, std::int64_t now_ms);

struct SegmentCustomer {
  std::int64_t customer_id = 0;
  std::string name;
};
// The first `limit` of audience_ids() with their names.
std::vector<SegmentCustomer> first_customers(Transaction& tx, const Shop& shop, const SegmentQuery& query,
                                             std::int64_t now_ms, int limit);

// One customer, by keys only: cheap enough for the condition of every reminder.
bool matches_segment(Transaction& tx, const Shop& shop, const SegmentQuery& query, std::int64_t customer_id,
                     std::int64_t now_ms);

}  // namespace laoke::storage

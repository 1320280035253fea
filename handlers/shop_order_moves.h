#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/orders.h"
#include "handlers/shop_order_known.h"

namespace laoke {

// What we did with an order of a shop system, so that others' changes are told from ours.
struct OwnMoves {
  std::int64_t version = 0;          // of the order after our last change
  std::vector<OrderChange> changes;  // the newest last; only the newest can be taken back
  std::int64_t edited_at_ms = 0;     // when somebody else last changed it
  std::int64_t held_at_ms = 0;       // when somebody else last took a change back
  std::int64_t told_refund_minor = 0;
};
std::string to_json_text(const OwnMoves& moves);
// Throws std::invalid_argument when it is not what to_json_text() makes; "" gives none.
OwnMoves own_moves_from(std::string_view json_text);

// Notes what others did with the order since our last change.
void notice_edits(const Context& context, const storage::Order& order, OwnMoves& moves);

// Takes the order to what is known of it. Refusal only for what the order itself cannot hold.
void follow_known(const Context& context, std::int64_t order_id, const KnownOrder& known, OwnMoves& moves);

}  // namespace laoke

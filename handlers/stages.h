#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "handlers/context.h"

// How far a customer has come: 潜客 lead (paid for nothing yet), 新客 new (one paid order), 老客 regular (two or more).
// Stored in the shop's language; segments find it in either. A stage a seller wrote by hand (忠诚客, 粉丝, 流失, a word of
// their own, or one the orders do not bear out) stays: only a stage that still is what the orders gave is moved on by
// them. The one exception is lost 流失: who pays again is back. Writing "-" hands the stage back to the orders.
namespace laoke {

// What so many paid orders make of a customer, in that language.
std::string stage_of_orders(std::int64_t paid_orders, std::string_view language);
// The stage once the paid orders changed from `before` to `after`.
std::string stage_moved(std::string_view stage, std::int64_t before, std::int64_t after, std::string_view language);
// Of two customers that turn out to be one, with so many paid orders together: what was written by hand, else the
// furthest.
std::string stage_together(std::string_view kept, std::string_view merged, std::int64_t paid_orders, std::string_view language);
// A known stage in the reader's language; a word of the shop's own as it is.
std::string stage_words(std::string_view stage, std::string_view language);

// The stage after a change of `bought` (+1, -1) in the number of paid orders was written.
void follow_orders(const Context& context, std::int64_t customer_id, int bought);

}  // namespace laoke

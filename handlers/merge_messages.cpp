#include "handlers/merge_messages.h"

#include <limits>

#include "handlers/broadcasts.h"
#include "handlers/dispatch.h"
#include "handlers/outbox.h"
#include "handlers/reasons.h"
#include "handlers/reminder_chains.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/orders.h"
#include "storage/rules.h"

namespace laoke {
namespace {

using storage::Delivery;

constexpr int kAllOfThem = std::numeric_limits<int>::max();

bool waits(const Delivery& row) { return (row.state == "planned" || row.state == "due" || row.state == "deferred") && !may_have_arrived(row); }

bool left_already(const Delivery& row) {
  return row.state == "sending" || row.state == "accepted" || row.state == "delivered" || row.state == "read" || row.state == "unknown" ||
         may_have_arrived(row);
}

class Carrier {
 public:
  Carrier(const Context& context, std::int64_t from, std::int64_t to) : context_(context), from_(from), to_(to) {
    const auto facts = storage::get_facts(context.tx, context.shop_id(), from);
    from_is_gone_ = !facts || facts->standing == storage::kStandingMerged;
  }

  void run() {
    std::vector<std::int64_t> rules;
    for (const auto& rule : storage::list_rules(context_.tx, context_.shop_id())) rules.push_back(rule.rule_id);
    for (const auto& row : storage::deliveries_of_customer(context_.tx, context_.shop_id(), from_, {}, rules, kAllOfThem))
      if (waits(row) && goes_along(row)) carry(row);
    if (from_is_gone_) settle_broadcasts();
  }

 private:
  bool goes_along(const Delivery& row) const {
    if (row.key.source == "m") {
      const auto contact = storage::get_contact(context_.tx, context_.shop_id(), row.contact_id);
      return contact && contact->customer_id == to_;
    }
    const auto order_id = id_in_cause(row.key.cause, "order");
    const auto order = order_id ? storage::get_order(context_.tx, context_.shop_id(), *order_id) : std::nullopt;
    return order ? order->customer_id == to_ : from_is_gone_;
  }

  void carry(Delivery row) {
    Delivery moved = row;
    moved.key.customer_id = to_;
    if (row.key.source == "m") moved.key.cause = cause_of_id(context_.tx.next_id());
    moved.updated_at_ms = row.updated_at_ms;
    const auto lane = row.klass == "marketing" ? storage::SendLane::kBulk : storage::SendLane::kFast;
    // False: the other one has the very same already.
    static_cast<void>(storage::plan_delivery(context_.tx, context_.shop_id(), moved, lane));
    row.state = "dropped";
    row.reason = from_is_gone_ ? reasons::kNotACustomer : reasons::kUndone;
    row.updated_at_ms = context_.now_ms;
    storage::update_delivery(context_.tx, context_.shop_id(), row);
  }

  void settle_broadcasts() {
    CountChanges counts(context_.tx);
    for (const char* state : {"planning", "sending", "paused"})
      for (const auto& broadcast : storage::broadcasts_in_state(context_.tx, state, std::numeric_limits<std::int64_t>::max()))
        if (broadcast.shop_id == context_.shop_id()) settle_broadcast(broadcast, counts);
    counts.flush(context_.now_ms);
  }

  void settle_broadcast(const storage::Broadcast& broadcast, CountChanges& counts) {
    auto gone = storage::get_delivery(context_.tx, context_.shop_id(), {"b", broadcast.broadcast_id, from_, ""});
    auto row = storage::get_delivery(context_.tx, context_.shop_id(), {"b", broadcast.broadcast_id, to_, ""});
    if (!gone) return;
    if (!row && waits(*gone)) {
      hand_over(broadcast, *gone);
      end(*gone, reasons::kNotACustomer, counts);
    } else if (row && left_already(*gone) && waits(*row)) {
      end(*row, reasons::kNoLongerDue, counts);
    }
  }

  // The one record was meant, and the person has the other now.
  void hand_over(storage::Broadcast broadcast, Delivery row) {
    row.key.customer_id = to_;
    row.state = "due";
    row.reason = "";
    row.contact_id = 0;
    row.attempts = 0;
    if (!storage::plan_delivery(context_.tx, context_.shop_id(), row, storage::SendLane::kBulk)) return;
    storage::add_count(context_.tx, context_.shop_id(), broadcast.broadcast_id, row.state, row.reason, 1);
    ++broadcast.audience_count;
    storage::update_broadcast(context_.tx, broadcast);
  }

  void end(Delivery& row, std::string_view reason, CountChanges& counts) {
    counts.move(context_.shop_id(), row, "dropped", reason);
    row.state = "dropped";
    row.reason = reason;
    row.updated_at_ms = context_.now_ms;
    storage::update_delivery(context_.tx, context_.shop_id(), row);
  }

  const Context& context_;
  const std::int64_t from_, to_;
  bool from_is_gone_ = false;
};

}  // namespace

void carry_waiting_messages(const Context& context, std::int64_t from_id, std::int64_t to_id) { Carrier(context, from_id, to_id).run(); }

}  // namespace laoke

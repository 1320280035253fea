#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "handlers/context.h"
#include "handlers/order_states.h"
#include "storage/orders.h"

namespace laoke {

// One line of an order to be recorded.
struct OrderLine {
  std::string product;  // as typed: name or sku; an unknown one becomes a product
  std::int64_t quantity = 1;
  std::optional<std::int64_t> unit_price_minor;  // none: the product's price

  bool operator==(const OrderLine&) const = default;
};

// An order to be recorded.
struct OrderDraft {
  std::int64_t customer_id = 0;
  std::vector<OrderLine> items;
  std::optional<std::int64_t> total_minor;  // none: the sum of the lines
  std::string currency;                     // "" means the shop's
  OrderState state = OrderState::kPlaced;   // imports may give any
  std::string recipient, phone, address, note;
  std::string source = "chat";
  std::string external_id;  // "" none
  std::int64_t at_ms = 0;   // when it was placed; 0 = now
};

// What was changed, so that it can be taken back while nothing else happened to the order.
struct OrderChange {
  std::int64_t order_id = 0;
  std::string from;      // state before, "" when the order was recorded by this
  std::string asked;     // what was asked for: "paid"
  std::int64_t version = 0;  // of the order after the change

  bool operator==(const OrderChange&) const = default;
};
nlohmann::json to_json(const OrderChange& change);
// Throws std::invalid_argument when the JSON is not what to_json() makes.
OrderChange order_change_from(const nlohmann::json& json);

// Largest order that is believed; more is a slip of the finger.
inline constexpr std::int64_t kMostQuantity = 100'000;
inline constexpr std::size_t kMostLines = 200;

// Every function below keeps, in the same transaction, the customer's facts (recount_orders), their stage
// (handlers/stages.h), the purchases of paid orders and the timeline (happened(): "order.<state>", cause "order:<id>") in step with the order. A Refusal
// says in both languages what is allowed; nothing was changed then.

// Records an order under the shop's next number. Refusal for a bad item, amount, currency, customer, or an external id
// that has an order already.
storage::Order record_order(const Context& context, const OrderDraft& draft);

// Refuses what record_order() would refuse about the draft itself (not about its customer), and changes nothing.
void check_draft(const Context& context, const OrderDraft& draft);

struct MoveOptions {
  std::int64_t at_ms = 0;  // when it happened; 0 = now
  std::string reason;      // of a cancellation or refund, "" none
  nlohmann::json data = nlohmann::json::object();  // more for the event, such as the tracking number
};
// Moves the order on; Refusal when the table of moves does not allow it.
OrderChange move_order(const Context& context, std::int64_t order_id, OrderState asked, const MoveOptions& options = {});

// Takes a change back: a recorded order is cancelled with the reason "undo", a move returns to the state before (event
// "order.reverted" with data.undone naming the event that no longer holds). Refusal when the order changed since.
void undo_order_change(const Context& context, const OrderChange& change);
// The change of a just recorded order, for undo_order_change().
OrderChange recorded(const storage::Order& order);

// Makes the customer's order count, spent, first and last order what their orders say: orders placed and later count; of
// those the paid ones in the shop's currency count as spent; enquiries, cancelled and refunded ones count as nothing.
void recount_orders(const Context& context, std::int64_t customer_id);

// Refusal when there is none.
storage::Order require_order(const Context& context, std::int64_t order_id);
// By the number people say: "1024" or "#1024", full-width too. Refusal names what is wrong.
storage::Order require_order_numbered(const Context& context, std::string_view typed);

// What an event tells of an order: order_id, number, state, paid, total_minor, currency, items.
nlohmann::json order_data(const storage::Order& order, const std::vector<storage::OrderItem>& items);
std::string order_cause(std::int64_t order_id);  // "order:77"

}  // namespace laoke

// Orders and their way.
#include "bot/http/api_call.h"
#include "handlers/money.h"
#include "handlers/orders.h"
#include "handlers/shipments.h"

namespace laoke::http::api {
namespace {

json shipment_json(const storage::Shipment& shipment) {
  return {{"id", shipment.shipment_id},
          {"carrier", shipment.carrier},
          {"tracking_no", shipment.tracking_no},
          {"state", shipment.state},
          {"shipped_at_ms", shipment.shipped_at_ms},
          {"delivered_at_ms", or_null(shipment.delivered_at_ms)},
          {"updated_at_ms", shipment.updated_at_ms},
          {"news", shipment.news},
          {"news_at_ms", shipment.news_at_ms == 0 ? json() : json(shipment.news_at_ms)}};
}

json order_json(const storage::Order& order, const Call& call) {
  json items = json::array(), shipments = json::array(), next = json::array();
  for (const auto& item : storage::list_order_items(call.tx(), call.shop_id(), order.order_id))
    items.push_back({{"product_id", item.product_id},
                     {"name", item.name},
                     {"quantity", item.quantity},
                     {"unit_price_minor", or_null(item.unit_price_minor)}});
  for (const auto& shipment : storage::list_shipments(call.tx(), call.shop_id(), order.order_id))
    shipments.push_back(shipment_json(shipment));
  if (const auto state = find_order_state(order.state))
    for (const auto to : allowed_next(*state, order.paid_at_ms.has_value())) next.push_back(name_of(to));
  return {{"id", order.order_id},
          {"number", order.number},
          {"customer_id", order.customer_id},
          {"state", order.state},
          {"allowed_next", next},
          {"currency", order.currency},
          {"total_minor", order.total_minor},
          {"items", items},
          {"shipments", shipments},
          {"recipient", order.recipient},
          {"phone", order.phone},
          {"address", order.address},
          {"note", order.note},
          {"source", order.source},
          {"external_id", order.external_id},
          {"created_at_ms", order.created_at_ms},
          {"placed_at_ms", or_null(order.placed_at_ms)},
          {"paid_at_ms", or_null(order.paid_at_ms)},
          {"shipped_at_ms", or_null(order.shipped_at_ms)},
          {"delivered_at_ms", or_null(order.delivered_at_ms)},
          {"completed_at_ms", or_null(order.completed_at_ms)},
          {"cancelled_at_ms", or_null(order.cancelled_at_ms)},
          {"refunded_at_ms", or_null(order.refunded_at_ms)},
          {"version", order.version}};
}

storage::Order order_in(const Call& call) {
  const auto order = storage::get_order(call.tx(), call.shop_id(), call.id());
  if (!order) absent(call);
  return *order;
}

Reply list_of_orders(const Call& call) {
  const auto state = call.argument("state");
  const auto customer = call.number("customer_id", 0, 1, std::numeric_limits<std::int64_t>::max());
  if (!state.empty() && customer != 0)
    throw Problem(400, say(call.language, "api.choose_one", {{"allowed", "state, customer_id"}}));
  const int rows = call.limit() + 1;
  std::vector<storage::Order> orders;
  if (!state.empty()) {
    const auto known = find_order_state(state);
    std::string allowed;
    for (const auto one : kOrderStates) allowed += (allowed.empty() ? "" : ", ") + std::string(name_of(one));
    if (!known) throw Problem(400, say(call.language, "api.need_choice", {{"allowed", allowed}}), {{"state", allowed}});
    orders = storage::list_orders_in_state(call.tx(), call.shop_id(), name_of(*known), call.cursor(), rows);
  } else if (customer != 0) {
    orders = storage::list_orders_of_customer(call.tx(), call.shop_id(), customer, call.cursor(), rows);
  } else {
    orders = storage::list_orders(call.tx(), call.shop_id(), call.cursor(), rows);
  }
  return {page(
      call, std::move(orders), [&](const auto& order) { return order_json(order, call); },
      [](const auto& order) { return order.order_id; })};
}

Reply create_order(const Call& call) {
  Body body(call);
  OrderDraft draft;
  draft.customer_id = body->required_integer("customer_id", 1);
  for (Fields& line : body->objects("items", kMostLines, false)) {
    draft.items.push_back({line.required_text("product"), line.integer("quantity", 1, kMostQuantity).value_or(1),
                           line.integer("unit_price_minor", 0, kLargestAmountMinor)});
    line.done();
  }
  draft.total_minor = body->integer("total_minor", 0, kLargestAmountMinor);
  draft.currency = body->text("currency");
  const auto state = find_order_state(body->choice("state", {"enquiry", "placed", "paid"}, "placed"));
  draft.state = state.value_or(OrderState::kPlaced);
  draft.recipient = body->text("recipient");
  draft.phone = body->text("phone");
  draft.address = body->text("address");
  draft.note = body->text("note", 2'000);
  draft.external_id = body->text("external_id");
  draft.at_ms = body->moment("at_ms").value_or(0);
  draft.source = "api";
  body.check();
  return created(order_json(record_order(call.context, draft), call));
}

Reply move(const Call& call, OrderState asked) {
  const auto order = order_in(call);
  Body body(call);
  MoveOptions options;
  options.at_ms = body->moment("at_ms").value_or(0);
  if (asked == OrderState::kCancelled || asked == OrderState::kRefunded) options.reason = body->text("reason");
  body.check();
  if (asked == OrderState::kDelivered)
    deliver_order(call.context, order.order_id, options.at_ms);
  else
    move_order(call.context, order.order_id, asked, options);
  return {order_json(order_in(call), call)};
}

Reply ship(const Call& call) {
  const auto order = order_in(call);
  Body body(call);
  ShipmentDraft draft;
  draft.order_id = order.order_id;
  draft.carrier = body->text("carrier");
  draft.tracking_no = body->text("tracking_no");
  draft.at_ms = body->moment("at_ms").value_or(0);
  body.check();
  add_shipment(call.context, draft);
  return {order_json(order_in(call), call)};
}

Reply report(const Call& call) {
  const auto order = order_in(call);
  Body body(call);
  const auto state = body->required_text("state");
  const auto at_ms = body->moment("at_ms").value_or(0);
  body.check();
  report_shipment(call.context, order.order_id, call.id("shipment"), state, at_ms);
  return {order_json(order_in(call), call)};
}

}  // namespace

void add_orders(const Api& api) {
  api.list("/orders", {"state", "customer_id"}, list_of_orders);
  api.post("/orders", Role::kOperator, create_order);
  api.get("/orders/{id}", {}, [](const Call& call) { return Reply{order_json(order_in(call), call)}; });
  struct Move {
    const char* name;
    OrderState state;
    Role role;
  };
  constexpr Move kMoves[] = {{"paid", OrderState::kPaid, Role::kOperator},
                             {"deliver", OrderState::kDelivered, Role::kOperator},
                             {"complete", OrderState::kCompleted, Role::kOperator},
                             {"cancel", OrderState::kCancelled, Role::kOperator},
                             {"refund", OrderState::kRefunded, Role::kOwner}};
  for (const auto& [name, state, role] : kMoves)
    api.post(std::string("/orders/{id}/") + name, role, [state = state](const Call& call) { return move(call, state); });
  api.post("/orders/{id}/ship", Role::kOperator, ship);
  api.post("/orders/{id}/shipments/{shipment}/report", Role::kOperator, report);
}

}  // namespace laoke::http::api

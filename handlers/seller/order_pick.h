#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "handlers/order_states.h"
#include "handlers/seller/chat.h"
#include "storage/orders.h"
#include "storage/shipments.h"

namespace laoke::seller {

struct PickedOrder {
  storage::Order order;
  std::string rest;  // what stands behind the order
};

// The order a command is about: "#1024 …" (with or without #, full-width too), or a customer's name: of their orders
// the one that may become `asked`, a question when there are several. With nothing at all, the orders of the shop that
// may. nullopt: the person was asked or told. Refusal for a number no order has.
std::optional<PickedOrder> pick_order(Chat& chat, std::string_view rest, OrderState asked, std::string_view command);

// Asks which of the shop's newest orders that may become `asked` is meant; "" when there is none, said already.
std::optional<storage::Order> pick_waiting_order(Chat& chat, std::string_view question, OrderState asked);

// "顺丰速运 SF123 运输中".
std::string shipment_line(const Chat& chat, const storage::Shipment& shipment);
// The same, with the carrier's newest words under it.
std::string parcel_lines(const Chat& chat, const storage::Shipment& shipment);

// Says that an order was recorded and keeps how to take it back.
struct Recorded {
  std::int64_t made_customer_id = 0;  // made for it: taking it back takes them away, too
  bool amount_given = false;          // a present for nothing is not an order whose amount was forgotten
};
void tell_recorded(Chat& chat, const storage::Order& order, const Recorded& recorded);

// "任务 1003", "task 1003": 完成 and 取消 serve tasks too.
bool is_about_task(std::string_view rest);
void finish_a_task(Chat& chat, std::string_view rest);
void cancel_a_task(Chat& chat, std::string_view rest);

}  // namespace laoke::seller

#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "handlers/context.h"

namespace laoke {

// A fact of the shop. The kinds are a public contract (timeline, webhooks out, rule triggers):
//   customer.created customer.wrote customer.tagged customer.untagged customer.merged customer.opted_out
//   customer.opted_in customer.blocked customer.returned customer.referred customer.enquired customer.updated
//   order.enquiry order.placed order.paid order.shipped order.delivered order.completed order.cancelled order.refunded
//   order.partly_refunded  order.reverted (taken back: data.undone names the event that no longer holds)
//   shipment.created shipment.out_for_delivery shipment.ready_for_pickup shipment.delivered shipment.exception
//   shipment.returned  checkout.abandoned checkout.recovered  broadcast.started broadcast.done  task.created task.done
struct ShopEvent {
  std::string kind;
  std::int64_t customer_id = 0;
  nlohmann::json data = nlohmann::json::object();  // ids and values, never secrets
  std::string cause = "";  // what a reminder planned by this event hangs on: "order:77"; "" = the event itself
  std::int64_t at_ms = 0;  // when it happened; 0 = now
};

// The one place a fact enters: timeline row, webhooks out, and the reminders its rules ask for or that it cancels.
// Every handler that changes something a seller would want to know calls it, in the same transaction.
// Returns the event's id.
std::int64_t happened(const Context& context, const ShopEvent& event);

}  // namespace laoke

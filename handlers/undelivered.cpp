#include "handlers/undelivered.h"

#include <nlohmann/json.hpp>
#include <set>

#include "handlers/broadcasts.h"
#include "handlers/outbox.h"
#include "handlers/reasons.h"
#include "handlers/refusal.h"
#include "handlers/relay.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/events.h"
#include "storage/shops.h"

namespace laoke {
namespace {

using storage::Delivery;

// Kept in the shop's own timeline (customer 0): few rows, found from their end.
constexpr std::int64_t kTheShop = 0;
constexpr std::string_view kUndeliveredFact = "delivery.undelivered";

bool ended_badly(const Delivery& delivery) {
  return delivery.state == "unknown" || delivery.state == "failed" || delivery.state == "dropped";
}

// The chat of whoever wrote this message to a customer; 0 when the bot did.
std::int64_t writer_of(const Delivery& delivery) {
  if (delivery.key.source != "m" || delivery.payload.find("asked_by") == std::string::npos) return 0;
  return direct_payload_from(delivery.payload).asked_by_contact_id;
}

Button decide(std::string_view language, std::string_view command, std::int64_t number) {
  return {say(language, "seller.undelivered.button." + std::string(command)), std::string(command) + " " + std::to_string(number), ""};
}

void tell_writer(const Context& context, const Delivery& delivery, std::int64_t writer, std::int64_t number) {
  const auto chat = storage::get_contact(context.tx, context.shop_id(), writer);
  if (!chat || chat->state != "active") return;
  const auto customer = storage::get_customer(context.tx, context.shop_id(), delivery.key.customer_id);
  const auto language = staff_language(context, writer);
  const bool unknown = delivery.state == "unknown";
  DirectMessage message;
  message.customer_id = chat->customer_id;
  message.contact_id = chat->contact_id;
  message.channel_id = chat->channel_id;
  message.klass = "staff";
  message.content.text = say(language, {unknown ? "seller.reply.unknown" : "seller.reply.failed",
                                        {{"name", customer ? shorten(customer->name, 40) : ""},
                                         {"text", shorten(direct_payload_from(delivery.payload).content.text, 60)},
                                         {"reason", reasons::words(delivery.reason, language)}}});
  // Who blocked the shop cannot be written to again.
  if (delivery.reason != reasons::kBlocked)
    message.content.buttons = {{decide(language, "resend", number), decide(language, "leave", number)}};
  queue_message(context, message);
}

std::optional<Undelivered> undelivered_in(const Context& context, const storage::EventRow& event) {
  if (event.kind != kUndeliveredFact) return std::nullopt;
  const auto data = nlohmann::json::parse(event.data, nullptr, false);
  const auto key = data.is_object() ? storage::delivery_key_from(data.value("key", "")) : std::nullopt;
  auto delivery = key ? storage::get_delivery(context.tx, context.shop_id(), *key) : std::nullopt;
  if (!delivery) return std::nullopt;
  return Undelivered{event.event_id, event.at_ms, std::move(*delivery)};
}

void settle(const Context& context, Delivery delivery, std::string_view state, std::string_view reason) {
  CountChanges counts(context.tx);
  counts.move(context.shop_id(), delivery, state, reason);
  delivery.state = state;
  delivery.reason = reason;
  delivery.updated_at_ms = context.now_ms;
  storage::update_delivery(context.tx, context.shop_id(), delivery);
  counts.flush(context.now_ms);
}

std::int64_t channel_of(const Context& context, const Delivery& delivery) {
  if (delivery.key.source != "m") return 0;  // routed anew
  const auto contact = storage::get_contact(context.tx, context.shop_id(), delivery.contact_id);
  return contact ? contact->channel_id : 0;
}

}  // namespace

void note_bad_end(storage::Transaction& tx, std::int64_t shop_id, const Delivery& delivery, std::int64_t now_ms) {
  if (!ended_badly(delivery)) return;
  const auto writer = writer_of(delivery);
  if (delivery.state != "unknown" && writer == 0) return;
  const auto shop = storage::get_shop(tx, shop_id);
  if (!shop) return;
  const nlohmann::json data{{"key", storage::to_text(delivery.key)}};
  const auto number = storage::insert_event(tx, shop_id, kTheShop, kUndeliveredFact, now_ms, data.dump());
  if (writer != 0) tell_writer({tx, *shop, now_ms}, delivery, writer, number);
}

std::vector<Undelivered> undecided(const Context& context, int limit) {
  std::vector<Undelivered> found;
  std::set<storage::DeliveryKey> seen;  // unknown again after it was sent again
  for (const auto& event : storage::list_events(context.tx, context.shop_id(), kTheShop, 0, kUndeliveredLookedAt)) {
    if (found.size() == static_cast<std::size_t>(limit)) break;
    auto one = undelivered_in(context, event);
    if (one && one->delivery.state == "unknown" && one->delivery.reason != reasons::kLeft && seen.insert(one->delivery.key).second)
      found.push_back(std::move(*one));
  }
  return found;
}

Undelivered require_undelivered(const Context& context, std::int64_t number) {
  for (const auto& event : storage::list_events(context.tx, context.shop_id(), kTheShop, number + 1, 1))
    if (event.event_id == number)
      if (auto one = undelivered_in(context, event)) return *one;
  throw refusal({"seller.undelivered.number", {{"number", number}}});
}

void send_again(const Context& context, const Delivery& delivery) {
  const bool decided = delivery.state == "unknown" && delivery.reason == reasons::kLeft;
  const bool failed_reply = delivery.key.source == "m" && ended_badly(delivery);
  if (decided || (delivery.state != "unknown" && !failed_reply))
    throw refusal({"seller.undelivered.settled"});
  if (delivery.expires_at_ms <= context.now_ms) throw refusal({"seller.undelivered.expired"});
  if (delivery.klass == "marketing") storage::remove_marketing_sent(context.tx, context.shop_id(), delivery.key);
  Delivery again = delivery;
  again.due_at_ms = context.now_ms;
  settle(context, again, "due", "");
  const auto lane = delivery.key.source == "b" ? storage::SendLane::kBulk : storage::SendLane::kFast;
  storage::enqueue(context.tx, {channel_of(context, delivery), lane, context.now_ms, context.shop_id(), delivery.key});
}

void leave_it(const Context& context, const Delivery& delivery) {
  if (delivery.state == "failed" || delivery.state == "dropped") return;  // it never arrived, and that is all
  if (delivery.state != "unknown") throw refusal({"seller.undelivered.settled"});
  settle(context, delivery, "unknown", reasons::kLeft);
}

}  // namespace laoke

#include "handlers/outbox.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace laoke {
namespace {

using nlohmann::json;

// One JSON object; the content is JSON already.
std::string payload_text(const DirectMessage& message) {
  std::string payload = "{";
  if (message.about_customer_id != 0)
    payload += "\"about_contact\":" + std::to_string(message.about_contact_id) +
               ",\"about_customer\":" + std::to_string(message.about_customer_id) + ",";
  if (message.asked_by_contact_id != 0) payload += "\"asked_by\":" + std::to_string(message.asked_by_contact_id) + ",";
  return payload + "\"content\":" + to_json_text(message.content) + "}";
}

}  // namespace

std::string cause_of_id(std::int64_t id) {
  const std::string digits = std::to_string(id);
  return std::string(digits.size() < 16 ? 16 - digits.size() : 0, '0') + digits;
}

storage::DeliveryKey queue_message(const Context& context, const DirectMessage& message) {
  storage::Delivery delivery;
  delivery.key = {"m", 0, message.customer_id, cause_of_id(context.tx.next_id())};
  delivery.klass = message.klass;
  delivery.contact_id = message.contact_id;
  delivery.due_at_ms = message.due_at_ms != 0 ? message.due_at_ms : context.now_ms;
  delivery.expires_at_ms = delivery.due_at_ms + kReplyValidMs;
  delivery.payload = payload_text(message);
  delivery.updated_at_ms = context.now_ms;
  if (!storage::plan_delivery(context.tx, context.shop_id(), delivery, storage::SendLane::kFast, message.channel_id))
    throw std::logic_error("outbox: an id was given out twice");
  return delivery.key;
}

DirectPayload direct_payload_from(std::string_view payload) {
  const json in = json::parse(payload);
  return {message_content_from(in.at("content").dump()), in.value("about_customer", std::int64_t{0}),
          in.value("about_contact", std::int64_t{0}), in.value("asked_by", std::int64_t{0})};
}

}  // namespace laoke

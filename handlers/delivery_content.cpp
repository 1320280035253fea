#include "handlers/delivery_content.h"

#include <nlohmann/json.hpp>

#include "handlers/outbox.h"

namespace laoke {
namespace {

using nlohmann::json;

constexpr std::pair<const char*, std::int64_t MessageCause::*> kIds[] = {
    {"order_id", &MessageCause::order_id},   {"shipment_id", &MessageCause::shipment_id},
    {"product_id", &MessageCause::product_id}, {"friend_id", &MessageCause::friend_id},
    {"task_id", &MessageCause::task_id},
};

}  // namespace

std::string to_json_text(const ReminderPayload& payload) {
  json out{{"template", payload.template_name}};
  if (payload.version != 0) out["version"] = payload.version;
  if (!payload.language.empty()) out["language"] = payload.language;
  if (payload.passes_quiet_hours) out["passes_quiet_hours"] = true;
  if (payload.resend_unknown) out["resend_unknown"] = true;
  for (const auto& [name, member] : kIds)
    if (payload.cause.*member != 0) out[name] = payload.cause.*member;
  if (payload.cause.days) out["days"] = *payload.cause.days;
  return out.dump();
}

ReminderPayload reminder_payload_from(std::string_view json_text) {
  const json in = json::parse(json_text);
  ReminderPayload payload;
  payload.template_name = in.value("template", "");
  payload.version = in.value("version", std::int64_t{0});
  payload.language = in.value("language", "");
  payload.passes_quiet_hours = in.value("passes_quiet_hours", false);
  payload.resend_unknown = in.value("resend_unknown", false);
  for (const auto& [name, member] : kIds) payload.cause.*member = in.value(name, std::int64_t{0});
  if (in.contains("days")) payload.cause.days = in.at("days").get<std::int64_t>();
  return payload;
}

MessageText text_of(const storage::Broadcast& broadcast) {
  return {broadcast.template_name, broadcast.template_version, broadcast.body, broadcast.extras.empty() ? "{}" : broadcast.extras};
}

OrSaid<DeliveryContent> content_of(const Context& context, const storage::Delivery& delivery, const storage::Contact& contact,
                                   std::string_view channel_kind, const storage::Broadcast* broadcast, MessageCache& cache) {
  if (delivery.key.source == "m") {
    const auto payload = direct_payload_from(delivery.payload);
    return DeliveryContent{payload.content, payload.about_customer_id, payload.about_contact_id};
  }
  MessageText text;
  std::string language;
  MessageCause cause;
  if (delivery.key.source == "b") {
    if (broadcast == nullptr) return Said{"群发已不存在", "the broadcast is gone"};
    text = text_of(*broadcast);
  } else {
    const auto payload = reminder_payload_from(delivery.payload);
    text.template_name = payload.template_name;
    text.version = payload.version;
    language = payload.language;
    cause = payload.cause;
  }
  if (language.empty()) language = message_language(context, contact.customer_id);
  const auto content = compose(context, text, contact.customer_id, language, channel_kind, cause, &cache);
  if (!content) return content.error();
  return DeliveryContent{*content, 0, 0};
}

bool passes_quiet_hours(const storage::Delivery& delivery) {
  if (delivery.key.source == "b") return false;
  if (delivery.key.source == "m") return true;
  return reminder_payload_from(delivery.payload).passes_quiet_hours;
}

bool resends_unknown(const storage::Delivery& delivery) {
  return delivery.key.source == "r" && delivery.klass != "marketing" && reminder_payload_from(delivery.payload).resend_unknown;
}

}  // namespace laoke

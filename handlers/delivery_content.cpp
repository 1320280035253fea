#include "handlers/delivery_content.h"

#include "handlers/outbox.h"
#include "handlers/reminder_payload.h"

namespace laoke {
namespace {

MessageCause cause_of(const ReminderPayload& payload) {
  MessageCause cause;
  cause.order_id = payload.order_id;
  cause.shipment_id = payload.shipment_id;
  cause.product_id = payload.product_id;
  cause.friend_id = payload.friend_id;
  return cause;
}

}  // namespace

MessageText text_of(const storage::Broadcast& broadcast) {
  return {broadcast.template_name, broadcast.template_version, broadcast.body, broadcast.extras.empty() ? "{}" : broadcast.extras};
}

OrSaid<DeliveryContent> content_of(const Context& context, const storage::Delivery& delivery, std::string_view language,
                                   std::string_view channel_kind, const storage::Broadcast* broadcast, MessageCache& cache) {
  if (delivery.key.source == "m") {
    const auto payload = direct_payload_from(delivery.payload);
    return DeliveryContent{payload.content, payload.about_customer_id, payload.about_contact_id};
  }
  MessageText text;
  std::string asked;  // a reminder may name its language
  MessageCause cause;
  if (delivery.key.source == "b") {
    if (broadcast == nullptr) return Said{"群发已不存在", "the broadcast is gone"};
    text = text_of(*broadcast);
  } else {
    const auto payload = reminder_payload_from(delivery.payload);
    text.template_name = payload.template_name;
    asked = payload.language;
    cause = cause_of(payload);
  }
  const std::string_view wanted = !asked.empty() ? std::string_view(asked) : !language.empty() ? language : context.shop.language;
  const auto content = compose_for_known(context, text, delivery.key.customer_id, wanted, channel_kind, cause, cache);
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

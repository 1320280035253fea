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
  cause.checkout_id = payload.checkout_id;
  return cause;
}

// A broadcast's or reminder's words, and in which language.
struct SentWords {
  MessageText text;
  std::string asked;  // a reminder may name its language
  MessageCause cause;

  std::string_view language(const Context& context, std::string_view customers) const {
    return !asked.empty() ? std::string_view(asked) : !customers.empty() ? customers : std::string_view(context.shop.language);
  }
};

std::optional<SentWords> words_of(const storage::Delivery& delivery, const storage::Broadcast* broadcast) {
  SentWords words;
  if (delivery.key.source == "b") {
    if (broadcast == nullptr) return std::nullopt;
    words.text = text_of(*broadcast);
    return words;
  }
  const auto payload = reminder_payload_from(delivery.payload);
  words.text.template_name = payload.template_name;
  words.asked = payload.language;
  words.cause = cause_of(payload);
  return words;
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
  const auto words = words_of(delivery, broadcast);
  if (!words) return Said{"群发已不存在", "the broadcast is gone"};
  const auto content = compose_for_known(context, words->text, delivery.key.customer_id, words->language(context, language),
                                         channel_kind, words->cause, cache);
  if (!content) return content.error();
  return DeliveryContent{*content, 0, 0};
}

TextTraits traits_of(const Context& context, const storage::Delivery& delivery, std::string_view language, std::string_view channel_kind,
                     const storage::Broadcast* broadcast, MessageCache& cache) {
  if (delivery.key.source == "m")
    return {!delivery.payload.empty() && !direct_payload_from(delivery.payload).content.platform_template.empty(), false};
  if (delivery.key.source == "r" && delivery.payload.empty()) return {};
  const auto words = words_of(delivery, broadcast);
  return words ? text_traits(context, words->text, words->language(context, language), channel_kind, cache) : TextTraits{};
}

void fit_to_window(MessageContent& content, bool by_template) {
  if (by_template || content.platform_template.empty() || (content.text.empty() && content.image.empty())) return;
  content.platform_template.clear();
  content.platform_template_language.clear();
  content.platform_template_parameters.clear();
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

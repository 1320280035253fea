#include "bot/channels/whatsapp/parse.h"

#include <algorithm>

#include "bot/channels/channel.h"
#include "bot/channels/json_body.h"
#include "bot/channels/whatsapp/address.h"
#include "bot/channels/whatsapp/errors.h"
#include "bot/channels/whatsapp/message.h"
#include "bot/channels/whatsapp/parse_message.h"
#include "bot/channels/whatsapp/parse_news.h"

namespace laoke::channels::whatsapp {
namespace {

using nlohmann::json;
using Events = std::vector<InboundEvent>;

constexpr std::pair<const char*, ReceiptKind> kReceipts[] = {
    {"sent", ReceiptKind::kSent},     {"delivered", ReceiptKind::kDelivered},
    {"read", ReceiptKind::kRead},     {"played", ReceiptKind::kRead},  // a voice message was listened to
    {"failed", ReceiptKind::kFailed},
};

// The customer's wish about marketing, told where nobody wrote: a press of the button that says it.
InboundEvent wish_event(InboundEvent event, bool stop, std::string words) {
  event.kind = InboundKind::kPress;
  event.key += stop ? "/stop" : "/resume";
  event.press_data = stop ? "mkt:stop" : "mkt:resume";
  event.text = std::move(words);
  event.receipt = ReceiptKind::kNone;
  event.platform_message_id.clear();
  event.reference.clear();
  event.receipt_reason.clear();
  return event;
}

// Who a status is about: the address our message went to where it comes back, else the ids that stand there.
void set_recipient(InboundEvent& event, const json& status) {
  const CallbackData data = callback_data_from(text_at(status, "biz_opaque_callback_data"));
  event.reference = data.reference;
  const std::string user_id = text_at(status, "recipient_user_id"), recipient = text_at(status, "recipient_id");
  event.external_id = !data.address.empty() ? data.address : is_user_id(user_id) ? user_id : recipient;
  if (event.external_id.empty()) throw BadPayload("a status names no recipient");
}

void add_status(Events& events, const json& status) {
  const std::string name = text_at(status, "status");
  InboundEvent event;
  event.platform_message_id = text_at(status, "id");
  if (event.platform_message_id.empty()) throw BadPayload("a status has no 'id'");
  event.key = event.platform_message_id + "/" + name;
  event.at_ms = moment_ms(status);
  const auto* known =
      std::find_if(std::begin(kReceipts), std::end(kReceipts), [&](const auto& one) { return name == one.first; });
  if (known == std::end(kReceipts)) return;  // "deleted", and what comes with later versions
  set_recipient(event, status);
  event.kind = InboundKind::kReceipt;
  event.receipt = known->second;
  bool stopped_marketing = false;
  const json& errors = list_at(status, "errors");
  if (event.receipt == ReceiptKind::kFailed && !errors.empty()) {
    const Error error = error_from(errors.front());
    event.receipt_reason = told(error, meaning_of(error, 0));
    stopped_marketing = error.code == kStoppedMarketing;
  }
  events.push_back(event);
  if (stopped_marketing) events.push_back(wish_event(event, true, event.receipt_reason));
}

void add_preference(Events& events, const json& preference, const People& people) {
  if (text_at(preference, "category") != "marketing_messages") return;
  const std::string value = text_at(preference, "value"), phone = text_at(preference, "wa_id");
  if (value != "stop" && value != "resume") return;
  InboundEvent event;
  people.describe(event, text_at(preference, "user_id"), phone);
  event.at_ms = moment_ms(preference);
  event.key = "preference/" + event.external_id + "/" + std::to_string(event.at_ms);
  events.push_back(wish_event(std::move(event), value == "stop", text_at(preference, "detail")));
}

// Numbers that are also used in the phone app: what the seller writes there to a customer.
void add_echo(Events& events, const json& echo) {
  if (!echo.is_object()) throw BadPayload("an echo is not an object");
  const std::string to = text_at(echo, "to");
  const std::string user_id = text_at(echo, "to_user_id");
  if (echo.contains("group_id") || (!is_phone_digits(to) && !is_user_id(to) && !is_user_id(user_id))) return;
  InboundEvent event = staff_message_event(echo);
  event.external_id = is_user_id(user_id) ? user_id : to;
  if (is_phone_digits(to)) event.phone = "+" + to;
  events.push_back(std::move(event));
}

void add_change(Events& events, const json& change, std::string_view phone_number_id) {
  const json* value = object_at(change, "value");
  if (!value) return;
  const json* metadata = object_at(*value, "metadata");
  if (!metadata || text_at(*metadata, "phone_number_id") != phone_number_id) return;
  const People people(*value);
  for (const json& message : list_at(*value, "messages"))
    if (InboundEvent event = message_event(message, people); !event.key.empty()) events.push_back(std::move(event));
  // "message_echoes" of other fields would also tell of what went out through the API itself.
  if (text_at(change, "field") == "smb_message_echoes")
    for (const json& echo : list_at(*value, "message_echoes")) add_echo(events, echo);
  for (const json& status : list_at(*value, "statuses")) add_status(events, status);
  for (const json& preference : list_at(*value, "user_preferences")) add_preference(events, preference, people);
}

}  // namespace

Events parse_callback(const json& body, std::string_view phone_number_id, std::string_view waba_id) {
  if (!body.is_object() || text_at(body, "object") != "whatsapp_business_account")
    throw BadPayload("the body is not about a WhatsApp business account");
  Events events;
  for (const json& entry : list_at(body, "entry"))
    for (const json& change : list_at(entry, "changes"))
      if (!add_news(events, entry, change, waba_id)) add_change(events, change, phone_number_id);
  return events;
}

}  // namespace laoke::channels::whatsapp

// What happened with a customer, what was said, what waits; merging two into one.
#include "bot/http/api_customer.h"
#include "bot/http/api_delivery.h"
#include "handlers/merge.h"
#include "handlers/outbox.h"
#include "handlers/policy_question.h"
#include "handlers/reasons.h"
#include "handlers/reminders.h"
#include "storage/channels.h"
#include "storage/events.h"
#include "storage/merges.h"
#include "storage/messages.h"

namespace laoke::http::api {
namespace {

constexpr std::size_t kMostMessageText = 4'000;  // code points; longer than any platform's one message
constexpr int kWhyRows = 20;

Reply timeline(const Call& call) {
  const auto customer = customer_in(call).customer_id;
  return {page(
      call, storage::list_events(call.tx(), call.shop_id(), customer, call.cursor(), call.limit() + 1),
      [](const storage::EventRow& event) {
        return json{
            {"id", event.event_id}, {"kind", event.kind}, {"at_ms", event.at_ms}, {"data", stored_json(event.data)}};
      },
      [](const storage::EventRow& event) { return event.event_id; })};
}

json message_json(const storage::MessageRow& message) {
  json shown = {{"id", message.message_id},
                {"customer_id", message.customer_id},
                {"contact_id", message.contact_id},
                {"direction", message.direction},
                {"kind", message.kind},
                {"text", message.text},
                {"media", message.media},
                {"delivery", nullptr},
                {"at_ms", message.at_ms},
                {"edited_at_ms", nullptr}};
  if (!message.delivery_key.empty()) shown["delivery"] = message.delivery_key;
  if (message.edited_at_ms) shown["edited_at_ms"] = *message.edited_at_ms;
  return shown;
}

Reply messages(const Call& call) {
  const auto customer = customer_in(call).customer_id;
  return {page(
      call, storage::list_messages(call.tx(), call.shop_id(), customer, call.cursor(), call.limit() + 1),
      [](const auto& message) { return message_json(message); }, [](const auto& message) { return message.message_id; })};
}

bool can_be_written(const Call& call, const storage::Contact& contact) {
  const auto channel = storage::get_channel(call.tx(), call.shop_id(), contact.channel_id);
  return contact.state == "active" && channel && channel->state != "off";
}

// The contact the caller named, else the one heard last.
storage::Contact contact_for(const Call& call, std::int64_t customer_id, std::optional<std::int64_t> wanted) {
  for (const auto& contact : storage::contacts_of_customer(call.tx(), call.shop_id(), customer_id))
    if (wanted ? contact.contact_id == *wanted : can_be_written(call, contact)) return contact;
  throw Problem(422, say(call.language, "api.no_contact"), {}, "customer.no_contact");
}

Reply send_message(const Call& call) {
  const auto customer = customer_in(call).customer_id;
  Body body(call);
  DirectMessage message;
  message.content.text = body->text("text", kMostMessageText);
  message.content.image = body->text("image");
  if (message.content.text.empty() && message.content.image.empty())
    body->faults().add(body->at("text"), {"api.missing"});
  const auto contact_id = body->integer("contact_id", 1);
  message.klass = body->choice("class", {"reply", "notice"}, "reply");
  message.due_at_ms = body->moment("due_at_ms").value_or(0);
  body.check();
  const auto contact = contact_for(call, customer, contact_id);
  message.customer_id = customer;
  message.contact_id = contact.contact_id;
  message.channel_id = contact.channel_id;
  const auto key = queue_message(call.context, message);
  return {json_of(storage::get_delivery(call.tx(), call.shop_id(), key).value(), call), 202};
}

std::string_view word_of(PolicyAnswer::Verdict verdict) {
  switch (verdict) {
    case PolicyAnswer::Verdict::kGo:
      return "go";
    case PolicyAnswer::Verdict::kGoWithPlatformTemplate:
      return "go_with_platform_template";
    case PolicyAnswer::Verdict::kWait:
      return "wait";
    case PolicyAnswer::Verdict::kDrop:
      break;
  }
  return "drop";
}

// What policy would say of a message of this class that fell due now.
json asked_now(const Call& call, const ChannelMap& channels, std::int64_t customer_id, const std::string& klass) {
  storage::Delivery delivery;
  delivery.key = {"m", 0, customer_id, ""};
  delivery.klass = klass;
  delivery.due_at_ms = call.context.now_ms;
  delivery.expires_at_ms = call.context.now_ms + kReplyValidMs;
  const auto settings = settings_of(call.context.shop);
  const auto answer = decide(policy_question(call.context, settings, delivery, channels), settings, channels);
  json shown = {{"class", klass},          {"verdict", word_of(answer.verdict)},
                {"reason", answer.reason}, {"words", ""},
                {"until_ms", nullptr},     {"contact_id", nullptr}};
  if (!answer.reason.empty()) shown["words"] = reasons::words(answer.reason, call.language);
  if (answer.verdict == PolicyAnswer::Verdict::kWait) shown["until_ms"] = answer.until_ms;
  if (answer.reach.contact_id != 0) shown["contact_id"] = answer.reach.contact_id;
  return shown;
}

Reply why(const Call& call, const ChannelMap& channels) {
  const auto customer = customer_in(call).customer_id;
  json deliveries = json::array(), now = json::array();
  for (const char* klass : {"marketing", "notice"}) now.push_back(asked_now(call, channels, customer, klass));
  for (const auto& delivery : newest_deliveries(call, customer, kWhyRows))
    deliveries.push_back(json_of(delivery, call));
  return {{{"customer_id", customer}, {"now", now}, {"deliveries", deliveries}}};
}

Reply reminders(const Call& call) {
  const auto customer = customer_in(call).customer_id;
  return {whole(pending_reminders(call.context, customer), [&](const PendingReminder& reminder) {
    return json{{"rule_id", reminder.rule_id},
                {"rule", reminder.rule_name},
                {"title", reminder.title.in(call.language)},
                {"template", reminder.template_name},
                {"due_at_ms", reminder.due_at_ms},
                {"cause", reminder.cause}};
  })};
}

Reply merge(const Call& call) {
  const auto kept = customer_in(call).customer_id;
  Body body(call);
  const auto other = body->required_integer("customer_id", 1);
  body.check();
  const auto merge_id = merge_customers(call.context, kept, other);
  return created({{"merge_id", merge_id}, {"kept_id", kept}, {"merged_id", other}});
}

Reply undo(const Call& call) {
  Body(call).check();
  undo_merge(call.context, call.id());
  const auto merge = storage::get_merge(call.tx(), call.shop_id(), call.id()).value();
  return {{{"merge_id", merge.merge_id}, {"kept_id", merge.kept_id}, {"merged_id", merge.merged_id}}};
}

}  // namespace

void add_customer_story(const Api& api) {
  api.list("/customers/{id}/timeline", {}, timeline);
  api.list("/customers/{id}/messages", {}, messages);
  api.post("/customers/{id}/messages", Role::kOperator, send_message);
  api.get("/customers/{id}/why", {},
          [channels = api.parts.channels](const Call& call) { return why(call, channels()); });
  api.get("/customers/{id}/reminders", {}, reminders);
  api.post("/customers/{id}/merge", Role::kOwner, merge);
  api.post("/merges/{id}/undo", Role::kOwner, undo);
  api.get("/contacts/{id}", {}, [](const Call& call) {
    const auto contact = storage::get_contact(call.tx(), call.shop_id(), call.id());
    if (!contact) absent(call);
    return Reply{json_of(*contact)};
  });
}

}  // namespace laoke::http::api

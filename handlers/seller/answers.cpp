#include "handlers/seller/answers.h"

#include "handlers/calendar.h"
#include "handlers/outbox.h"
#include "handlers/seller/command.h"
#include "handlers/seller/handlers.h"
#include "handlers/seller/undo.h"
#include "handlers/tasks.h"
#include "handlers/text.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/messages.h"

namespace laoke::seller {
namespace {

constexpr std::int64_t kLaterMs = 2 * kHourMs;  // "稍后" under a message

std::string customer_name(const Chat& chat, std::int64_t customer_id) {
  const auto customer = storage::get_customer(chat.tx(), chat.shop_id(), customer_id);
  return customer ? shorten(customer->name, 40) : "#" + std::to_string(customer_id);
}

// What can be passed on: text, and a photo within one account (a platform's file id means nothing elsewhere).
std::optional<MessageContent> passed_on(const Chat& chat, const InboundEvent& event, const storage::Contact& to) {
  MessageContent content;
  content.text = event.text;
  if (event.kind == InboundKind::kMedia) {
    if (event.media_kind != "photo" || to.channel_id != chat.channel_id()) return std::nullopt;
    content.image = event.media;
  }
  return content;
}

void send_to(Chat& chat, const storage::Contact& to, MessageContent content) {
  DirectMessage message;
  message.customer_id = to.customer_id;
  message.contact_id = to.contact_id;
  message.channel_id = to.channel_id;
  message.klass = "reply";
  message.asked_by_contact_id = chat.sender().contact.contact_id;
  message.content = std::move(content);
  queue_message(chat.context(), message);
  chat.tell({"seller.reply.sent", {{"name", customer_name(chat, to.customer_id)}}});
}

void add_later_task(Chat& chat, std::int64_t customer_id) {
  const std::string name = customer_name(chat, customer_id);
  const auto task = add_task(chat.context(), {chat.words({"seller.later.task", {{"name", name}}}),
                                              chat.now_ms() + kLaterMs, customer_id, chat.staff_id(), ""});
  if (!task) return;
  remember_task(chat, *task);
  chat.tell({"seller.later.done", {{"name", name}, {"time", chat.date_time(task->due_at_ms)}}});
}

}  // namespace

bool answer_customer(Chat& chat, const InboundEvent& event) {
  if (event.reply_to.empty() || (event.kind != InboundKind::kText && event.kind != InboundKind::kMedia)) return false;
  const auto link = storage::find_link(chat.tx(), chat.shop_id(), chat.sender().contact.contact_id, event.reply_to);
  if (!link) return false;
  const auto& command = *command_by_id("note");  // whoever may write about customers may write to them
  const auto contact = storage::get_contact(chat.tx(), chat.shop_id(), link->about_contact_id);
  if (chat.role() < command.role)
    chat.tell({"seller.refused.reply", {{"who", role_words(command.role, chat.language())}}});
  else if (!contact || contact->state != "active")
    chat.tell({"seller.reply.unreachable", {{"name", customer_name(chat, link->customer_id)}}});
  else if (auto content = passed_on(chat, event, *contact))
    send_to(chat, *contact, std::move(*content));
  else
    chat.tell({"seller.reply.text_only"});
  return true;
}

void run_quick_action(Chat& chat, std::string_view action, std::int64_t subject) {
  // The command itself says who may.
  if (action == "paid" || action == "cancel") {
    run_line(chat, std::string(action) + " #" + std::to_string(subject));
    return;
  }
  const std::int64_t customer_id = subject;
  const std::string who = "id:" + std::to_string(customer_id);
  const std::string name = customer_name(chat, customer_id);
  if (action == "card") {
    run_line(chat, "find " + who);
  } else if (chat.role() < Role::kOperator) {
    chat.tell({"seller.refused.reply", {{"who", role_words(Role::kOperator, chat.language())}}});
  } else if (action == "tag") {
    chat.ask_words(chat.words({"seller.tag.ask", {{"name", name}}}), "tag " + who + " {}");
  } else if (action == "order") {
    chat.ask_words(chat.words({"seller.order.ask", {{"name", name}}}), "order " + who + " {}");
  } else if (action == "later") {
    add_later_task(chat, customer_id);
  } else {
    chat.tell({"seller.question.over"});
  }
}

}  // namespace laoke::seller

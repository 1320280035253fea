#include "handlers/seller/chat.h"

#include <nlohmann/json.hpp>

#include "handlers/calendar.h"
#include "handlers/money.h"
#include "handlers/outbox.h"
#include "handlers/seller/dialog.h"
#include "handlers/text.h"
#include "storage/staff.h"

namespace laoke::seller {
namespace {

Context as_staff(const Context& context, std::int64_t staff_id) {
  return {context.tx, context.shop, context.now_ms, {Actor::Kind::kStaff, staff_id}};
}

constexpr std::size_t kButtonLabelCodePoints = 40;

Button press(std::string_view label, std::int64_t question, std::string_view answer) {
  return {shorten(label, kButtonLabelCodePoints), "q:" + std::to_string(question) + ":" + std::string(answer), ""};
}

}  // namespace

Role role_named(std::string_view stored) {
  if (stored == "owner") return Role::kOwner;
  return stored == "operator" ? Role::kOperator : Role::kViewer;
}

std::string role_words(Role role, std::string_view language) {
  static constexpr std::array<std::string_view, 3> kKeys{"seller.role.viewer", "seller.role.operator",
                                                         "seller.role.owner"};
  return laoke::say(language, kKeys.at(static_cast<std::size_t>(role)));
}

Chat::Chat(const Context& context, const storage::Sender& sender, std::int64_t channel_id)
    : context_(as_staff(context, sender.staff_id)),
      sender_(sender),
      channel_id_(channel_id),
      language_(spoken_language(sender.staff_language.empty() ? context.shop.language : sender.staff_language)),
      role_(role_named(sender.staff_role)) {}

void Chat::answer(std::string_view text, Buttons buttons) const {
  DirectMessage message;
  message.customer_id = sender_.contact.customer_id;
  message.contact_id = sender_.contact.contact_id;
  message.channel_id = channel_id_;
  message.klass = "staff";
  message.content.text = text;
  message.content.buttons = std::move(buttons);
  if (kept_ != nullptr) return kept_->push_back(std::move(message.content));
  queue_message(context_, message);
}

std::string Chat::date_time(std::int64_t at_ms) const {
  return format_date_time(at_ms, zone(), language_, now_ms());
}

std::string Chat::money(std::int64_t amount_minor, std::string_view currency) const {
  return format_money(amount_minor, currency.empty() ? context_.shop.currency : currency, language_);
}

std::optional<std::int64_t> Chat::picked(const std::string& slot) const {
  const auto found = picks_.find(slot);
  if (found == picks_.end()) return std::nullopt;
  return found->second;
}

void Chat::ask(std::string_view text, std::string_view question, Buttons buttons) const {
  storage::set_dialog(tx(), shop_id(), sender_.contact.contact_id, question);
  answer(text, std::move(buttons));
}

void Chat::ask_choice(std::string_view text, const std::string& slot, const std::vector<Option>& options) const {
  Question question{tx().next_id(), Question::Kind::kChoice, line_, picks_, slot, {}, now_ms()};
  std::string shown(text);
  Buttons buttons;
  for (const auto& option : options) {
    question.values.push_back(option.value);
    const std::string number = std::to_string(question.values.size());
    shown += "\n" + number + ". " + option.label;
    buttons.push_back({press(number + ". " + option.label, question.id, number)});
  }
  ask(shown, to_json_text(question), std::move(buttons));
}

void Chat::ask_yes(std::string_view text) const {
  const Question question{tx().next_id(), Question::Kind::kYes, line_, picks_, "", {}, now_ms()};
  ask(text, to_json_text(question),
      {{press(words({"seller.yes"}), question.id, "yes"), press(words({"seller.no"}), question.id, "no")}});
}

void Chat::ask_words(std::string_view text, std::string_view line) const {
  const Question question{tx().next_id(), Question::Kind::kWords, std::string(line), picks_, "", {}, now_ms()};
  ask(text, to_json_text(question), {});
}

}  // namespace laoke::seller

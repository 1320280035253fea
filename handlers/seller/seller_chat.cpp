#include "handlers/seller/seller_chat.h"

#include "handlers/pairing.h"
#include "handlers/seller/answers.h"
#include "handlers/seller/broadcasts.h"
#include "handlers/seller/command.h"
#include "handlers/seller/dialog.h"
#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/text.h"
#include "storage/staff.h"

namespace laoke {

using seller::Chat;

namespace {

void close_question(const Chat& chat) {
  if (!chat.sender().staff_dialog.empty())
    storage::set_dialog(chat.tx(), chat.shop_id(), chat.sender().contact.contact_id, "");
}

// Things understood without a command's name, in the order in which they are told apart.
bool understood_by_itself(Chat& chat, std::string_view text) {
  chat.set_line(text);
  return seller::try_order_number(chat, text) || seller::try_customer(chat, text) ||
         seller::try_tracking_number(chat, text) || seller::try_pasted_order(chat, text);
}

void decline(Chat& chat, const seller::Picks& picks) {
  if (const auto draft = picks.find("broadcast"); draft != picks.end()) seller::drop_draft(chat, draft->second);
  chat.tell({"seller.declined"});
}

void follow(Chat& chat, const seller::Resumed& resumed) {
  close_question(chat);
  if (resumed.declined) return decline(chat, resumed.picks);
  chat.set_picks(resumed.picks, resumed.confirmed);
  if (!seller::run_line(chat, resumed.line)) understood_by_itself(chat, resumed.line);
}

void not_understood(Chat& chat, std::string_view text) {
  const auto near = seller::nearest_commands(text);
  if (seller::yes_or_no(text)) return chat.tell({"seller.question.none"});
  if (near.empty()) return chat.tell({"seller.unknown", {{"text", shorten(text, 40)}}});
  std::string examples;
  for (const auto* command : near) examples += "\n" + chat.words({"seller.example." + std::string(command->id)});
  chat.tell({"seller.unknown.near", {{"text", shorten(text, 40)}, {"examples", examples}}});
}

void on_text(Chat& chat, std::string_view text) {
  const auto question = seller::open_question(chat.sender().staff_dialog, chat.now_ms());
  // "取消" and "no" alone answer the question; with something behind them they are commands.
  if (question && question->kind != seller::Question::Kind::kWords)
    if (const auto resumed = seller::answer_to(*question, text)) return follow(chat, *resumed);
  if (seller::parse_line(text).command != nullptr) {
    close_question(chat);
    seller::run_line(chat, text);
    return;
  }
  if (question && question->kind == seller::Question::Kind::kWords)
    if (const auto resumed = seller::answer_to(*question, text)) return follow(chat, *resumed);
  if (understood_by_itself(chat, text)) return;
  if (question) return chat.tell({"seller.question.open"});
  not_understood(chat, text);
}

// "q:<question>:<answer>".
void on_question_press(Chat& chat, std::string_view data) {
  const auto colon = data.find(':');
  const auto id = seller::number_of(data.substr(0, colon));
  const auto question = seller::open_question(chat.sender().staff_dialog, chat.now_ms());
  if (colon == std::string_view::npos || !id || !question || question->id != *id)
    return chat.tell({"seller.question.over"});
  if (const auto resumed = seller::answer_to(*question, data.substr(colon + 1))) return follow(chat, *resumed);
  chat.tell({"seller.question.over"});
}

// "do:<action>:<customer or order>": the quick actions under a relayed message.
void on_action_press(Chat& chat, std::string_view data) {
  const auto colon = data.find(':');
  const auto id = colon == std::string_view::npos ? std::nullopt : seller::number_of(data.substr(colon + 1));
  if (!id) return chat.tell({"seller.question.over"});
  close_question(chat);
  seller::run_quick_action(chat, data.substr(0, colon), *id);
}

void on_press(Chat& chat, std::string_view data) {
  if (data.starts_with("q:")) return on_question_press(chat, data.substr(2));
  if (data.starts_with("do:")) return on_action_press(chat, data.substr(3));
  on_text(chat, data);
}

void on_message(Chat& chat, const InboundEvent& event) {
  switch (event.kind) {
    case InboundKind::kText:
      if (trim(event.text).empty()) return;
      return on_text(chat, trim(event.text));
    case InboundKind::kPress: return on_press(chat, event.press_data);
    case InboundKind::kMedia: return chat.tell({"seller.media"});
    case InboundKind::kFollowed: return seller::run_help(chat, "");
    default: return;
  }
}

}  // namespace

void on_staff_message(const Context& context, const StaffMessage& message) {
  InboundEvent event = message.event;
  event.text = repair_utf8(event.text);
  if (try_pairing(context, message.sender, event, message.channel_id)) return;
  Chat chat(context, message.sender, message.channel_id);
  if (seller::answer_customer(chat, event)) return;
  on_message(chat, event);
}

}  // namespace laoke

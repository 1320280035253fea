#include "handlers/undelivered.h"

#include "handlers/outbox.h"
#include "handlers/refusal.h"
#include "handlers/rules.h"
#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/text.h"
#include "handlers/traditional.h"
#include "storage/broadcasts.h"
#include "storage/customers.h"
#include "storage/rules.h"

// 未送达 · 重发 1043 · 不重发 1043: sends of which nobody knows whether they arrived.
namespace laoke::seller {
namespace {

constexpr int kShown = 8, kMostAtOnce = 200;
constexpr std::size_t kButtons = 4;

std::string customer_name(const Chat& chat, std::int64_t customer_id) {
  const auto customer = storage::get_customer(chat.tx(), chat.shop_id(), customer_id);
  return customer ? shorten(customer->name, 20) : "#" + std::to_string(customer_id);
}

// What it was: the reply's text, the rule's title, the broadcast's name.
std::string what(const Chat& chat, const storage::Delivery& delivery) {
  if (delivery.key.source == "m") return shorten(direct_payload_from(delivery.payload).content.text, 40);
  if (delivery.key.source == "b") {
    const auto broadcast = storage::get_broadcast(chat.tx(), chat.shop_id(), delivery.key.source_id);
    return chat.words({"seller.why.broadcast", {{"name", broadcast ? shorten(broadcast->name, 40) : "?"}}});
  }
  std::string title = "?";
  if (auto row = storage::get_rule(chat.tx(), chat.shop_id(), delivery.key.source_id))
    if (const auto rule = rule_of(std::move(*row))) title = rule->definition->title.in(chat.language());
  return chat.words({"seller.why.rule", {{"name", shorten(title, 40)}}});
}

bool means_all(std::string_view rest) {
  const std::string word = word_key(rest);
  return word == "全部" || word == "all";
}

// The one that is meant, or all of the list.
std::vector<Undelivered> meant(Chat& chat, std::string_view rest) {
  if (means_all(rest)) return undecided(chat.context(), kMostAtOnce);
  const auto number = number_of(rest);
  if (!number) throw refusal({"seller.undelivered.which", {{"example", chat.words({"seller.example.resend"})}}});
  return {require_undelivered(chat.context(), *number)};
}

}  // namespace

void run_undelivered(Chat& chat, std::string_view) {
  const auto all = undecided(chat.context(), kShown + 1);
  if (all.empty()) return chat.tell({"seller.undelivered.none"});
  std::string text = chat.words({"seller.undelivered.title"});
  Buttons buttons;
  for (std::size_t i = 0; i < std::min<std::size_t>(all.size(), kShown); ++i) {
    const auto& one = all[i];
    const std::string number = std::to_string(one.number), name = customer_name(chat, one.delivery.key.customer_id);
    text += "\n" + number + " " + name + " · " + what(chat, one.delivery) + " · " + chat.date_time(one.at_ms);
    if (i < kButtons)
      buttons.push_back({{chat.words({"seller.undelivered.button.resend"}) + " " + name, "resend " + number, ""},
                         {chat.words({"seller.undelivered.button.leave"}), "leave " + number, ""}});
  }
  if (all.size() > kShown) text += "\n…";
  chat.answer(text + "\n\n" + chat.words({"seller.undelivered.how"}), std::move(buttons));
}

void run_resend(Chat& chat, std::string_view rest) {
  std::size_t sent = 0, late = 0;
  const bool one_alone = !means_all(rest);
  std::string name;
  for (const auto& one : meant(chat, rest)) {
    if (!one_alone && one.delivery.expires_at_ms <= chat.now_ms()) {
      ++late;
      continue;
    }
    send_again(chat.context(), one.delivery);
    name = customer_name(chat, one.delivery.key.customer_id);
    ++sent;
  }
  if (one_alone) return chat.tell({"seller.undelivered.resent", {{"name", name}}});
  if (sent + late == 0) return chat.tell({"seller.undelivered.none"});
  chat.tell({"seller.undelivered.resent_all", {{"count", sent}, {"late", late}}});
}

void run_leave(Chat& chat, std::string_view rest) {
  const auto all = meant(chat, rest);
  if (all.empty()) return chat.tell({"seller.undelivered.none"});
  for (const auto& one : all) leave_it(chat.context(), one.delivery);
  chat.tell({"seller.undelivered.left", {{"count", all.size()}}});
}

}  // namespace laoke::seller

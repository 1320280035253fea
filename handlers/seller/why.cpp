#include "handlers/reasons.h"
#include "handlers/rules.h"
#include "handlers/seller/handlers.h"
#include "handlers/seller/who.h"
#include "handlers/text.h"
#include "handlers/tried.h"
#include "storage/broadcasts.h"
#include "storage/ledger.h"
#include "storage/rules.h"

// 为什么 张三: what the bot sent this customer or did not, and why.
namespace laoke::seller {
namespace {

constexpr int kReasonsShown = 10, kBroadcastsLookedAt = 50;
constexpr std::size_t kRefusalCodePoints = 300;

// What each source is called, by its id; their keys are the sources to look in.
struct Sources {
  std::map<std::int64_t, std::string> broadcasts, rules;
};

Sources sources(const Chat& chat) {
  Sources all;
  for (const auto& broadcast : storage::list_broadcasts(chat.tx(), chat.shop_id(), 0, kBroadcastsLookedAt))
    all.broadcasts[broadcast.broadcast_id] = broadcast.name;
  for (const auto& rule : list_rules(chat.context()))
    all.rules[rule.row.rule_id] = rule.definition ? rule.definition->title.in(chat.language()) : rule.row.name;
  return all;
}

std::vector<std::int64_t> ids_of(const std::map<std::int64_t, std::string>& named) {
  std::vector<std::int64_t> ids;
  for (const auto& [id, name] : named) ids.push_back(id);
  return ids;
}

std::string what_it_was(const Chat& chat, const storage::Delivery& delivery, const Sources& all) {
  const auto named = [&](const std::map<std::int64_t, std::string>& names) {
    const auto found = names.find(delivery.key.source_id);
    return found == names.end() ? std::to_string(delivery.key.source_id) : shorten(found->second, 30);
  };
  if (delivery.key.source == "b") return chat.words({"seller.why.broadcast", {{"name", named(all.broadcasts)}}});
  if (delivery.key.source == "r") return chat.words({"seller.why.rule", {{"name", named(all.rules)}}});
  return chat.words({"seller.why.message"});
}

std::string line_of(const Chat& chat, const storage::Delivery& delivery, const Sources& all) {
  std::string line = chat.date_time(delivery.updated_at_ms) + " " + what_it_was(chat, delivery, all) + " — " +
                     reasons::state_words(delivery.state, chat.language());
  if (!delivery.reason.empty()) line += ": " + reasons::words(delivery.reason, chat.language());
  if (delivery.state == "deferred" || delivery.state == "due" || delivery.state == "planned")
    line += " (" + chat.date_time(delivery.due_at_ms) + ")";
  if (const auto said = refusal_words(chat.context(), delivery); !said.empty())
    line += "\n  " + chat.words({"seller.why.detail", {{"words", shorten(said, kRefusalCodePoints)}}});
  if (const auto tried = tried_words(chat.context(), delivery, chat.language()); !tried.empty())
    line += "\n  " + chat.words({"seller.why.tried", {{"steps", tried}}});
  return line;
}

}  // namespace

void run_why(Chat& chat, std::string_view rest) {
  const auto customer = find_who(chat, rest);
  if (!customer) return;
  const Sources all = sources(chat);
  const auto deliveries = storage::deliveries_of_customer(chat.tx(), chat.shop_id(), customer->customer_id,
                                                          ids_of(all.broadcasts), ids_of(all.rules), kReasonsShown);
  const std::string name = shorten(customer->name, 40);
  if (deliveries.empty()) return chat.tell({"seller.why.none", {{"name", name}}});
  std::string text = chat.words({"seller.why.title", {{"name", name}}});
  for (const auto& delivery : deliveries) text += "\n• " + line_of(chat, delivery, all);
  chat.answer(text);
}

}  // namespace laoke::seller

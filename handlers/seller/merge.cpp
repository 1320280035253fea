#include "handlers/merge.h"

#include "handlers/seller/handlers.h"
#include "handlers/seller/undo.h"
#include "handlers/seller/who.h"
#include "handlers/text.h"
#include "storage/merges.h"

namespace laoke::seller {
namespace {

constexpr int kShownSuggestions = 10;

}  // namespace

// 合并 张三 李四: the first stays, the second becomes part of them.
void run_merge(Chat& chat, std::string_view rest) {
  const auto kept = take_who(chat, rest);
  if (!kept) return;
  if (kept->rest.empty())
    return chat.tell({"seller.usage", {{"example", chat.words({"seller.example.merge"})}}});
  const auto merged = find_who(chat, kept->rest);
  if (!merged) return;
  const WordValue kept_name{"kept", shorten(kept->customer.name, 40)}, merged_name{"merged", shorten(merged->name, 40)};
  if (kept->customer.customer_id == merged->customer_id) return chat.tell({"seller.merge.same", {kept_name}});
  if (!chat.confirmed())
    return chat.ask_yes(chat.words({"seller.merge.ask",
                                    {kept_name,
                                     merged_name,
                                     {"kept_line", customer_line(chat, kept->customer.customer_id)},
                                     {"merged_line", customer_line(chat, merged->customer_id)}}}));
  const auto merge = merge_customers(chat.context(), kept->customer.customer_id, merged->customer_id);
  done(chat, {{"do", "merge"}, {"merge", merge}}, {"seller.merge.done", {kept_name, merged_name}});
}

void run_merge_suggestions(Chat& chat, std::string_view) {
  const auto suggestions = storage::open_suggestions(chat.tx(), chat.shop_id(), kShownSuggestions);
  if (suggestions.empty()) return chat.tell({"seller.duplicates.none"});
  std::string text = chat.words({"seller.duplicates.title"});
  const std::string command = chat.language() == "en" ? "merge" : "合并";
  for (const auto& one : suggestions)
    text += "\n\n" + customer_line(chat, one.customer_a) + "\n" + customer_line(chat, one.customer_b) + "\n→ " + command +
            " id:" + std::to_string(one.customer_a) + " id:" + std::to_string(one.customer_b);
  chat.answer(text);
}

}  // namespace laoke::seller

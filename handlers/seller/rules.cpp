#include "handlers/rules.h"

#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/seller/undo.h"
#include "handlers/text.h"
#include "handlers/traditional.h"

// 规则 · 开 生日祝福 · 关 生日祝福.
namespace laoke::seller {
namespace {

std::string title_of(const Chat& chat, const Rule& rule) {
  return rule.definition ? rule.definition->title.in(chat.language()) : rule.row.name;
}

std::string line_of(const Chat& chat, const Rule& rule) {
  return (rule.row.enabled ? "✅ " : "⬜ ") + title_of(chat, rule) + " (" + rule.row.name + ")";
}

void switch_to(Chat& chat, std::string_view rest, bool on) {
  std::string_view name = trim(rest);
  std::string_view behind = name;
  if (const auto first = word_key(take_token(behind)); first == "规则" || first == "rule") name = trim(behind);
  if (name.empty()) return chat.tell({"seller.usage", {{"example", chat.words({on ? "seller.example.on" : "seller.example.off"})}}});
  const auto rule = require_rule(chat.context(), name);
  const WordValue title{"title", title_of(chat, rule)};
  if (rule.row.enabled == on) return chat.tell({on ? "seller.rule.is_on" : "seller.rule.is_off", {title}});
  const auto change = switch_rule(chat.context(), rule.row.rule_id, on);
  std::string key = on ? "seller.rule.on" : "seller.rule.off";
  if (change.job_id != 0) key += ".planning";
  done(chat, {{"do", "rule"}, {"rule", rule.row.rule_id}, {"was", !on}}, {key, {title}});
}

}  // namespace

void run_rules(Chat& chat, std::string_view rest) {
  std::string_view behind = rest;
  const std::string word = word_key(take_token(behind));
  const bool on = word == "开" || word == "on", off = word == "关" || word == "off";
  if ((on || off) && chat.role() == Role::kOwner) return switch_to(chat, behind, on);
  if (!rest.empty()) return chat.answer(line_of(chat, require_rule(chat.context(), trim(rest))));
  std::string text = chat.words({"seller.rule.list"});
  for (const auto& rule : list_rules(chat.context())) text += "\n" + line_of(chat, rule);
  chat.answer(text);
}

void run_rule_on(Chat& chat, std::string_view rest) { switch_to(chat, rest, true); }
void run_rule_off(Chat& chat, std::string_view rest) { switch_to(chat, rest, false); }

}  // namespace laoke::seller

#include "handlers/refusal.h"
#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/seller/lists.h"
#include "handlers/seller/undo.h"
#include "handlers/template_library.h"
#include "handlers/text.h"
#include "storage/templates.h"
#include "templates/scan.h"

// 模板 · 模板 春季上新 · 模板 春季上新 = 亲爱的{{customer.name|亲}}，….
namespace laoke::seller {
namespace {

constexpr std::size_t kShownBodyCodePoints = 30;

// What a tag leaves in the list: its fallback, or a gap for what is known only once somebody reads it.
std::string_view left_of_tag(std::string_view tag) {
  tag = trim(tag);
  if (tag.empty() || std::string_view("#^/!").find(tag.front()) != std::string_view::npos) return "";
  const auto fallback = templates::split_fallback(tag).fallback;
  return fallback.empty() ? "…" : fallback;
}

std::string readable(std::string_view body) {
  std::string text;
  while (true) {
    const auto open = body.find("{{");
    const auto close = open == std::string_view::npos ? open : body.find("}}", open);
    if (close == std::string_view::npos) break;
    text.append(body.substr(0, open)).append(left_of_tag(body.substr(open + 2, close - open - 2)));
    body.remove_prefix(close + 2);
  }
  return one_line(text.append(body), kShownBodyCodePoints);
}

// A language by the name its speakers give it.
std::string language_title(std::string_view language) { return language.starts_with("zh") ? "中文" : "English"; }

// Each name once, in the words of the person's own language where there are such.
void list_shown_templates(Chat& chat) {
  std::vector<std::pair<std::string, std::string>> shown;  // rows come by name
  for (const auto& row : storage::list_templates(chat.tx(), chat.shop_id())) {
    const bool first = shown.empty() || shown.back().first != row.name;
    if (first) shown.emplace_back(row.name, row.body);
    if (row.language == chat.language()) shown.back().second = row.body;
  }
  std::string text = chat.words({"seller.template.list"});
  for (const auto& [name, body] : shown) text += "\n• " + name + "  " + readable(body);
  if (shown.empty()) return chat.tell({"seller.template.none", {{"example", chat.words({"seller.example.template"})}}});
  chat.answer(text);
}

void show_one(Chat& chat, std::string_view name) {
  const auto variants = storage::template_variants(chat.tx(), chat.shop_id(), name);
  if (variants.empty()) {
    std::vector<std::string> names;
    for (const auto& row : storage::list_templates(chat.tx(), chat.shop_id())) names.push_back(row.name);
    const auto near = nearest(name, names);
    if (near.empty()) return chat.tell({"seller.template.unknown", {{"name", shorten(name, 40)}}});
    return chat.tell({"seller.template.near", {{"name", shorten(name, 40)}, {"near", near.front()}}});
  }
  std::string text(name);
  for (const auto& row : variants)
    text += "\n\n[" + language_title(row.language) + (row.channel_kind.empty() ? "" : " · " + row.channel_kind) + "]\n" + row.body;
  chat.answer(text);
}

void save_one(Chat& chat, std::string_view name, std::string_view body) {
  TemplateDraft draft;
  draft.name = name;
  draft.body = body;
  const auto saved = save_template(chat.context(), draft);
  chat.tell({"seller.template.saved", {{"name", saved.name}, {"version", saved.version}}});
}

}  // namespace

void run_template(Chat& chat, std::string_view rest) {
  if (rest.empty()) return list_shown_templates(chat);
  for (const std::string_view mark : {"=", "＝"})
    if (const auto at = rest.find(mark); at != std::string_view::npos && at < rest.find("{{"))
      return save_one(chat, trim(rest.substr(0, at)), trim(rest.substr(at + mark.size())));
  show_one(chat, trim(rest));
}

}  // namespace laoke::seller

#include "handlers/template_library.h"

#include <algorithm>

#include "handlers/compiled_message.h"
#include "handlers/text.h"
#include "templates/catalogue.h"
#include "templates/stock.h"

namespace laoke {
namespace {

bool is_name(std::string_view name) {
  const std::size_t length = length_code_points(name);
  const bool plain =
      std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return is_valid_utf8(name) && length >= 1 && length <= kLongestTemplateName && plain && trim(name) == name;
}

bool is_kind(std::string_view kind) {
  return kind.size() <= 20 && std::ranges::all_of(kind, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

std::string_view stock_trigger(std::string_view name) {
  for (const auto& text : templates::stock_texts())
    if (text.name == name) return text.trigger;
  return {};
}

std::optional<Phrase> draft_problem(const TemplateDraft& draft, std::string_view language) {
  if (!is_name(draft.name)) return Phrase{"template.name", {{"limit", kLongestTemplateName}}};
  if (language != "zh-CN" && language != "en") return Phrase{"template.language", {{"name", shorten(language, 20)}}};
  if (!is_kind(draft.channel_kind)) return Phrase{"template.channel_kind", {{"name", shorten(draft.channel_kind, 20)}}};
  return template_problem(draft.body, draft.extras, draft.trigger.empty() ? stock_trigger(draft.name) : draft.trigger);
}

std::optional<storage::TemplateRow> variant(const Context& context, std::string_view name, std::string_view language,
                                            std::string_view kind) {
  for (auto& row : storage::template_variants(context.tx, context.shop_id(), name))
    if (row.language == language && row.channel_kind == kind) return std::move(row);
  return std::nullopt;
}

Phrase missing(const Context& context, std::string_view name) {
  std::vector<std::string> names;
  for (auto& row : storage::list_templates(context.tx, context.shop_id())) names.push_back(std::move(row.name));
  Phrase phrase{"template.missing", {{"name", shorten(name, 60)}}};
  const auto near = nearest(name, names);
  if (near.empty()) return phrase;
  phrase.key = "template.missing_near";
  phrase.values.emplace_back("near", near.front());
  return phrase;
}

// Takes the stock text when the shop never had it, or had only older stock.
bool wants(const Context& context, const templates::StockText& text) {
  for (const auto& row : storage::list_template_versions(context.tx, context.shop_id(), text.name)) {
    if (row.language != text.language || !row.channel_kind.empty()) continue;
    return row.stock && !row.retired && (row.body != text.body || row.extras != text.extras);
  }
  return true;
}

}  // namespace

std::optional<Phrase> template_problem(std::string_view body, std::string_view extras, std::string_view trigger) {
  const auto sources = trigger.empty() ? templates::kEverySource : templates::sources_of(trigger);
  if (!sources) return Phrase{"template.trigger", {{"name", shorten(trigger, 40)}}};
  auto message = CompiledMessage::compile(body, extras);
  if (auto* problem = std::get_if<Phrase>(&message)) return std::move(*problem);
  return std::get<CompiledMessage>(message).check(*sources, trigger);
}

std::optional<Phrase> template_problem_for(const Context& context, std::string_view name, std::string_view trigger) {
  const auto variants = storage::template_variants(context.tx, context.shop_id(), name);
  if (variants.empty()) return missing(context, name);
  for (const auto& row : variants)
    if (auto problem = template_problem(row.body, row.extras, trigger)) return problem;
  return std::nullopt;
}

storage::TemplateRow save_template(const Context& context, const TemplateDraft& draft) {
  const std::string language = draft.language.empty() ? context.shop.language : draft.language;
  if (const auto problem = draft_problem(draft, language)) throw refusal(*problem);
  const std::string extras = draft.extras.empty() ? "{}" : to_json_text(message_content_from(draft.extras));
  const auto before = variant(context, draft.name, language, draft.channel_kind);
  if (before && before->body == draft.body && before->extras == extras) return *before;
  storage::TemplateRow row{draft.name, language, draft.channel_kind, 0, draft.body, extras,
                           false,      false,    context.now_ms};
  row.version = storage::insert_template(context.tx, context.shop_id(), row);
  return row;
}

void retire_template(const Context& context, std::string_view name, std::string_view language,
                     std::string_view channel_kind) {
  if (!storage::retire_template(context.tx, context.shop_id(), name, language, channel_kind, context.now_ms))
    throw refusal(missing(context, name));
}

int load_stock_templates(const Context& context) {
  int added = 0;
  for (const auto& text : templates::stock_texts()) {
    if (!wants(context, text)) continue;
    storage::insert_template(context.tx, context.shop_id(),
                             {text.name, text.language, "", 0, text.body, text.extras, true, false, context.now_ms});
    ++added;
  }
  return added;
}

}  // namespace laoke

#include "handlers/compose.h"

#include "handlers/template_library.h"
#include "storage/templates.h"
#include "templates/catalogue.h"

namespace laoke {
namespace {

struct Needed {
  unsigned source;
  std::string_view key;
};
// Without these a text has a hole in its middle. A shipment may lack, its texts allow for it.
constexpr Needed kNeeded[] = {{templates::kOrder, "template.needs_order"},
                              {templates::kProduct, "template.needs_product"},
                              {templates::kFriend, "template.needs_friend"},
                              {templates::kTask, "template.needs_task"}};

using Text = MessageCache::Text;

std::optional<Text> read_text(const Context& context, const MessageText& text, std::string_view language,
                              std::string_view kind) {
  const std::string_view languages[] = {language, spoken_language(language), context.shop.language};
  auto row = storage::find_template(context.tx, context.shop_id(), text.template_name, languages, kind, text.version);
  if (!row) return std::nullopt;
  std::string key = std::to_string(context.shop_id()) + "\t" + row->name + "\t" + row->language + "\t" +
                    row->channel_kind + "\t" + std::to_string(row->version);
  return Text{std::move(key), std::move(row->body), std::move(row->extras), std::move(row->language)};
}

std::optional<Text> find_text(const Context& context, const MessageText& text, std::string_view language,
                              std::string_view kind, MessageCache& cache) {
  if (text.template_name.empty())
    return Text{"\n" + text.body + "\n" + text.extras, text.body, text.extras, std::string(language)};
  const auto read = [&] { return read_text(context, text, language, kind); };
  if (text.version == 0) return read();
  std::string reader = std::to_string(context.shop_id()) + "\t" + text.template_name + "\t" + std::to_string(text.version) + "\t";
  reader.append(language).append("\t").append(kind);
  return cache.pinned(reader, read);
}

std::optional<Phrase> lacking(const CompiledMessage& message, TemplateValues& values) {
  for (const auto& [source, key] : kNeeded) {
    const std::string name = message.first_needing(source);
    if (!name.empty() && !(values.available() & source)) return Phrase{std::string(key), {{"name", name}}};
  }
  return std::nullopt;
}

OrSaid<MessageContent> made(const Context& context, const MessageText& text, std::int64_t customer_id, std::string_view language,
                            std::string_view channel_kind, const MessageCause& cause, MessageCache& cache, bool known) {
  const auto found = find_text(context, text, language, channel_kind, cache);
  if (!found) return said(Phrase{"template.missing", {{"name", text.template_name}}});
  const auto& compiled = cache.get(found->key, found->body, found->extras);
  if (const auto* problem = std::get_if<Phrase>(&compiled)) return said(*problem);
  const auto& message = std::get<CompiledMessage>(compiled);
  TemplateValues values(context, customer_id, spoken_language(found->language), cause);
  if (!known && !values.customer()) return said(Phrase{"template.no_customer"});
  if (const auto problem = lacking(message, values)) return said(*problem);
  return message.render([&](const std::string& name) { return values.value(name); });
}

}  // namespace

const std::variant<CompiledMessage, Phrase>& MessageCache::get(const std::string& key, std::string_view body,
                                                               std::string_view extras) {
  const auto found = kept_.find(key);
  if (found != kept_.end()) return found->second;
  if (kept_.size() >= kMost) kept_.clear();
  return kept_.emplace(key, CompiledMessage::compile(body, extras)).first->second;
}

std::optional<MessageCache::Text> MessageCache::pinned(const std::string& reader, const std::function<std::optional<Text>()>& read) {
  const auto found = pinned_.find(reader);
  if (found != pinned_.end()) return found->second;
  auto text = read();
  if (pinned_.size() >= kMost) pinned_.clear();
  if (text) pinned_.emplace(reader, *text);
  return text;
}

std::string message_language(const Context& context, std::int64_t customer_id) {
  const auto customer = storage::get_customer(context.tx, context.shop_id(), customer_id);
  return customer && !customer->language.empty() ? customer->language : context.shop.language;
}

OrSaid<MessageContent> compose(const Context& context, const MessageText& text, std::int64_t customer_id,
                               std::string_view language, std::string_view channel_kind, const MessageCause& cause,
                               MessageCache* cache) {
  const std::int64_t living = storage::living_customer(context.tx, context.shop_id(), customer_id);
  const std::string wanted = language.empty() ? message_language(context, living) : std::string(language);
  MessageCache own;
  return made(context, text, living, wanted, channel_kind, cause, cache ? *cache : own, false);
}

OrSaid<MessageContent> compose_for_known(const Context& context, const MessageText& text, std::int64_t customer_id,
                                         std::string_view language, std::string_view channel_kind, const MessageCause& cause,
                                         MessageCache& cache) {
  return made(context, text, customer_id, language, channel_kind, cause, cache, true);
}

TextTraits text_traits(const Context& context, const MessageText& text, std::string_view language, std::string_view channel_kind,
                       MessageCache& cache) {
  const auto found = find_text(context, text, language, channel_kind, cache);
  if (!found) return {};
  const auto* message = std::get_if<CompiledMessage>(&cache.get(found->key, found->body, found->extras));
  return message == nullptr ? TextTraits{} : TextTraits{message->names_platform_template(), message->same_for_all()};
}

OrSaid<MessagePreview> preview(const Context& context, const MessageText& text, std::int64_t customer_id,
                               std::string_view channel_kind, TextLimit limit, const MessageCause& cause,
                               std::string_view trigger) {
  if (text.template_name.empty())
    if (const auto problem = template_problem(text.body, text.extras, trigger)) return said(*problem);
  auto content = compose(context, text, customer_id, "", channel_kind, cause);
  if (!content) return content.error();
  MessagePreview preview;
  preview.content = std::move(*content);
  preview.length = length_of(preview.content.text, limit.unit);
  preview.parts = split_text(preview.content.text, limit.limit, limit.unit);
  return preview;
}

}  // namespace laoke

#include "handlers/platform_news.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers/calendar.h"
#include "handlers/owner_chat.h"
#include "handlers/tasks.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/channels.h"
#include "storage/template_holds.h"

namespace laoke {
namespace {

using storage::TemplateHold;

constexpr std::size_t kShownNewsCodePoints = 300, kTemplateNameCodePoints = 100;
// A pause of unknown length, and a template that is gone: tried again after so long, for the word that it may be used
// again can get lost.
constexpr std::int64_t kPauseMs = 6 * kHourMs, kOffMs = kDayMs;

// What each of them does to messages by the template, and whether a person must see to it.
struct Consequence {
  std::string_view what;
  const char* hold;  // "" none
  bool bad;
};
constexpr Consequence kConsequences[] = {
    {"template_paused", "paused", true},  {"template_off", "off", true},       {"template_rejected", "off", true},
    {"template_deleted", "off", true},    {"template_flagged", "", true},      {"template_back", "", false},
    {"number_flagged", "", true},         {"number_limited", "", true},        {"account_violation", "", true},
    {"account_restricted", "", true},     {"account_banned", "", true},        {"account_back", "", false},
};

const Consequence* consequence_of(std::string_view what) {
  const auto found = std::ranges::find(kConsequences, what, &Consequence::what);
  return found == std::end(kConsequences) ? nullptr : found;
}

// An account's templates are the same for all its numbers.
std::vector<storage::ChannelRow> accounts_like(const Context& context, const storage::ChannelRow& channel) {
  auto channels = storage::list_channels(context.tx, context.shop_id());
  std::erase_if(channels, [&](const auto& one) { return one.kind != channel.kind; });
  return channels;
}

std::string words_for(std::string_view language, const storage::ChannelRow& channel, const PlatformNews& news) {
  const std::string why = news.why.empty() ? "" : say(language, "news.why", {{"why", shorten(repair_utf8(news.why), kShownNewsCodePoints)}});
  return say(language, "news." + channel.kind + "." + news.what,
             {{"channel", channel.name}, {"name", shorten(repair_utf8(news.name), kTemplateNameCodePoints)}, {"language", news.language}, {"why", why}});
}

bool held_so_already(const Context& context, const TemplateHold& hold) {
  const auto holds = storage::template_holds(context.tx, context.shop_id(), context.now_ms);
  return std::ranges::any_of(holds, [&](const TemplateHold& one) {
    return one.channel_id == hold.channel_id && one.name == hold.name && one.language == hold.language && one.state == hold.state;
  });
}

// Whether this is new.
bool hold(const Context& context, const std::vector<storage::ChannelRow>& accounts, const PlatformNews& news, const char* state) {
  bool is_new = false;
  const std::int64_t until_ms = news.until_ms > context.now_ms ? news.until_ms
                                                               : context.now_ms + (std::string_view(state) == "paused" ? kPauseMs : kOffMs);
  for (const auto& account : accounts) {
    const TemplateHold row{account.channel_id, news.name, template_language_key(news.language), state, until_ms, context.now_ms};
    is_new = !held_so_already(context, row) || is_new;
    storage::hold_template(context.tx, context.shop_id(), row);
  }
  return is_new;
}

bool release(const Context& context, const std::vector<storage::ChannelRow>& accounts, const PlatformNews& news) {
  bool was_held = false;
  for (const auto& account : accounts)
    was_held = storage::release_template(context.tx, context.shop_id(), account.channel_id, news.name, template_language_key(news.language)) || was_held;
  return was_held;
}

// A task as well, so that it is not lost where nobody is paired; repeated by the platform it is there already.
void tell_of_trouble(const Context& context, const storage::ChannelRow& channel, const PlatformNews& news, std::int64_t at_ms) {
  TaskDraft task;
  task.text = words_for(context.shop.language, channel, news);
  task.source_key = "news:" + std::to_string(channel.channel_id) + ":" + news.what + ":" + news.name + ":" + news.language + ":" + std::to_string(at_ms);
  if (add_task(context, task)) tell_owners(context, [&](std::string_view language) { return words_for(language, channel, news); });
}

}  // namespace

void put_news(InboundEvent& event, const PlatformNews& news) {
  event.kind = InboundKind::kAlert;
  event.text = news.what + " " + news.name;
  event.reference = nlohmann::json{{"news", news.what}, {"name", news.name}, {"language", news.language}, {"why", news.why}, {"until_ms", news.until_ms}}
                        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<PlatformNews> news_in(const InboundEvent& event) {
  if (event.kind != InboundKind::kAlert || event.reference.empty()) return std::nullopt;
  const auto in = nlohmann::json::parse(event.reference, nullptr, false);
  if (!in.is_object() || !in.contains("news")) return std::nullopt;
  return PlatformNews{in.value("news", ""), in.value("name", ""), in.value("language", ""), in.value("why", ""), in.value("until_ms", std::int64_t{0})};
}

std::string template_language_key(std::string_view language) {
  std::string key(language);
  for (char& c : key) c = c == '-' ? '_' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return key;
}

bool take_platform_news(const Context& context, std::int64_t channel_id, const InboundEvent& event) {
  const auto news = news_in(event);
  if (!news) return false;
  const auto* consequence = consequence_of(news->what);
  const auto channel = storage::get_channel(context.tx, context.shop_id(), channel_id);
  if (consequence == nullptr || !channel) return true;
  const auto accounts = accounts_like(context, *channel);
  if (*consequence->hold != '\0' && !hold(context, accounts, *news, consequence->hold)) return true;
  if (consequence->bad) {
    tell_of_trouble(context, *channel, *news, event.at_ms);
  } else if (news->name.empty() || release(context, accounts, *news)) {
    tell_owners(context, [&](std::string_view language) { return words_for(language, *channel, *news); });
  }
  return true;
}

}  // namespace laoke

#include "bot/channels/whatsapp/parse_news.h"

#include <algorithm>

#include "bot/channels/json_body.h"
#include "handlers/platform_news.h"
#include "handlers/text.h"

namespace laoke::channels::whatsapp {
namespace {

using nlohmann::json;

constexpr std::size_t kMostWordsOfNews = 300;
constexpr std::size_t kMostBytesOfAName = 512, kMostBytesOfALanguage = 20, kMostBytesOfANumber = 30;  // a name may have 512 letters when it is made
constexpr std::int64_t kHour = 3'600'000;

struct Named {
  std::string_view meta, ours;
};
// developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/message_template_status_update, April
// 2026. PENDING, IN_APPEAL, LOCKED, ARCHIVED and LIMIT_EXCEEDED change nothing for what is approved.
constexpr Named kTemplateEvents[] = {
    {"PAUSED", "template_paused"},   {"DISABLED", "template_off"},     {"REJECTED", "template_rejected"},
    {"DELETED", "template_deleted"}, {"FLAGGED", "template_flagged"},  {"PENDING_DELETION", "template_deleted"},
    {"APPROVED", "template_back"},   {"REINSTATED", "template_back"},
};
// The same folder: account_update, phone_number_quality_update. What is about partners, prices and places is not ours.
constexpr Named kAccountEvents[] = {{"ACCOUNT_VIOLATION", "account_violation"}, {"ACCOUNT_RESTRICTION", "account_restricted"}, {"ACCOUNT_DELETED", "account_banned"}};
constexpr Named kBanStates[] = {{"DISABLE", "account_banned"}, {"SCHEDULE_FOR_DISABLE", "account_banned"}, {"REINSTATE", "account_back"}};
constexpr Named kNumberEvents[] = {{"FLAGGED", "number_flagged"}, {"DOWNGRADE", "number_limited"}};

template <std::size_t N>
std::string ours(const Named (&list)[N], std::string_view meta) {
  const auto found = std::ranges::find(list, meta, &Named::meta);
  return found == std::end(list) ? "" : std::string(found->ours);
}

// Meta writes null where it has nothing to say.
std::string words_at(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const json& part_at(const json& object, const char* key) {
  static const json kNothing = json::object();
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_object() ? *found : kNothing;
}

std::int64_t seconds_at(const json& object, const char* key) {
  constexpr std::int64_t kMost = 100'000'000'000;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return 0;
  return std::clamp<std::int64_t>(found->get<std::int64_t>(), 0, kMost);
}

// The first pause lasts three hours, the second six, the third time it is disabled: …/whatsapp/templates/template-pausing.
std::int64_t pause_of(std::string_view title) { return title == "FIRST_PAUSE" ? 3 * kHour : title == "SECOND_PAUSE" ? 6 * kHour : 0; }

std::string why_of(const json& value) {
  const json& rejection = part_at(value, "rejection_info");
  std::string why = words_at(part_at(value, "other_info"), "description");
  if (why.empty() && !rejection.empty()) why = words_at(rejection, "reason") + " " + words_at(rejection, "recommendation");
  if (why.empty()) why = words_at(value, "reason");
  return why == "NONE" ? "" : shorten(why, kMostWordsOfNews);
}

PlatformNews template_news(const json& value, std::int64_t at_ms) {
  PlatformNews news;
  const std::string title = words_at(part_at(value, "other_info"), "title");
  news.what = title == "UNPAUSE" ? "template_back" : title == "DISABLED" ? "template_off" : ours(kTemplateEvents, words_at(value, "event"));
  if (words_at(value, "new_quality_score") == "RED") news.what = "template_flagged";
  news.name = words_at(value, "message_template_name");
  news.language = words_at(value, "message_template_language");
  news.why = why_of(value);
  if (const auto pause_ms = pause_of(title); news.what == "template_paused" && pause_ms > 0) news.until_ms = at_ms + pause_ms;
  if (news.name.empty() || news.name.size() > kMostBytesOfAName || news.language.size() > kMostBytesOfALanguage) news.what.clear();
  return news;
}

PlatformNews account_news(const json& value, std::int64_t) {
  PlatformNews news;
  const json& ban = part_at(value, "ban_info");
  const std::string event = words_at(value, "event");
  news.what = event == "DISABLED_UPDATE" ? ours(kBanStates, words_at(ban, "waba_ban_state")) : ours(kAccountEvents, event);
  news.why = words_at(part_at(value, "violation_info"), "violation_type") + words_at(ban, "waba_ban_date");
  if (const auto list = value.find("restriction_info"); list != value.end() && list->is_array())
    for (const json& one : *list)
      if (const auto type = words_at(one, "restriction_type"); !type.empty()) news.why += (news.why.empty() ? "" : ", ") + type;
  news.why = shorten(news.why, kMostWordsOfNews);
  return news;
}

PlatformNews number_news(const json& value, std::int64_t) {
  PlatformNews news;
  news.what = ours(kNumberEvents, words_at(value, "event"));
  news.name = words_at(value, "display_phone_number");
  if (news.name.size() > kMostBytesOfANumber) news.name.clear();
  news.why = words_at(value, "max_daily_conversations_per_business");
  if (news.why.empty()) news.why = words_at(value, "current_limit");
  news.why = shorten(news.why, kMostWordsOfNews);
  return news;
}

struct Field {
  std::string_view name;
  PlatformNews (*read)(const json& value, std::int64_t at_ms);
};
constexpr Field kFields[] = {{"message_template_status_update", template_news},
                             {"message_template_quality_update", template_news},
                             {"account_update", account_news},
                             {"phone_number_quality_update", number_news}};

}  // namespace

bool add_news(std::vector<InboundEvent>& events, const json& entry, const json& change, std::string_view waba_id) {
  const std::string name = words_at(change, "field");
  const auto field = std::ranges::find(kFields, name, &Field::name);
  if (field == std::end(kFields)) return false;
  const std::string account = shorten(words_at(entry, "id"), kMostWordsOfNews);
  if (!waba_id.empty() && account != waba_id) return true;
  const json& value = part_at(change, "value");
  InboundEvent event;
  event.at_ms = seconds_at(entry, "time") * 1'000;
  const PlatformNews news = field->read(value, event.at_ms);
  if (news.what.empty()) return true;
  event.external_id = account.empty() ? "account" : account;  // the business account speaks: nobody has this address
  event.key = "news/" + news.what + "/" + news.name + "/" + news.language + "/" + std::to_string(event.at_ms);
  put_news(event, news);
  events.push_back(std::move(event));
  return true;
}

}  // namespace laoke::channels::whatsapp

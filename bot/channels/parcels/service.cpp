#include "bot/channels/parcels/service.h"

#include <charconv>
#include <cstdio>

#include "handlers/crypto.h"
#include "handlers/text.h"

namespace laoke::channels::parcels {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kLongestNumberBytes = 64;  // carriers' are at most 40
constexpr std::size_t kShownWordsCodePoints = 200;
constexpr seconds kUnnamedPause{5};              // a 429 that does not say how long
constexpr std::int64_t kLongestPauseSeconds = 86'400;
constexpr std::int64_t kChinaOffsetSeconds = 8 * 3'600;  // all year: no summer time since 1991

const json& nothing() {
  static const json kNothing = json::object();
  return kNothing;
}

[[noreturn]] void refuse_setting(std::string_view kind, std::string_view name, const std::string& shown, const char* allowed) {
  throw std::invalid_argument(std::string(kind) + ": " + std::string(name) + " is " + shown + ", but it must be " + allowed);
}

milliseconds pause_of(const HttpAnswer& answer) {
  const auto header = answer.headers.find("retry-after");
  if (header == answer.headers.end()) return kUnnamedPause;
  std::int64_t wait = 0;
  const std::string& text = header->second;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), wait);
  const bool good = fault == std::errc() && end == text.data() + text.size() && wait >= 0;
  return good ? seconds(std::min(wait, kLongestPauseSeconds)) : kUnnamedPause;
}

// Two digits, or as many as asked for; -1: not there.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  if (at + count > text.size()) return -1;
  const auto [end, fault] = std::from_chars(text.data() + at, text.data() + at + count, value);
  return fault == std::errc() && end == text.data() + at + count && text[at] != '-' && text[at] != '+' ? value : -1;
}

// Seconds east of Greenwich; none: this is no zone.
std::optional<std::int64_t> zone_of(std::string_view text) {
  if (text.empty()) return kChinaOffsetSeconds;
  if (text == "Z" || text == "z") return 0;
  if (text.size() < 5 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int hours = digits(text, 1, 2), minutes = digits(text, text[3] == ':' ? 4 : 3, 2);
  if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (hours * 3'600LL + minutes * 60);
}

}  // namespace

std::string setting(std::string_view kind, const json& settings, const SettingSpec& spec) {
  const auto found = settings.is_object() ? settings.find(spec.name) : settings.end();
  std::string text = spec.fallback;
  if (settings.is_object() && found != settings.end() && !found->is_null()) {
    if (found->is_number()) text = found->dump();
    else if (!found->is_string()) refuse_setting(kind, spec.name, "neither text nor number", "one of them");
    else if (!found->get_ref<const std::string&>().empty()) text = found->get<std::string>();
  }
  if (spec.required && text.empty()) refuse_setting(kind, spec.name, "missing", spec.help.c_str());
  return text;
}

std::string base_url(std::string_view kind, const char* name, std::string address) {
  if (!is_http_url(address) || address.find_first_of("?#") != std::string::npos)
    refuse_setting(kind, name, "'" + address + "'", "an http:// or https:// address without ? and #");
  while (address.ends_with('/')) address.pop_back();
  return address;
}

milliseconds timeout_seconds(std::string_view kind, const std::string& text) {
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || value < 0.1 || value > 30)
    refuse_setting(kind, "timeout_seconds", "'" + text + "'", "0.1 to 30");
  return milliseconds(static_cast<std::int64_t>(value * 1000));
}

SettingSpec carriers_spec() {
  return {"carriers", false, false, "more carriers, as ane=annengwuliu, dhl=dhlen: our code = the service's", ""};
}

SettingSpec timeout_spec() {
  return {"timeout_seconds", false, false, "how long to wait for the service's answer", "15"};
}

FollowParcel follow_parcel_from(const json& data) {
  FollowParcel parcel{loose_text(data, "carrier"), loose_text(data, "tracking_no"), loose_text(data, "phone"),
                      loose_text(data, "reference")};
  if (parcel.tracking_no.empty()) throw std::invalid_argument("follow_parcel without tracking_no");
  return parcel;
}

ErrandOutcome answered(const Errand& errand, ParcelUpdate news) {
  const std::string by = loose_text(errand.data, "asked_by");
  std::from_chars(by.data(), by.data() + by.size(), news.asked_by);
  InboundEvent event;
  event.kind = InboundKind::kParcel;
  event.key = "asked:" + errand.key;
  event.at_ms = news.at_ms;
  event.parcel = std::make_shared<const ParcelUpdate>(std::move(news));
  return {SendStatus::kAccepted, "", {}, {std::move(event)}};
}

std::optional<ErrandOutcome> outcome_of_transport(const HttpAnswer& answer) {
  const auto outcome = [&](SendStatus status, milliseconds pause = milliseconds(0)) {
    const std::string code = answer.status == 0 ? answer.problem : "HTTP " + std::to_string(answer.status);
    return ErrandOutcome{status, said_by_service(code, ""), pause, {}};
  };
  if (answer.fault == HttpFault::kNotSent) return outcome(SendStatus::kRetryLater);
  if (answer.fault != HttpFault::kNone) return outcome(SendStatus::kUnknown);
  if (answer.status == 429) return outcome(SendStatus::kThrottled, pause_of(answer));
  if (answer.status >= 500) return outcome(SendStatus::kRetryLater);
  if (answer.status == 401 || answer.status == 403) return outcome(SendStatus::kBadConfig);
  if (answer.status >= 300 && answer.status < 400) return outcome(SendStatus::kBadConfig);  // the base is not the service
  return std::nullopt;
}

json object_in(const HttpAnswer& answer) {
  auto body = json::parse(answer.body, nullptr, false);
  return body.is_object() ? body : json::object();
}

std::string said_by_service(const std::string& code, std::string_view words) {
  const std::string plain = repair_utf8(words);
  return shorten(code + (code.empty() || plain.empty() ? "" : " ") + plain, kShownWordsCodePoints);
}

std::int64_t service_time_ms(std::string_view text) {
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2), hour = digits(text, 11, 2),
            minute = digits(text, 14, 2);
  if (year < 2000 || month < 1 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59) return 0;
  if (text[4] != '-' || text[7] != '-' || (text[10] != ' ' && text[10] != 'T') || text[13] != ':') return 0;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return 0;
  std::size_t at = 16;
  int second = 0;
  if (at < text.size() && text[at] == ':') {
    second = digits(text, at + 1, 2);
    at += 3;
  }
  if (second < 0 || second > 60) return 0;
  if (at < text.size() && text[at] == '.') at = std::min(text.find_first_not_of("0123456789", at + 1), text.size());
  const auto zone = zone_of(at < text.size() ? text.substr(at) : "");
  if (!zone) return 0;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return (days * 86'400 + hour * 3'600 + minute * 60 + second - *zone) * 1'000;
}

std::string loose_text(const json& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  if (found == object.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  return found->is_number_integer() ? found->dump() : "";
}

const json& loose_object(const json& object, const char* name) {
  if (!object.is_object()) return nothing();
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? *found : nothing();
}

const json& loose_list(const json& object, const char* name) {
  static const json kNone = json::array();
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found != object.end() && found->is_array() ? *found : kNone;
}

InboundEvent parcel_event(std::string_view identity, ParcelUpdate news) {
  InboundEvent event;
  event.kind = InboundKind::kParcel;
  event.key = crypto::sha256_hex(identity);
  event.at_ms = news.at_ms;
  event.parcel = std::make_shared<const ParcelUpdate>(std::move(news));
  return event;
}

std::string tracking_no_of(const json& object, const char* name) {
  std::string number(trim(loose_text(object, name)));
  if (number.empty()) throw BadPayload(std::string("'") + name + "' holds no tracking number");
  if (number.size() > kLongestNumberBytes) throw BadPayload(std::string("'") + name + "' is too long for a tracking number");
  return number;
}

}  // namespace laoke::channels::parcels

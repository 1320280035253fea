#include "bot/channels/shops/shop_fields.h"

#include <algorithm>
#include <charconv>

#include "bot/http_client.h"
#include "handlers/calendar.h"
#include "handlers/money.h"

namespace laoke::channels::shops {
namespace {

using nlohmann::json;

const json* member(const json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

// Exactly `count` digits at the front of `text`, which they leave.
bool take_number(std::string_view& text, std::size_t count, int& number) {
  if (text.size() < count || !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count), [](char c) { return c >= '0' && c <= '9'; })) return false;
  std::from_chars(text.data(), text.data() + count, number);
  text.remove_prefix(count);
  return true;
}

bool take_letter(std::string_view& text, std::string_view any) {
  if (text.empty() || any.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// "+08:00", "-0500" in ms.
bool take_offset(std::string_view text, std::int64_t& offset_ms) {
  const bool minus = text.front() == '-';
  text.remove_prefix(1);
  int hours = 0, minutes = 0;
  if (!take_number(text, 2, hours)) return false;
  take_letter(text, ":");
  if (!text.empty() && !take_number(text, 2, minutes)) return false;
  if (!text.empty() || hours > 18 || minutes > 59) return false;
  offset_ms = (hours * kHourMs + minutes * kMinuteMs) * (minus ? -1 : 1);
  return true;
}

constexpr std::size_t kMostAmountDigits = 30;

}  // namespace

std::string text_of(const json& object, std::string_view key) {
  const json* value = member(object, key);
  if (value == nullptr) return "";
  if (value->is_string()) return repair_utf8(value->get_ref<const std::string&>());
  return value->is_number() ? value->dump() : "";
}

const json& object_of(const json& object, std::string_view key) {
  static const json none = json::object();
  const json* value = member(object, key);
  return value != nullptr && value->is_object() ? *value : none;
}

const json& list_of(const json& object, std::string_view key) {
  static const json none = json::array();
  const json* value = member(object, key);
  return value != nullptr && value->is_array() ? *value : none;
}

std::string id_of(const json& object, std::string_view key) {
  const json* value = member(object, key);
  constexpr std::size_t kLongestId = 100;
  const bool whole = value != nullptr && (value->is_number_integer() || value->is_string());
  std::string id = whole ? text_of(object, key) : "";
  if (id.empty() || id.size() > kLongestId) throw BadPayload("'" + std::string(key) + "' is not an id");
  return id;
}

std::int64_t count_of(const json& object, std::string_view key) {
  const std::string text = text_of(object, key);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size() ? count : 0;
}

std::int64_t minor_of(const std::string& decimal, const std::string& currency) {
  const auto digits = minor_digits(currency);
  if (!digits) throw BadPayload("'currency' is not a currency");
  std::string_view text = decimal;
  const bool minus = take_letter(text, "-");
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view front = text.substr(0, point), behind = point < text.size() ? text.substr(point + 1) : "";
  const auto numeric = [](std::string_view part) { return part.find_first_not_of("0123456789") == std::string_view::npos; };
  if (text.size() > kMostAmountDigits || !numeric(front) || !numeric(behind)) throw BadPayload("an amount is not a number");
  const auto places = static_cast<std::size_t>(*digits);
  std::string all(front);
  for (std::size_t i = 0; i < places; ++i) all += i < behind.size() ? behind[i] : '0';
  std::int64_t amount = 0;
  const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), amount);
  static_cast<void>(end);
  if ((error != std::errc() && !all.empty()) || amount > kLargestAmountMinor) throw BadPayload("an amount is too large");
  if (behind.size() > places && behind[places] >= '5') ++amount;
  return minus ? -amount : amount;
}

std::int64_t minor_at(const json& object, std::string_view key, const std::string& currency) { return minor_of(text_of(object, key), currency); }

std::int64_t time_of(const std::string& whole, std::string_view zone) {
  std::string_view text = whole;
  LocalTime local;
  const bool date = take_number(text, 4, local.date.year) && take_letter(text, "-") && take_number(text, 2, local.date.month) && take_letter(text, "-") &&
                    take_number(text, 2, local.date.day) && take_letter(text, "T ") && take_number(text, 2, local.hour) && take_letter(text, ":") &&
                    take_number(text, 2, local.minute);
  if (!date || !valid_date(local.date.year, local.date.month, local.date.day) || local.hour > 23 || local.minute > 59 || local.date.year < 1970) return 0;
  if (take_letter(text, ":") && (!take_number(text, 2, local.second) || local.second > 59)) return 0;
  if (take_letter(text, "."))
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
  if (text.empty()) return to_utc(local, zone);
  if (text == "Z") return to_utc(local, "UTC");
  std::int64_t offset_ms = 0;
  if ((text.front() != '+' && text.front() != '-') || !take_offset(text, offset_ms)) return 0;
  return std::max<std::int64_t>(to_utc(local, "UTC") - offset_ms, 0);
}

std::string joined(std::initializer_list<std::string> parts, std::string_view by) {
  std::string all;
  for (const auto& part : parts)
    if (!part.empty()) all += (all.empty() ? "" : std::string(by)) + part;
  return all;
}

InboundEvent order_event(std::string key, ShopOrderUpdate update) {
  InboundEvent event;
  event.kind = InboundKind::kShopOrder;
  event.key = std::move(key);
  event.at_ms = update.changed_at_ms;
  event.shop_order = std::make_shared<const ShopOrderUpdate>(std::move(update));
  return event;
}

InboundEvent other_event(std::string key) {
  InboundEvent event;
  event.key = std::move(key);
  return event;
}

void wrong_setting(std::string_view kind, std::string_view name, const std::string& shown, std::string_view allowed) {
  throw std::invalid_argument(std::string(kind) + ": " + std::string(name) + " is " + shown + ", but it must be " + std::string(allowed));
}

std::string setting_of(const json& settings, const std::vector<SettingSpec>& specs, std::string_view kind, std::string_view name) {
  const auto spec = std::ranges::find(specs, name, &SettingSpec::name);
  const json* value = member(settings, name);
  std::string text;
  if (value != nullptr && value->is_string()) text = std::string(trim(value->get<std::string>()));
  if (value != nullptr && value->is_number()) text = value->dump();
  if (value != nullptr && !value->is_string() && !value->is_number() && !value->is_null()) wrong_setting(kind, name, "neither text nor number", "one of them");
  if (!text.empty()) return text;
  if (spec->required) wrong_setting(kind, name, "missing", spec->help);
  return spec->fallback;
}

std::string address_setting(const std::string& value, std::string_view kind, std::string_view name) {
  std::string address = value;
  while (address.ends_with('/')) address.pop_back();
  if (!is_http_url(address) || address.find_first_of("?#") != std::string::npos) wrong_setting(kind, name, "'" + value + "'", "an address such as https://shop.example");
  return address;
}

}  // namespace laoke::channels::shops

#include "handlers/shop_settings.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <variant>

namespace laoke {
namespace {

using nlohmann::json;
using Member = std::variant<std::string ShopSettings::*, int ShopSettings::*, bool ShopSettings::*>;

struct Setting {
  const char* name;
  Member member;
  int most;  // for numbers
};
constexpr Setting kSettings[] = {
    {"quiet_from", &ShopSettings::quiet_from, 0},
    {"quiet_to", &ShopSettings::quiet_to, 0},
    {"marketing_per_day", &ShopSettings::marketing_per_day, 50},
    {"marketing_per_week", &ShopSettings::marketing_per_week, 200},
    {"broadcast_valid_hours", &ShopSettings::broadcast_valid_hours, 24 * 30},
    {"ask_consent", &ShopSettings::ask_consent, 0},
    {"relay_messages", &ShopSettings::relay_messages, 0},
    {"greet_new_contacts", &ShopSettings::greet_new_contacts, 0},
};

constexpr const char* kWritingIsHeard = "writing_is_heard";

bool is_clock_time(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return false;
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4)) return false;
  return (text[0] - '0') * 10 + (text[1] - '0') < 24 && text[3] < '6';
}

void set_text(ShopSettings& settings, std::string ShopSettings::*member, std::string_view name, std::string_view value) {
  if (!is_clock_time(value)) throw SettingError{std::string(name), std::string(value), "HH:MM, 00:00 - 23:59"};
  settings.*member = value;
}

void set_number(ShopSettings& settings, int ShopSettings::*member, int most, std::string_view name, std::string_view value) {
  int number = -1;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size() || number < 0 || number > most)
    throw SettingError{std::string(name), std::string(value), "0 - " + std::to_string(most)};
  settings.*member = number;
}

void set_switch(ShopSettings& settings, bool ShopSettings::*member, std::string_view name, std::string_view value) {
  if (value != "yes" && value != "no" && value != "true" && value != "false")
    throw SettingError{std::string(name), std::string(value), "yes, no"};
  settings.*member = value == "yes" || value == "true";
}

std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

ShopSettings settings_in(const std::string& text) {
  ShopSettings settings;
  const json stored = json::parse(text, nullptr, false);
  if (!stored.is_object()) return settings;
  settings.writing_is_heard = stored.value(kWritingIsHeard, json(false)) == json(true);
  for (const auto& [name, value] : stored.items()) {
    try {
      set_setting(settings, name, text_of(value));
    } catch (const SettingError&) {
      // A setting of another version: the default stands.
    }
  }
  return settings;
}

}  // namespace

void set_setting(ShopSettings& settings, std::string_view name, std::string_view value) {
  for (const auto& setting : kSettings) {
    if (setting.name != name) continue;
    if (const auto* text = std::get_if<std::string ShopSettings::*>(&setting.member)) return set_text(settings, *text, name, value);
    if (const auto* number = std::get_if<int ShopSettings::*>(&setting.member))
      return set_number(settings, *number, setting.most, name, value);
    return set_switch(settings, std::get<bool ShopSettings::*>(setting.member), name, value);
  }
  std::string names;
  for (const auto& setting : kSettings) names += (names.empty() ? "" : ", ") + std::string(setting.name);
  throw SettingError{std::string(name), std::string(value), names};
}

ShopSettings settings_of(const storage::Shop& shop) {
  // Every message of a customer asks, mostly for the shop of the one before.
  struct Read {
    std::string text;
    ShopSettings settings;
  };
  thread_local Read last{"{}", {}};
  if (last.text != shop.settings) last = {shop.settings, settings_in(shop.settings)};
  return last.settings;
}

std::string to_json_text(const ShopSettings& settings) {
  json out = json::object();
  for (const auto& setting : kSettings)
    std::visit([&](auto member) { out[setting.name] = settings.*member; }, setting.member);
  if (settings.writing_is_heard) out[kWritingIsHeard] = true;
  return out.dump();
}

}  // namespace laoke

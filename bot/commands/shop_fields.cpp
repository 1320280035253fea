#include "bot/commands/shop_fields.h"

#include <unicode/ucurr.h>
#include <unicode/uenum.h>
#include <unicode/uloc.h>

#include "bot/commands/running.h"
#include "handlers/calendar.h"
#include "handlers/money.h"
#include "handlers/shop_settings.h"
#include "handlers/text.h"

namespace laoke::commands {
namespace {

constexpr std::size_t kLongestShopName = 100;  // code points

using Checker = std::string (*)(const std::string& language, const std::string& value);

std::string in_capitals(std::string text) {
  for (auto& letter : text)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  return text;
}

std::string checked_name(const std::string& language, const std::string& value) {
  const std::string name(trim(value));
  if (name.empty() || length_code_points(name) > kLongestShopName)
    refuse(language, {"店名要有 1 到 100 个字", "name: 1 to 100 letters"});
  return name;
}

std::string checked_zone(const std::string& language, const std::string& value) {
  if (valid_time_zone(value)) return value;
  const auto near = nearest_time_zone(value);
  refuse(language, {"没有时区 '" + value + "'" + (near.empty() ? "，例如 Asia/Shanghai" : "；是不是 '" + near + "'?"),
                    "there is no time zone '" + value + "'" + (near.empty() ? ", an example is Asia/Shanghai" : "; did you mean '" + near + "'?")});
}

std::string checked_language(const std::string& language, const std::string& value) {
  if (value == "zh-CN" || value == "en") return value;
  const Said near = did_you_mean(value, {"zh-CN", "en"});
  refuse(language, {"语言 '" + value + "'：可以是 zh-CN 或 en" + near.zh, "language '" + value + "': zh-CN or en" + near.en});
}

std::vector<std::string> currencies() {
  std::vector<std::string> all;
  UErrorCode status = U_ZERO_ERROR;
  UEnumeration* list = ucurr_openISOCurrencies(UCURR_COMMON | UCURR_NON_DEPRECATED, &status);
  while (const char* code = uenum_next(list, nullptr, &status)) all.emplace_back(code);
  uenum_close(list);
  return all;
}

std::string checked_currency(const std::string& language, const std::string& value) {
  const auto code = in_capitals(value);
  if (is_currency(code)) return code;
  const Said near = did_you_mean(code, currencies());
  refuse(language, {"没有货币 '" + value + "'" + near.zh + "（ISO 4217，例如 CNY、USD）", "there is no currency '" + value + "'" + near.en + " (ISO 4217, such as CNY or USD)"});
}

std::string checked_country(const std::string& language, const std::string& value) {
  const auto code = in_capitals(value);
  std::vector<std::string> all;
  for (const char* const* country = uloc_getISOCountries(); *country != nullptr; ++country) {
    if (code == *country) return code;
    all.emplace_back(*country);
  }
  const Said near = did_you_mean(code, all);
  refuse(language, {"没有国家 '" + value + "'" + near.zh + "（两个字母，例如 CN、US）", "there is no country '" + value + "'" + near.en + " (two letters, such as CN or US)"});
}

struct Field {
  const char* name;
  std::string storage::Shop::*member;
  Checker check;
};
constexpr Field kFields[] = {
    {"name", &storage::Shop::name, checked_name},
    {"time_zone", &storage::Shop::time_zone, checked_zone},
    {"language", &storage::Shop::language, checked_language},
    {"currency", &storage::Shop::currency, checked_currency},
    {"country", &storage::Shop::country, checked_country},
};

// Of everything that can be set, for the nearest name.
std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const auto& field : kFields) names.emplace_back(field.name);
  const auto settings = nlohmann::json::parse(to_json_text(ShopSettings{}));  // items() keeps a reference to it
  for (const auto& [name, value] : settings.items()) names.push_back(name);
  return names;
}

[[noreturn]] void refuse_setting(const std::string& language, const SettingError& error) {
  const auto names = all_names();
  const bool known = std::find(names.begin(), names.end(), error.name) != names.end();
  if (known)
    refuse(language, {error.name + " '" + error.value + "'：可以是 " + error.allowed, error.name + " '" + error.value + "': allowed is " + error.allowed});
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  const Said near = did_you_mean(error.name, names);
  refuse(language, {"没有设置 '" + error.name + "'" + (near.zh.empty() ? "；可以设：" + list : near.zh), "there is no setting '" + error.name + "'" + (near.en.empty() ? "; there are: " + list : near.en)});
}

}  // namespace

void set_shop_field(storage::Shop& shop, const std::string& language, const std::string& typed) {
  const auto [name, value] = key_and_value(language, typed);
  for (const auto& field : kFields)
    if (name == field.name) {
      shop.*field.member = field.check(language, value);
      return;
    }
  auto settings = settings_of(shop);
  try {
    set_setting(settings, name, value);
  } catch (const SettingError& error) {
    refuse_setting(language, error);
  }
  shop.settings = to_json_text(settings);
}

}  // namespace laoke::commands

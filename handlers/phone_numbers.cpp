#include "handlers/phone_numbers.h"

#include <phonenumbers/phonenumberutil.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "handlers/text.h"
#include "handlers/wording.h"

namespace laoke {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr std::size_t kLongestTypedBytes = 60;  // 15 digits (E.164) in any spacing, full-width

std::string region_of(std::string_view country) {
  std::string region(country.size() == 2 ? country : "CN");
  std::transform(region.begin(), region.end(), region.begin(), [](unsigned char c) { return std::toupper(c); });
  return region;
}

std::string example_of(const std::string& region) {
  const auto& util = *PhoneNumberUtil::GetInstance();
  PhoneNumber example;
  std::string text;
  if (util.GetExampleNumberForType(region, PhoneNumberUtil::MOBILE, &example))
    util.Format(example, PhoneNumberUtil::NATIONAL, &text);
  return text.empty() ? "+86 138 1234 5678" : text;
}

// "中国", "United States".
std::string country_words(const std::string& region, const char* language) {
  icu::UnicodeString shown;
  icu::Locale("", region.c_str()).getDisplayCountry(icu::Locale(language), shown);
  std::string text;
  return shown.toUTF8String(text);
}

}  // namespace

std::optional<std::string> phone_in(std::string_view text, std::string_view country) {
  const std::string plain = fold(text.substr(0, kLongestTypedBytes + 1));
  const bool dialled = plain.find_first_not_of("+0123456789 -().") == std::string::npos;
  if (!dialled || text.size() > kLongestTypedBytes) return std::nullopt;
  const auto& util = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (util.Parse(plain, region_of(country), &number) != PhoneNumberUtil::NO_PARSING_ERROR) return std::nullopt;
  if (!util.IsValidNumber(number)) return std::nullopt;
  std::string e164;
  util.Format(number, PhoneNumberUtil::E164, &e164);
  return e164;
}

OrSaid<std::string> phone_from(std::string_view typed, std::string_view country) {
  if (trim(typed).empty()) return said({"phone.missing"});
  if (auto phone = phone_in(typed, country)) return std::move(*phone);
  const std::string region = region_of(country);
  const auto in = [&](const char* language) {
    return say(language, "phone.invalid",
               {{"typed", shorten(typed, 30)}, {"country", country_words(region, language)}, {"example", example_of(region)}});
  };
  return Said{in("zh-CN"), in("en")};
}

std::string shown_phone(std::string_view e164, std::string_view country) {
  const auto& util = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (util.Parse(std::string(e164), "ZZ", &number) != PhoneNumberUtil::NO_PARSING_ERROR) return std::string(e164);
  std::string region, text;
  util.GetRegionCodeForNumber(number, &region);
  util.Format(number, region == region_of(country) ? PhoneNumberUtil::NATIONAL : PhoneNumberUtil::INTERNATIONAL, &text);
  return text;
}

}  // namespace laoke

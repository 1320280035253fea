#include "handlers/money.h"

#include <unicode/currunit.h>
#include <unicode/numberformatter.h>
#include <unicode/ucurr.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "handlers/text.h"
#include "handlers/traditional.h"

namespace laoke {
namespace {

// How people write currencies, folded, longest first where one begins with another. `shared`: the sign belongs to
// several.
struct Sign {
  std::string_view text, currency;
  bool shared = false;
};
constexpr Sign kSigns[] = {
    {"rmb", "CNY"},      {"人民币", "CNY"},   {"元人民币", "CNY"}, {"块钱", "CNY", true}, {"块", "CNY", true},
    {"元", "CNY", true}, {"圆", "CNY", true}, {"¥", "CNY", true},  {"円", "JPY"},   {"日元", "JPY"},
    {"日圆", "JPY"},     {"jp¥", "JPY"},      {"cn¥", "CNY"},      {"us$", "USD"},  {"美元", "USD"},
    {"美金", "USD"},     {"hk$", "HKD"},      {"港币", "HKD"},     {"港元", "HKD"}, {"nt$", "TWD"},
    {"台币", "TWD"},     {"新台币", "TWD"},   {"ntd", "TWD"},      {"港纸", "HKD"}, {"蚊", "HKD"},
     {"s$", "SGD"},       {"新币", "SGD"}, {"新元", "SGD"},
    {"a$", "AUD"},       {"au$", "AUD"},      {"澳元", "AUD"},     {"澳币", "AUD"}, {"c$", "CAD"},
    {"ca$", "CAD"},      {"加元", "CAD"},     {"加币", "CAD"},     {"nz$", "NZD"},  {"纽币", "NZD"},
    {"mop$", "MOP"},     {"澳门元", "MOP"}, {"澳门币", "MOP"},   {"€", "EUR"},        {"欧元", "EUR"}, {"£", "GBP"},
    {"英镑", "GBP"},     {"₩", "KRW"},        {"韩元", "KRW"},     {"฿", "THB"},    {"泰铢", "THB"},
    {"₫", "VND"},        {"越南盾", "VND"},   {"rm", "MYR"},       {"令吉", "MYR"}, {"马币", "MYR"},
    {"rp", "IDR"},       {"印尼盾", "IDR"},   {"₱", "PHP"},        {"₹", "INR"},    {"卢比", "INR"},
    {"₽", "RUB"},      {"卢布", "RUB"},     {"$", "USD", true},
};
constexpr std::string_view kYuan[] = {"CNY", "TWD", "HKD", "MOP"};
constexpr std::string_view kYen[] = {"CNY", "JPY"};
constexpr std::string_view kDollars[] = {"USD", "HKD", "SGD", "AUD", "CAD", "TWD", "NZD", "MXN", "MOP"};

bool may_mean(std::string_view sign, std::string_view currency) {
  if (sign == "$") return std::ranges::find(kDollars, currency) != std::end(kDollars);
  if (sign == "¥") return std::ranges::find(kYen, currency) != std::end(kYen);
  return std::ranges::find(kYuan, currency) != std::end(kYuan);
}

Phrase problem(std::string_view key, std::string_view text, std::initializer_list<WordValue> more = {}) {
  Phrase phrase{std::string(key), {{"text", shorten(text, 40)}}};
  phrase.values.insert(phrase.values.end(), more);
  return phrase;
}

bool number_part(char c) {
  return (c >= '0' && c <= '9') || c == ',' || c == '.';
}

std::string capitals(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

// "" for a bare number, nullopt for a sign nobody knows.
std::optional<std::string> currency_of(std::string_view sign, std::string_view default_currency) {
  if (sign.empty()) return std::string(default_currency);
  for (const auto& known : kSigns)
    if (known.text == sign)
      return std::string(known.shared && may_mean(sign, default_currency) ? default_currency : known.currency);
  std::string code = capitals(sign);
  return is_currency(code) ? std::optional(std::move(code)) : std::nullopt;
}

// "1,280" -> "1280"; nullopt when the commas do not stand at thousands.
std::optional<std::string> ungrouped(std::string_view whole) {
  const std::size_t first = std::min(whole.find(','), whole.size());
  const bool grouped = first < whole.size();
  std::string digits(whole.substr(0, first));
  for (std::size_t at = first; at < whole.size(); at += 4) {
    const std::string_view group = whole.substr(at, 4);
    if (group.size() != 4 || group[0] != ',' || group.find(',', 1) != std::string_view::npos) return std::nullopt;
    digits += group.substr(1);
  }
  if (digits.empty() || (grouped && (first == 0 || first > 3))) return std::nullopt;
  return digits;
}

std::variant<std::int64_t, Phrase> amount_of(std::string_view number, std::string_view text,
                                             std::string_view currency) {
  const int digits = *minor_digits(currency);
  const std::size_t point = number.find('.');
  const auto whole = ungrouped(number.substr(0, point));
  const std::string_view fraction = point == std::string_view::npos ? std::string_view() : number.substr(point + 1);
  const bool odd =
      fraction.find_first_of(".,") != std::string_view::npos || (point != std::string_view::npos && fraction.empty());
  if (!whole || odd) return problem("money.unreadable", text);
  if (fraction.size() > static_cast<std::size_t>(digits))
    return problem(digits == 0 ? "money.no_digits" : "money.too_many_digits", text,
                   {{"currency", currency}, {"digits", digits}});
  const std::string all =
      *whole + std::string(fraction) + std::string(static_cast<std::size_t>(digits) - fraction.size(), '0');
  std::int64_t amount = 0;
  for (const char c : all) {
    amount = amount * 10 + (c - '0');
    if (amount > kLargestAmountMinor)
      return problem("money.too_large", text, {{"largest", decimal_text(kLargestAmountMinor, currency)}});
  }
  return amount;
}

// Immutable once made, so that any thread may format with it; the map never forgets one.
const icu::number::LocalizedNumberFormatter& formatter(const std::string& currency, bool chinese) {
  static std::mutex mutex;
  static std::map<std::pair<std::string, bool>, icu::number::LocalizedNumberFormatter> made;
  const std::lock_guard lock(mutex);
  const auto found = made.find({currency, chinese});
  if (found != made.end()) return found->second;
  UErrorCode status = U_ZERO_ERROR;
  const icu::CurrencyUnit unit(icu::StringPiece(currency), status);
  const icu::Locale locale = chinese ? icu::Locale("zh", "CN") : icu::Locale("en", "US");
  return made.emplace(std::pair(currency, chinese), icu::number::NumberFormatter::withLocale(locale).unit(unit))
      .first->second;
}

// Splits "¥198", "198元", "cny 198" (folded) into its sign and its number; nullopt when there is no single number.
std::optional<std::pair<std::string_view, std::string_view>> sign_and_number(std::string_view text) {
  const auto first = std::ranges::find_if(text, number_part);
  const auto last = std::find_if_not(first, text.end(), number_part);
  const std::string_view number(first, last);
  const std::string_view before = trim({text.begin(), first}), after = trim({last, text.end()});
  if (number.empty() || std::ranges::any_of(after, number_part)) return std::nullopt;
  if (!before.empty() && !after.empty() && !(before == "¥" && after == "元")) return std::nullopt;
  return std::pair(before.empty() ? after : before, number);
}

}  // namespace

std::optional<int> minor_digits(std::string_view currency) {
  if (currency.size() != 3 || !std::ranges::all_of(currency, [](char c) { return c >= 'A' && c <= 'Z'; }))
    return std::nullopt;
  const UChar code[4] = {static_cast<UChar>(currency[0]), static_cast<UChar>(currency[1]),
                         static_cast<UChar>(currency[2]), 0};
  UErrorCode status = U_ZERO_ERROR;
  if (!ucurr_isAvailable(code, U_DATE_MIN, U_DATE_MAX, &status) || U_FAILURE(status)) return std::nullopt;
  const int digits = ucurr_getDefaultFractionDigits(code, &status);
  return U_FAILURE(status) ? std::nullopt : std::optional(digits);
}

std::variant<Money, Phrase> parse_money(std::string_view text, std::string_view default_currency) {
  if (trim(text).empty()) return problem("money.missing", text);
  if (text.size() > 100) return problem("money.unreadable", text);
  const std::string folded = word_key(text);
  if (folded.starts_with('-') || folded.starts_with("−")) return problem("money.negative", text);
  const auto parts = sign_and_number(folded);
  if (!parts) return problem("money.unreadable", text);
  const auto currency = currency_of(parts->first, default_currency);
  if (!currency || !is_currency(*currency))
    return problem("money.unknown_currency", text, {{"currency", parts->first}});
  const auto amount = amount_of(parts->second, text, *currency);
  if (const auto* refused = std::get_if<Phrase>(&amount)) return *refused;
  return Money{std::get<std::int64_t>(amount), *currency};
}

std::string decimal_text(std::int64_t amount_minor, std::string_view currency) {
  const auto digits = static_cast<std::size_t>(minor_digits(currency).value_or(2));
  const bool negative = amount_minor < 0;
  std::string text = std::to_string(negative ? 0 - static_cast<std::uint64_t>(amount_minor)
                                             : static_cast<std::uint64_t>(amount_minor));
  if (text.size() <= digits) text.insert(0, digits + 1 - text.size(), '0');
  if (digits > 0) text.insert(text.size() - digits, ".");
  return negative ? "-" + text : text;
}

std::string format_money(std::int64_t amount_minor, std::string_view currency, std::string_view language) {
  const std::string number = decimal_text(amount_minor, currency);
  if (!is_currency(currency)) return number + " " + std::string(currency);
  UErrorCode status = U_ZERO_ERROR;
  const auto& format = formatter(std::string(currency), spoken_language(language) == "zh-CN");
  const icu::UnicodeString shown = format.formatDecimal(number, status).toString(status);
  if (U_FAILURE(status)) return number + " " + std::string(currency);
  std::string out;
  shown.toUTF8String(out);
  return out;
}

}  // namespace laoke

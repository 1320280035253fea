#include <algorithm>

#include "handlers/order_text.h"
#include "handlers/pasted_text.h"
#include "handlers/phone_numbers.h"

namespace laoke::pasted {
namespace {

constexpr std::size_t kMostPhones = 20;  // tried candidates; a page full of numbers is no order
constexpr std::size_t kFewestPhoneDigits = 7, kMostPhoneDigits = 15;  // E.164

bool joins_digits(char32_t c) { return c == U' ' || c == U'-' || c == U'(' || c == U')' || c == U'.'; }

// Ends a phone number that begins at `from` may have, the longest first: behind each group of digits.
std::vector<std::size_t> possible_ends(View text, std::size_t from) {
  std::vector<std::size_t> ends;
  std::size_t digits = 0, gap = 0;
  for (std::size_t at = from; at < text.size() && digits <= kMostPhoneDigits; ++at) {
    if (is_digit(text[at])) {
      ++digits;
      gap = 0;
      const bool group_ends = at + 1 == text.size() || !is_digit(text[at + 1]);
      if (group_ends && digits >= kFewestPhoneDigits && digits <= kMostPhoneDigits) ends.push_back(at + 1);
    } else if (!(at == from && text[at] == U'+') && (!joins_digits(text[at]) || ++gap > 2)) {
      break;
    }
  }
  std::reverse(ends.begin(), ends.end());
  return ends;
}

// Length of a Chinese mobile number at the front: 1[3-9] and nine more digits, grouped as people group them; 0 none.
std::size_t mobile_at(View text) {
  std::size_t digits = 0, at = 0;
  for (; at < text.size() && digits < 11; ++at) {
    if (is_digit(text[at])) {
      ++digits;
      if ((digits == 1 && text[at] != U'1') || (digits == 2 && text[at] < U'3')) return 0;
    } else if ((text[at] != U' ' && text[at] != U'-') || digits == 0 || !is_digit(text[at - 1])) {
      return 0;
    }
  }
  return digits == 11 && (at == text.size() || !is_digit(text[at])) ? at : 0;
}

struct Match {
  std::size_t end = 0;
  Phone phone;
};

std::size_t china_code_at(View text) {
  for (const View code : {U"+86", U"0086", U"86"})
    if (text.starts_with(code)) {
      std::size_t length = code.size();
      while (length < text.size() && (text[length] == U' ' || text[length] == U'-')) ++length;
      return length;
    }
  return 0;
}

std::optional<Match> phone_at(View text, std::size_t from, std::string_view country) {
  const View rest = text.substr(from);
  const std::size_t code = china_code_at(rest);
  if (country == "CN" || code > 0) {
    for (const std::size_t skip : {code, std::size_t{0}}) {
      const std::size_t length = mobile_at(rest.substr(skip));
      if (length == 0) continue;
      if (auto e164 = phone_in(utf8_of(rest.substr(skip, length)), "CN")) return Match{from + skip + length, {*e164, ""}};
    }
  }
  for (const auto end : possible_ends(text, from))
    if (auto e164 = phone_in(utf8_of(text.substr(from, end - from)), country)) return Match{end, {*e164, ""}};
  return std::nullopt;
}

// "-1234", "转1234", "[1234]", "ext. 12" behind the number.
void take_extension(View text, Match& match) {
  std::size_t at = match.end;
  while (at < text.size() && text[at] == U' ') ++at;
  bool marked = false;
  for (const View mark : {U"转", U"分机", U"ext.", U"ext", U"EXT", U"Ext.", U"-", U"[", U"#"}) {
    if (!text.substr(at).starts_with(mark)) continue;
    at += mark.size();
    marked = true;
    break;
  }
  if (!marked) return;
  while (at < text.size() && (text[at] == U' ' || text[at] == U':')) ++at;
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (end - at < 1 || end - at > 6) return;
  match.phone.extension = utf8_of(text.substr(at, end - at));
  match.end = end < text.size() && text[end] == U']' ? end + 1 : end;
}

bool begins_number(View text, std::size_t at) {
  if (!is_digit(text[at]) && text[at] != U'+' && text[at] != U'(') return false;
  if (at == 0) return true;
  const char32_t before = text[at - 1];
  return !is_digit(before) && !is_latin(before) && before != U'+' && before != U'.' && before != U'(';
}

void replace(Text& text, std::size_t from, std::size_t end, char32_t by) { text.replace(from, end - from, 1, by); }

// --- amounts

constexpr View kSigns[] = {U"US$", U"HK$", U"NT$", U"NTD", U"HKD", U"TWD", U"S$", U"A$", U"C$", U"RMB", U"rmb", U"CNY", U"USD", U"usd", U"EUR", U"¥", U"$", U"€", U"£", U"₩", U"฿"};
constexpr View kUnits[] = {U"元", U"圆", U"块钱", U"块", U"人民币", U"rmb", U"RMB", U"CNY", U"cny", U"USD", U"usd", U"EUR", U"eur", U"GBP", U"JPY",
                           U"美元", U"美金", U"港币", U"港元", U"港纸", U"蚊", U"新台币", U"台币", U"NTD", U"HKD", U"TWD", U"日元", U"円", U"欧元", U"€"};
constexpr View kTotals[] = {U"总共", U"一共", U"合计", U"总计", U"总价", U"共计", U"实付款", U"实付", U"实收", U"付款", U"已付", U"金额", U"价格",
                            U"总额", U"货款", U"代收", U"到付", U"共", U"Total", U"total", U"TOTAL", U"Amount", U"amount", U"Paid", U"paid"};

std::size_t begin_of(View text, std::size_t at, std::span<const View> words) {
  for (const auto word : words)
    if (text.substr(0, at).ends_with(word)) return at - word.size();
  return at;
}

std::size_t before_blanks(View text, std::size_t at) {
  while (at > 0 && (text[at - 1] == U' ' || text[at - 1] == U':')) --at;
  return at;
}

struct Amount {
  std::size_t from, end;
  Money money;
  bool total;
};

// 块 is money only where the word ends: 2块香皂 are two pieces of soap, 2蚊帐 two nets.
std::size_t unit_behind(View text, std::size_t at) {
  while (at < text.size() && text[at] == U' ') ++at;
  for (const auto unit : kUnits) {
    if (!text.substr(at).starts_with(unit)) continue;
    const std::size_t end = at + unit.size();
    if ((unit == U"块" || unit == U"蚊") && end < text.size() && is_han(text[end])) return 0;
    if (is_latin(unit.back()) && end < text.size() && is_latin(text[end])) return 0;
    return end;
  }
  return 0;
}

std::optional<Amount> amount_at(View text, std::size_t from, std::size_t end, std::string_view currency) {
  const std::size_t sign = begin_of(text, before_blanks(text, from), kSigns);
  const bool signed_in_front = sign != before_blanks(text, from);
  const std::size_t start = signed_in_front ? sign : from;
  const std::size_t unit = unit_behind(text, end);
  const std::size_t word = begin_of(text, before_blanks(text, start), kTotals);
  const bool total = word != before_blanks(text, start);
  if (!signed_in_front && unit == 0 && !total) return std::nullopt;
  const std::size_t stop = unit != 0 && !signed_in_front ? unit : end;
  if (stop < text.size() && (text[stop] == U'/' || text[stop] == U'号')) return std::nullopt;  // 99元/盒: each
  const auto parsed = parse_money(utf8_of(text.substr(start, stop - start)), currency);
  const auto* money = std::get_if<Money>(&parsed);
  if (money == nullptr) return std::nullopt;
  return Amount{total ? word : start, unit != 0 ? unit : stop, *money, total};
}

}  // namespace

std::optional<Phone> cut_phones(Text& text, std::string_view country) {
  std::optional<Phone> first;
  std::size_t tried = 0;
  for (std::size_t at = 0; at < text.size() && tried < kMostPhones; ++at) {
    if (!begins_number(text, at)) continue;
    ++tried;
    auto match = phone_at(text, at, country);
    if (!match) continue;
    take_extension(text, *match);
    replace(text, at, match->end, first ? kCut : kPhoneCut);
    if (!first) first = match->phone;
  }
  return first;
}

std::optional<Money> cut_amounts(Text& text, std::string_view currency) {
  std::optional<Amount> best;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at]) || (at > 0 && (is_digit(text[at - 1]) || text[at - 1] == U'.'))) continue;
    std::size_t end = at;
    while (end < text.size() && (is_digit(text[end]) || ((text[end] == U'.' || text[end] == U',') && end + 1 < text.size() && is_digit(text[end + 1]))))
      ++end;
    const auto amount = amount_at(text, at, end, currency);
    if (!amount) {
      at = end - 1;
      continue;
    }
    replace(text, amount->from, amount->end, kCut);
    at = amount->from;
    if (!best || amount->total || !best->total) best = amount;
  }
  return best ? std::optional(best->money) : std::nullopt;
}

}  // namespace laoke::pasted

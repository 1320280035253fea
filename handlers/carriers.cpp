#include "handlers/carriers.h"

#include <algorithm>
#include <unordered_map>

#include "handlers/carriers_table.h"
#include "handlers/text.h"
#include "handlers/traditional.h"

namespace laoke {
namespace {

constexpr std::size_t kShortestNumber = 6, kLongestNumber = 40, kFewestDigits = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }
int digit(char c) { return c - '0'; }

// Every spelling of every carrier, folded and without blanks.
std::string squeezed(std::string_view text) {
  std::string out = fold(text);
  std::erase(out, ' ');
  return out;
}

const std::unordered_map<std::string, const Carrier*>& spellings() {
  static const auto kSpellings = [] {
    std::unordered_map<std::string, const Carrier*> all;
    for (const auto& carrier : carriers()) {
      for (const std::string_view spelling : {carrier.code, std::string_view(carrier.name.zh), std::string_view(carrier.name.en)})
        all.emplace(squeezed(spelling), &carrier);
      for (const auto alias : carrier.aliases) all.emplace(squeezed(alias), &carrier);
    }
    return all;
  }();
  return kSpellings;
}

constexpr std::string_view kEndings[] = {"快递", "速递", "速运", "快运", "物流", "express", "logistics"};

bool letters_fit(std::string_view shape, std::string_view text) {
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == '?' ? !is_letter(text[i]) : shape[i] == '#' ? !is_digit(text[i]) : shape[i] != text[i]) return false;
  }
  return true;
}

bool shape_fits(const NumberPattern& pattern, std::string_view number) {
  const std::size_t around = pattern.prefix.size() + pattern.suffix.size();
  if (number.size() < around + static_cast<std::size_t>(pattern.shortest) ||
      number.size() > around + static_cast<std::size_t>(pattern.longest))
    return false;
  const auto body = number.substr(pattern.prefix.size(), number.size() - around);
  const bool body_fits = std::all_of(body.begin(), body.end(), [&](char c) {
    return is_digit(c) || (pattern.body == Body::kAlphanumeric && (is_letter(c) || c == '-'));
  });
  return body_fits && letters_fit(pattern.prefix, number) &&
         letters_fit(pattern.suffix, number.substr(number.size() - pattern.suffix.size()));
}

// UPU S10: weights 8 6 4 2 3 5 9 7 over the eight digits, 11 - sum mod 11; 10 is written 0, 11 is written 5.
bool s10_right(std::string_view number) {
  constexpr int kWeights[] = {8, 6, 4, 2, 3, 5, 9, 7};
  int sum = 0;
  for (std::size_t i = 0; i < 8; ++i) sum += kWeights[i] * digit(number[i + 2]);
  const int rest = 11 - sum % 11;
  return digit(number[10]) == (rest == 10 ? 0 : rest == 11 ? 5 : rest);
}

// UPS: after "1Z" letters count as (code - 63) mod 10, every second character twice; the last is what is left to ten.
bool ups_right(std::string_view number) {
  int sum = 0;
  for (std::size_t i = 2; i + 1 < number.size(); ++i) {
    if (number[i] == '-') return false;
    const int value = is_digit(number[i]) ? digit(number[i]) : (number[i] - 63) % 10;
    sum += i % 2 == 0 ? value : 2 * value;
  }
  return is_digit(number.back()) && (10 - sum % 10) % 10 == digit(number.back());
}

// USPS IMpb: mod 10 with weights 3 and 1 from the right over what follows the routing code 420 + ZIP.
bool usps_right(std::string_view number) {
  if (number.starts_with("420") && number.size() == 30) number.remove_prefix(8);
  int sum = 0;
  for (std::size_t i = 0; i + 1 < number.size(); ++i)
    sum += digit(number[i]) * ((number.size() - 2 - i) % 2 == 0 ? 3 : 1);
  return number.size() >= 20 && number.size() <= 22 && number[1] >= '1' && number[1] <= '5' &&
         (10 - sum % 10) % 10 == digit(number.back());
}

bool mod7_right(std::string_view number) {
  std::int64_t value = 0;
  for (const char c : number.substr(0, number.size() - 1)) value = value * 10 + digit(c);
  return value % 7 == digit(number.back());
}

// FedEx Express: weights 3 1 7 from the left over eleven digits, mod 11, 10 is written 0.
bool fedex12_right(std::string_view number) {
  constexpr int kWeights[] = {3, 1, 7};
  int sum = 0;
  for (std::size_t i = 0; i < 11; ++i) sum += kWeights[i % 3] * digit(number[i]);
  return sum % 11 % 10 == digit(number[11]);
}

bool check_right(Check check, std::string_view number) {
  switch (check) {
    case Check::kNone: return true;
    case Check::kS10: return s10_right(number);
    case Check::kUps: return ups_right(number);
    case Check::kUsps: return usps_right(number);
    case Check::kMod7: return mod7_right(number);
    case Check::kFedEx12: return fedex12_right(number);
  }
  return false;
}

int home_rank(const Carrier& carrier, std::string_view country) {
  return carrier.home == country ? 2 : carrier.home.empty() ? 1 : 0;
}

const Carrier* find_spelling(const std::string& text) {
  const auto& known = spellings();
  if (const auto found = known.find(text); found != known.end()) return found->second;
  for (const auto ending : kEndings) {
    if (!text.ends_with(ending)) continue;
    const auto found = known.find(text.substr(0, text.size() - ending.size()));
    if (found != known.end()) return found->second;
  }
  return nullptr;
}

}  // namespace

const Carrier* carrier_by_code(std::string_view code) {
  const auto all = carriers();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Carrier& carrier) { return carrier.code == code; });
  return found == all.end() ? nullptr : &*found;
}

const Carrier* find_carrier(std::string_view typed) {
  const std::string text = squeezed(typed);
  const auto* carrier = find_spelling(text);  // as typed first: 黑貓 drives in Taiwan, 黑猫 in Japan
  return carrier != nullptr ? carrier : find_spelling(simplified(text));
}

OrSaid<const Carrier*> carrier_typed(std::string_view typed) {
  if (const auto* carrier = find_carrier(typed)) return carrier;
  std::vector<std::string> names;
  for (const auto& [spelling, carrier] : spellings()) names.push_back(spelling);
  std::sort(names.begin(), names.end());
  const auto near = nearest(simplified(squeezed(typed)), names, 1);
  const std::string shown = shorten(typed, 30);
  if (!near.empty()) {
    const Carrier& meant = *spellings().at(near[0]);
    return Said{"没有快递公司“" + shown + "”，是不是“" + meant.name.zh + "”？",
                "there is no carrier '" + shown + "'; do you mean " + meant.name.en + "?"};
  }
  return Said{"没有快递公司“" + shown + "”，可以写：顺丰、中通、圆通、申通、韵达、极兔、京东、EMS、邮政、德邦、DHL、FedEx、UPS、USPS 等",
              "there is no carrier '" + shown + "'; known are SF, ZTO, YTO, STO, Yunda, J&T, JD, EMS, DHL, FedEx, UPS, USPS and others"};
}

std::string carrier_name(std::string_view code, std::string_view language) {
  const auto* carrier = carrier_by_code(code);
  return carrier == nullptr ? std::string(code) : carrier->name.in(language);
}

std::string tracking_url(std::string_view code, std::string_view tracking_no) {
  const auto* carrier = carrier_by_code(code);
  if (carrier == nullptr || carrier->tracking_url.empty() || tracking_no.empty()) return "";
  std::string url(carrier->tracking_url);
  return url.replace(url.find("{}"), 2, tracking_no);  // letters, digits and '-' only: nothing to escape
}

std::string tracking_number(std::string_view typed) {
  std::string number;
  for (const char c : fold(typed)) {
    if (c == ' ') continue;
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (!is_digit(upper) && !is_letter(upper) && upper != '-') return "";
    number += upper;
  }
  const auto digits = static_cast<std::size_t>(std::count_if(number.begin(), number.end(), is_digit));
  return number.size() < kShortestNumber || number.size() > kLongestNumber || digits < kFewestDigits ? "" : number;
}

std::vector<CarrierGuess> guess_carriers(std::string_view tracking_no, std::string_view country) {
  const std::string number = tracking_number(tracking_no);
  std::vector<CarrierGuess> guesses;
  if (number.empty()) return guesses;
  for (const auto& pattern : number_patterns()) {
    if (!shape_fits(pattern, number) || !check_right(pattern.check, number)) continue;
    const Carrier* carrier = carrier_by_code(pattern.carrier);
    const auto known = std::find_if(guesses.begin(), guesses.end(), [&](const CarrierGuess& g) { return g.carrier == carrier; });
    if (known == guesses.end())
      guesses.push_back({carrier, pattern.certainty});
    else
      known->certainty = std::max(known->certainty, pattern.certainty);
  }
  std::stable_sort(guesses.begin(), guesses.end(), [&](const CarrierGuess& a, const CarrierGuess& b) {
    const bool a_certain = a.certainty == 3, b_certain = b.certainty == 3;
    if (a_certain != b_certain) return a_certain;
    const int home_a = home_rank(*a.carrier, country), home_b = home_rank(*b.carrier, country);
    return home_a != home_b ? home_a > home_b : a.certainty > b.certainty;
  });
  return guesses;
}

}  // namespace laoke

#include "handlers/order_text.h"

#include <algorithm>

#include "handlers/order_chars.h"
#include "handlers/text.h"
#include "handlers/traditional.h"

namespace laoke {
namespace {

using View = std::u32string_view;
constexpr std::size_t kNone = View::npos;

constexpr View kTotals[] = {U"总共", U"一共", U"合计", U"总计", U"总价", U"共计", U"实付", U"实收", U"付款", U"已付", U"金额",
                            U"价格", U"总额", U"小计", U"货款", U"代收", U"共",   U"grand total", U"total", U"amount", U"paid", U"sum"};
constexpr View kNotes[] = {U"备注", U"留言", U"说明", U"注", U"note", U"notes", U"remark", U"comment"};
constexpr int kSmallCount = 10;  // a bare number below it after an item may as well be its count

bool begins_with(View text, View word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(), [](char32_t a, char32_t b) { return a == lower_latin(b); });
}

std::optional<Money> money_of(View text, std::string_view currency) {
  const auto parsed = parse_money(utf8_of(text), currency);
  const auto* money = std::get_if<Money>(&parsed);
  return money == nullptr ? std::nullopt : std::optional(*money);
}

bool is_bare_number(View text) {
  return !text.empty() && is_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char32_t c) { return is_digit(c) || c == U'.' || c == U','; });
}

// "-5": nothing an order counts or costs is below zero.
bool is_below_zero(View text) { return text.size() > 1 && text[0] == U'-' && is_bare_number(text.substr(1)); }

// At most six digits: more is a telephone or an order number.
std::optional<std::int64_t> count_of(View digits) {
  if (!all_digits(digits) || digits.size() > 6) return std::nullopt;
  return std::stoll(utf8_of(digits));
}

// "¥0.001", "12.345元": meant as money, whether or not it can be.
bool is_meant_as_money(View text) {
  constexpr View kSigns[] = {U"¥", U"$", U"€", U"£", U"us$", U"hk$", U"nt$"};
  constexpr View kUnits[] = {U"元", U"块"};
  for (const auto sign : kSigns)
    if (begins_with(text, sign) && is_bare_number(text.substr(sign.size()))) return true;
  for (const auto unit : kUnits)
    if (text.ends_with(unit) && is_bare_number(text.substr(0, text.size() - unit.size()))) return true;
  return false;
}

// "面膜x99999999", "面膜x-1": meant as a count that nobody can have. "Matrix1234567" is a name.
bool is_meant_as_count(View text) {
  const std::size_t at = text.find_last_of(U"xX*");
  if (at == kNone || at == 0 || is_latin(text[at - 1])) return false;
  View rest = text.substr(at + 1);
  if (!rest.empty() && rest[0] == U'-') rest = rest.substr(1);
  return all_digits(rest) && !count_of(text.substr(at + 1));
}

// "面膜x2", "面膜*2盒": the count behind the last x or *; the name may be empty.
std::optional<CountedName> times_behind(View piece) {
  for (std::size_t at = piece.size(); at-- > 0;) {
    if (piece[at] != U'x' && piece[at] != U'X' && piece[at] != U'*') continue;
    const View rest = trimmed(piece.substr(at + 1));
    const std::size_t digits = std::min(rest.find_first_not_of(U"0123456789"), rest.size());
    const View behind = trimmed(rest.substr(digits));
    const auto count = count_of(rest.substr(0, digits));
    if (!count || (!behind.empty() && measure_word_at(behind) != behind.size())) return std::nullopt;
    return CountedName{utf8_of(trimmed(piece.substr(0, at))), count};
  }
  return std::nullopt;
}

// "2x面膜", "2 x mask".
std::optional<CountedName> times_in_front(View piece) {
  const std::size_t digits = std::min(piece.find_first_not_of(U"0123456789"), piece.size());
  const auto count = count_of(piece.substr(0, digits));
  const View rest = trimmed(piece.substr(digits));
  if (!count || rest.size() < 2 || (rest[0] != U'x' && rest[0] != U'X' && rest[0] != U'*')) return std::nullopt;
  const bool word = is_latin(rest[0]) && is_latin(rest[1]);  // "3 xylitol"
  if (word) return std::nullopt;
  return CountedName{utf8_of(trimmed(rest.substr(1))), count};
}

// Length of the number at the front ("2", "两", "十二") and its value; 0 when there is none.
std::pair<std::size_t, std::int64_t> number_at(View text) {
  const std::size_t digits = std::min(text.find_first_not_of(U"0123456789"), text.size());
  if (digits > 0) return {digits, count_of(text.substr(0, digits)).value_or(0)};
  for (std::size_t length = std::min<std::size_t>(3, text.size()); length > 0; --length)
    if (const int value = chinese_number(text.substr(0, length)); value > 0) return {length, value};
  return {0, 0};
}

// "2盒面膜", "两瓶精华", "2 boxes of masks".
std::optional<CountedName> measured_in_front(View piece) {
  const auto [length, count] = number_at(piece);
  if (length == 0 || count == 0) return std::nullopt;
  const View rest = trimmed(piece.substr(length));
  const std::size_t measure = measure_word_at(rest);
  if (measure == 0) return std::nullopt;
  View name = trimmed(rest.substr(measure));
  if (begins_with(name, U"of ")) name = trimmed(name.substr(3));
  if (!name.empty() && measure_word_at(name) == name.size()) return std::nullopt;  // 四件套
  return CountedName{utf8_of(name), count};
}

// "面膜2盒", "精华两瓶".
std::optional<CountedName> measured_behind(View piece) {
  for (std::size_t at = 1; at < piece.size(); ++at) {
    const auto [length, count] = number_at(piece.substr(at));
    if (length == 0 || count == 0) continue;
    const View behind = trimmed(piece.substr(at + length));
    if (!behind.empty() && measure_word_at(behind) == behind.size())
      return CountedName{utf8_of(trimmed(piece.substr(0, at))), count};
    if (is_digit(piece[at])) at += length - 1;
  }
  return std::nullopt;
}

// "要两瓶精华", "再来3个面膜": how one asks for something.
std::optional<CountedName> wished(View piece) {
  constexpr View kWishes[] = {U"我想要", U"我要", U"想要", U"还要", U"再要", U"再来", U"要", U"买", U"来", U"拿", U"订"};
  for (const auto wish : kWishes) {
    if (!begins_with(piece, wish)) continue;
    const View rest = trimmed(piece.substr(wish.size()));
    for (const auto read : {times_in_front, measured_in_front})
      if (auto counted = read(rest)) return counted;
  }
  return std::nullopt;
}

// Words between the separators; Latin words that follow each other stay one.
std::vector<std::u32string> words_of_order(View text) {
  std::vector<std::u32string> words;
  std::u32string word;
  const auto flush = [&] {
    if (!trimmed(word).empty()) words.emplace_back(trimmed(word));
    word.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    const bool thousands = c == U',' && i > 0 && i + 3 < text.size() && is_digit(text[i - 1]) && all_digits(text.substr(i + 1, 3)) &&
                           (i + 4 >= text.size() || !is_digit(text[i + 4]));
    if (c == U' ' || (!thousands && View(U",;、。；，\n+|/").find(c) != kNone)) {
      flush();
      if (c != U' ') words.emplace_back(U",");
      continue;
    }
    word += c;
  }
  flush();
  return words;
}

bool is_total(View word) {
  if (!word.empty() && word.back() == U':') word.remove_suffix(1);
  return std::any_of(std::begin(kTotals), std::end(kTotals), [&](View total) { return total.size() == word.size() && begins_with(word, total); });
}

// Words a blank tore apart: "2 boxes of masks", "total 40", "2 盒面膜".
std::vector<std::u32string> rejoined(const std::vector<std::u32string>& words) {
  std::vector<std::u32string> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::u32string word = words[i];
    const auto next = [&](std::size_t ahead) { return i + ahead < words.size() ? View(words[i + ahead]) : View(U","); };
    if (is_total(word) && is_bare_number(next(1))) {
      word += words[++i];
    } else if (all_digits(word) && measure_word_at(next(1)) == next(1).size()) {
      word += U" " + words[++i];
      if (next(1) == U"of") word += U" " + words[++i];
      if (is_latin(word.back()) && next(1) != U"," && !is_bare_number(next(1))) word += U" " + words[++i];
    } else if (all_digits(word) && measure_word_at(next(1)) > 0 && has_han(next(1))) {
      word += words[++i];
    }
    out.push_back(std::move(word));
  }
  return out;
}

class OrderReader {
 public:
  explicit OrderReader(const OrderTextHints& hints) : hints_(hints) {}

  OrSaid<OrderText> read(View text) {
    const auto words = rejoined(words_of_order(cut_note(text)));
    for (std::size_t i = 0; i < words.size(); ++i)
      if (auto problem = take(words, i)) return *problem;
    if (auto problem = settle_last_number()) return *problem;
    return std::move(order_);
  }

 private:
  View cut_note(View text) {
    for (const auto note : kNotes) {
      for (std::size_t at = 0; at + note.size() < text.size(); ++at) {
        if (!begins_with(text.substr(at), note)) continue;
        const View rest = trimmed(text.substr(at + note.size()));
        const bool own_word = at == 0 || text[at - 1] == U' ' || text[at - 1] == U'\n' || text[at - 1] == U',' || text[at - 1] == U';';
        if (!own_word || rest.empty() || rest[0] != U':') continue;
        order_.note = utf8_of(trimmed(rest.substr(1)));
        return text.substr(0, at);
      }
    }
    return text;
  }

  std::optional<Said> take(const std::vector<std::u32string>& words, std::size_t i) {
    const View word = words[i];
    if (word == U",") return open_ = number_open_ = false, std::nullopt;
    if (is_below_zero(word)) return below_zero(word);
    if (word[0] == U'@') return take_unit_price(word.substr(1));
    if (is_bare_number(word)) return take_number(word);
    if (auto money = read_marked_amount(utf8_of(word), hints_.currency)) return take_amount(*money);
    const bool product = hints_.is_product && hints_.is_product(utf8_of(word));
    if (!product && is_meant_as_money(word)) return no_amount(word);
    if (!product && is_meant_as_count(word)) return no_count(word);
    if (auto problem = settle_number_before_name()) return problem;
    const auto at = word.find(U'@');
    if (auto problem = take_name(at == kNone ? word : word.substr(0, at))) return problem;
    return at == kNone ? std::nullopt : take_unit_price(word.substr(at + 1));
  }

  std::optional<Said> take_name(View word) {
    const auto piece = read_counted_name(utf8_of(word), hints_.is_product);
    if (piece.quantity && *piece.quantity < 1) return none_of(piece.name);
    if (piece.name.empty() && piece.quantity) return take_count(*piece.quantity);
    if (front_count_ && piece.quantity) return unclear(utf8_of(word));
    const bool joins = open_ && !front_count_ && !order_.items.empty() && !has_han(word) &&
                       !has_han(plain_characters(order_.items.back().product));
    if (joins)
      order_.items.back().product += " " + piece.name;
    else
      order_.items.push_back({piece.name, 1, std::nullopt});
    counted_ = piece.quantity.has_value() || (joins && counted_);
    open_ = !piece.quantity || utf8_of(word).ends_with(piece.name);  // a count in front leaves the name open
    if (piece.quantity) order_.items.back().quantity = *piece.quantity;
    if (!front_count_) return std::nullopt;
    order_.items.back().quantity = *front_count_;
    front_count_.reset();
    counted_ = true;
    return std::nullopt;
  }

  static Said below_zero(View word) {
    return {"“" + utf8_of(word) + "”是负数：数量和金额都不能小于 0", "'" + utf8_of(word) + "' is below zero; counts and amounts cannot be"};
  }

  Said no_amount(View word) const {
    const auto parsed = parse_money(utf8_of(word), hints_.currency);
    const auto* wrong = std::get_if<Phrase>(&parsed);
    return wrong == nullptr ? unclear(utf8_of(word)) : said(*wrong);
  }

  static Said no_count(View word) {
    const std::string most = std::to_string(kMostQuantity);
    return {"“" + utf8_of(word) + "”的数量不对：数量从 1 到 " + most, "the count in '" + utf8_of(word) + "' cannot be: counts go from 1 to " + most};
  }

  static Said unclear(const std::string& number) {
    return {"看不懂“" + number + "”：数量写成 面膜x2，金额写在最后", "'" + number + "' is unclear: write a count as mask x2, the amount last"};
  }

  static Said none_of(const std::string& name) {
    return {"“" + name + "”的数量是 0：数量从 1 起", "the count of '" + name + "' is 0; counts begin at 1"};
  }

  std::optional<Said> take_count(std::int64_t count) {
    if (order_.items.empty())
      return Said{"数量前面要有商品，例如：面膜x2", "a count needs a product in front, for example: mask x2"};
    if (count < 1) return none_of(order_.items.back().product);
    order_.items.back().quantity = count;
    counted_ = true;
    open_ = false;
    return std::nullopt;
  }

  std::optional<Said> take_unit_price(View text) {
    const auto price = money_of(text, hints_.currency);
    if (!price || order_.items.empty() || price->currency != hints_.currency)
      return Said{"“@" + utf8_of(text) + "”不是单价，单价写成 面膜x2@99", "'@" + utf8_of(text) + "' is no price each; write mask x2 @99"};
    order_.items.back().unit_price_minor = price->amount_minor;
    return std::nullopt;
  }

  std::optional<Said> take_amount(const Money& money) {
    if (order_.amount && *order_.amount != money)
      return Said{"有两个金额，请只写一个总额", "there are two amounts, give one total"};
    order_.amount = money;
    return std::nullopt;
  }

  // What a bare number is shows only with what follows: the last one is the amount.
  std::optional<Said> take_number(View word) {
    if (auto problem = settle_middle_number()) return problem;
    number_ = std::u32string(word);
    number_after_item_ = !order_.items.empty() && !counted_;
    number_open_ = true;
    return std::nullopt;
  }

  // "2 masks 1 soap 48": who counts in front does so throughout. Only small numbers: "98 面膜" may as well be a price.
  std::optional<Said> settle_number_before_name() {
    const auto count = count_of(number_);
    const bool in_front = number_open_ && !number_after_item_ && (order_.items.empty() || counts_in_front_);
    if (!in_front || !count || *count < 1 || *count >= kSmallCount) return settle_middle_number();
    number_.clear();
    front_count_ = count;
    counts_in_front_ = true;
    return std::nullopt;
  }

  std::optional<Said> settle_middle_number() {
    if (number_.empty()) return std::nullopt;
    const std::u32string number = std::exchange(number_, {});
    if (number_after_item_)
      if (const auto count = count_of(number)) return take_count(*count);
    return unclear(utf8_of(number));
  }

  std::optional<Said> settle_last_number() {
    if (number_.empty()) return std::nullopt;
    if (order_.amount) return settle_middle_number();
    const auto count = count_of(number_);
    const std::string shown = utf8_of(number_);
    if (number_after_item_ && count && *count < kSmallCount)
      return Said{"“" + shown + "”是数量还是金额？数量写成 x" + shown + "，金额写成 " + shown + "元",
                  "is '" + shown + "' a count or the amount? Write x" + shown + " or " + hints_.currency + " " + shown};
    const auto money = money_of(number_, hints_.currency);
    if (!money) return Said{"“" + shown + "”不是金额，金额像 198 或 198.50", "'" + shown + "' is no amount; one looks like 198 or 198.50"};
    return take_amount(*money);
  }

  const OrderTextHints& hints_;
  OrderText order_;
  bool open_ = false;     // a Latin word may still go on the last name
  bool counted_ = false;  // the last item has its count
  std::u32string number_;
  bool number_after_item_ = false;
  bool number_open_ = false;                   // no comma behind it so far
  std::optional<std::int64_t> front_count_;    // of the name that comes next
  bool counts_in_front_ = false;
};

}  // namespace

CountedName read_counted_name(std::string_view piece, const std::function<bool(std::string_view)>& is_product) {
  const std::u32string plain = plain_characters(piece);
  const View text = trimmed(plain);
  if (text.empty()) return {};
  if (is_product && is_product(utf8_of(text))) return {utf8_of(text), std::nullopt};
  for (const auto read : {times_behind, times_in_front, measured_in_front, wished, measured_behind})
    if (auto counted = read(text)) return *counted;
  return {utf8_of(text), std::nullopt};
}

std::optional<Money> read_marked_amount(std::string_view piece, std::string_view currency) {
  const std::u32string plain = plain_characters(piece);
  View text = trimmed(plain);
  for (const auto total : kTotals) {
    if (!begins_with(text, total)) continue;
    View rest = trimmed(text.substr(total.size()));
    if (!rest.empty() && rest[0] == U':') rest = trimmed(rest.substr(1));
    return money_of(rest, currency);
  }
  if (text.empty() || is_bare_number(text) || std::none_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  return money_of(text, currency);
}

OrSaid<OrderText> read_order_text(std::string_view typed, const OrderTextHints& hints) {
  const std::u32string written = plain_characters(typed), text = simplified(View(written));
  if (text.size() > kLongestOrderText)
    return Said{"订单太长，最多 " + std::to_string(kLongestOrderText) + " 个字", "the order is too long: at most " + std::to_string(kLongestOrderText) + " characters"};
  if (text == written) return OrderReader(hints).read(text);
  const Script script{written, text};
  const OrderTextHints inner{hints.currency, script.known_as_written(hints.is_product)};
  const auto read = OrderReader(inner).read(text);
  if (!read) return read;
  OrderText order = *read;
  for (auto& line : order.items) line.product = script.as_written(line.product);
  order.note = script.as_written(order.note);
  return order;
}

std::string items_text(const std::vector<storage::OrderItem>& items, std::string_view language) {
  std::string text;
  for (const auto& item : items) {
    if (!text.empty()) text += language.starts_with("zh") ? "、" : ", ";
    text += item.name;
    if (item.quantity != 1) text += (language.starts_with("zh") ? "×" : " ×") + std::to_string(item.quantity);
  }
  return text;
}

}  // namespace laoke

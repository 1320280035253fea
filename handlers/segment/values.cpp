#include "handlers/segment/values.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "handlers/money.h"
#include "handlers/segment/error.h"
#include "handlers/text.h"
#include "handlers/traditional.h"
#include "handlers/wording.h"

namespace laoke {
namespace {

using storage::SegmentCompare;
using storage::SegmentTerm;
using storage::SegmentThing;
using storage::SegmentTime;

constexpr std::size_t kShortestPhonePart = 3;  // digits; fewer would find half of all customers
constexpr std::int64_t kLargestCount = 1'000'000'000;

struct Reader {
  SegmentTerm& term;
  const SegmentFieldSpec& spec;
  const SegmentToken& value;
  const storage::Shop& shop;

  [[noreturn]] void refuse(Said allowed, Said suggestion = {}) const {
    throw SegmentError({"segment.bad_value", value.column, value.length, value.text, std::move(allowed), std::move(suggestion)});
  }
  [[noreturn]] void refuse(std::string_view key) const { refuse({say("zh-CN", key), say("en", key)}); }
  bool equality() const { return term.compare == SegmentCompare::kIs || term.compare == SegmentCompare::kEqual; }

  void count() const {
    const std::string folded = fold(term.text);
    const auto [end, error] = std::from_chars(folded.data(), folded.data() + folded.size(), term.integer);
    if (error != std::errc() || end != folded.data() + folded.size() || term.integer < 0 || term.integer > kLargestCount)
      refuse("segment.takes_count");
  }
  void money() const {
    const auto parsed = parse_money(term.text, shop.currency);
    const auto* amount = std::get_if<Money>(&parsed);
    if (amount == nullptr) {
      const auto& phrase = std::get<Phrase>(parsed);
      refuse({say("zh-CN", phrase), say("en", phrase)});
    }
    if (amount->currency != shop.currency) {
      const auto in = [&](const char* language) { return say(language, "segment.takes_currency", {{"currency", shop.currency}}); };
      refuse({in("zh-CN"), in("en")});
    }
    term.integer = amount->amount_minor;
  }
  void time() const {
    term.time = parse_segment_time(term.text);
    if (!term.time || term.time->kind == SegmentTime::Kind::kMonthDay || term.time->kind == SegmentTime::Kind::kMonth)
      refuse("segment.takes_time");
  }
  void age() const {
    term.time = parse_segment_time(term.text);
    if (!term.time || term.time->kind != SegmentTime::Kind::kAge) refuse("segment.takes_age");
  }
  void birthday() const {
    term.time = parse_segment_time(term.text);
    if (!term.time && !term.text.empty()) term.time = parse_segment_time(term.text + "月");
    if (!term.time) refuse("segment.takes_birthday");
    const bool age = term.time->kind == SegmentTime::Kind::kAge;
    if ((!equality() && !age) || (age && term.time->unit == storage::SegmentUnit::kHours)) refuse("segment.takes_birthday");
    if (term.time->kind == SegmentTime::Kind::kDay) {
      char iso[16];
      std::snprintf(iso, sizeof iso, "%04d-%02d-%02d", term.time->year % 10000, term.time->month % 100, term.time->day % 100);
      term.code = iso;
    }
  }
  void yes_no() const {
    const auto yes = parse_segment_yes_no(term.text);
    if (!yes) refuse("segment.takes_yes_no");
    term.integer = *yes ? 1 : 0;
  }
  void order_state() const {
    const auto* word = find_segment_word(segment_order_states(), term.text);
    if (word == nullptr)
      refuse(segment_word_names(segment_order_states()), nearest_segment_word(segment_order_states(), term.text));
    term.code = word->code;
  }
  void stage() const {
    const auto* word = find_segment_word(segment_stages(), term.text);
    if (word == nullptr) return;
    const bool by_code = fold(term.text) == word->code;
    if (!by_code) term.text = word->zh;  // stored so, however it was typed
    term.code = by_code ? word->zh : word->code;
  }
  void channel() const {
    const auto* word = find_segment_word(segment_channel_kinds(), term.text);
    term.code = word != nullptr ? std::string(word->code) : term.text;
  }
  void phone() const {
    std::string digits;
    for (const char c : fold(term.text)) {
      if (c >= '0' && c <= '9') digits += c;
      else if (std::string_view("+-() ").find(c) == std::string_view::npos) refuse("segment.takes_phone");
    }
    if (digits.size() < kShortestPhonePart) refuse("segment.takes_phone");
    term.text = digits;
  }
  void thing() const {
    const std::string folded = word_key(term.text);
    for (const std::string_view prefix : {"attr.", "属性."})
      if (folded.starts_with(prefix) && folded.size() > prefix.size()) {
        term.thing = SegmentThing::kAttribute;
        term.attribute = term.text.substr(term.text.find_first_of('.') + 1);
        if (!term.attribute.empty()) return;
      }
    const auto* word = find_segment_word(segment_things(), term.text);
    if (word == nullptr) refuse(segment_word_names(segment_things()), nearest_segment_word(segment_things(), term.text));
    term.thing = static_cast<SegmentThing>(word - segment_things().data());
  }
  void attribute() const {
    const std::string folded = fold(term.text);
    double number = 0;
    const auto [end, error] = std::from_chars(folded.data(), folded.data() + folded.size(), number);
    if (error == std::errc() && end == folded.data() + folded.size() && std::isfinite(number)) term.number = number;
    term.yes = parse_segment_yes_no(term.text);
    term.time = parse_segment_time(term.text);
    if (term.time && term.time->kind == SegmentTime::Kind::kMonth) term.time.reset();
    if (!equality() && !term.number && !term.time) refuse("segment.takes_number_or_date");
  }
};

void check_compare(const SegmentFieldSpec& spec, const SegmentToken& compare) {
  const bool ordered = compare.compare != SegmentCompare::kIs && compare.compare != SegmentCompare::kEqual;
  if (ordered && !spec.ordered)
    throw SegmentError({"segment.bad_compare", compare.column, compare.length, compare.text, {": = !=", ": = !="},
                        {std::string(spec.example_zh), std::string(spec.example_en)}});
}

}  // namespace

void read_segment_value(SegmentTerm& term, const SegmentFieldSpec& spec, const SegmentToken& compare,
                        const SegmentToken& value, const storage::Shop& shop) {
  check_compare(spec, compare);
  term.compare = compare.unequal ? SegmentCompare::kIs : compare.compare;
  term.text = std::string(trim(value.text));
  const Reader reader{term, spec, value, shop};
  if (term.text.empty()) reader.refuse("segment.takes_something");
  switch (spec.kind) {
    case SegmentValueKind::kName:
    case SegmentValueKind::kText: return;
    case SegmentValueKind::kStage: return reader.stage();
    case SegmentValueKind::kCount: return reader.count();
    case SegmentValueKind::kMoney: return reader.money();
    case SegmentValueKind::kTime: return reader.time();
    case SegmentValueKind::kAge: return reader.age();
    case SegmentValueKind::kBirthday: return reader.birthday();
    case SegmentValueKind::kYesNo: return reader.yes_no();
    case SegmentValueKind::kOrderState: return reader.order_state();
    case SegmentValueKind::kChannel: return reader.channel();
    case SegmentValueKind::kPhone: return reader.phone();
    case SegmentValueKind::kAttribute: return reader.attribute();
    case SegmentValueKind::kThing: return reader.thing();
  }
}

}  // namespace laoke

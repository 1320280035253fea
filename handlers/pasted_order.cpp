#include "handlers/pasted_order.h"

#include <algorithm>

#include "handlers/order_text.h"
#include "handlers/pasted_text.h"
#include "handlers/traditional.h"

namespace laoke {
namespace {

using namespace pasted;

enum class Kind { kOther, kPhone, kAddress, kItem, kName, kNumber };

struct Chunk {
  Text text;
  Kind kind = Kind::kOther;
  int score = 0;      // as an address
  bool taken = false;
};

// "…文三路1号面膜x2": what was bought, glued behind the number of the house.
std::vector<Text> without_glued_item(View piece) {
  constexpr View kHouseEnds = U"号室楼栋幢座层";
  const auto end = piece.find_last_of(kHouseEnds);
  if (end == View::npos || end + 3 > piece.size() || address_score(piece) < 2) return {Text(piece)};
  const View tail = piece.substr(end + 1);
  const auto counted = read_counted_name(utf8_of(tail));
  const bool item = counted.quantity && plain_characters(counted.name).size() >= 2 && address_score(tail) < 2;
  if (!item) return {Text(piece)};
  return {Text(piece.substr(0, end + 1)), Text(tail)};
}

// Latin words belong together up to a comma; between Han words a blank is an end.
std::vector<Text> split_segment(View segment) {
  std::vector<Text> pieces;
  Text piece;
  const auto flush = [&] {
    if (!trimmed(piece).empty()) pieces.emplace_back(trimmed(piece));
    piece.clear();
  };
  const bool han = has_han(segment);
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const bool between_latin = i > 0 && i + 1 < segment.size() && is_latin(segment[i - 1]) && is_latin(segment[i + 1]);
    if (segment[i] == U' ' && han && !between_latin)
      flush();
    else
      piece += segment[i];
  }
  flush();
  if (!han) return pieces.empty() ? pieces : around_address(pieces.front());
  std::vector<Text> cut;
  for (const auto& one : pieces)
    for (auto& part : without_glued_item(one)) cut.push_back(std::move(part));
  return cut;
}

// "张三收", "张三 (收)".
View without_receives(View name) {
  for (const View word : {View(U"(收)"), View(U"收件"), View(U"收")})
    if (name.size() > word.size() + 1 && name.ends_with(word)) return trimmed(name.substr(0, name.size() - word.size()));
  return name;
}

std::vector<Chunk> chunks_of(View text) {
  std::vector<Chunk> chunks;
  Text segment;
  const auto flush = [&] {
    for (auto& piece : split_segment(segment)) chunks.push_back({std::move(piece), Kind::kOther, 0, false});
    segment.clear();
  };
  for (const char32_t c : text) {
    if (c == kPhoneCut) {
      flush();
      chunks.push_back({U"", Kind::kPhone, 0, true});
    } else if (c == kCut || View(U"\n,;、。!?|~+【】").find(c) != View::npos) {
      flush();
    } else {
      segment += c;
    }
  }
  flush();
  return chunks;
}

// "1 soap": a count before a Latin name of a few words. Nothing else is sure about it, so only what nobody claimed is
// read so.
std::optional<OrderLine> counted_in_front(View text) {
  constexpr std::size_t kLongestName = 30, kMostCountDigits = 2;
  const std::size_t digits = std::min(text.find_first_not_of(U"0123456789"), text.size());
  if (digits == 0 || digits > kMostCountDigits || digits + 2 >= text.size() || text[digits] != U' ') return std::nullopt;
  const View name = trimmed(text.substr(digits));
  const auto count = std::stoll(utf8_of(text.substr(0, digits)));
  if (count < 1 || name.size() > kLongestName || has_han(name) || !is_latin(name.front())) return std::nullopt;
  return OrderLine{utf8_of(name), count, std::nullopt};
}

class PasteReader {
 public:
  explicit PasteReader(const PasteHints& hints) : hints_(hints) {}

  PastedOrder read(Text text) {
    cut_noise(text);
    if (const auto phone = cut_phones(text, hints_.country)) {
      pasted_.phone = phone->e164;
      pasted_.extension = phone->extension;
    }
    fields_ = cut_fields(text);
    take_fields(text);
    if (const auto amount = cut_amounts(text, hints_.currency); amount && !pasted_.amount) pasted_.amount = amount;
    chunks_ = chunks_of(text);
    classify();
    take_address();
    take_name();
    take_items();
    take_numbers();
    take_rest();
    judge();
    return std::move(pasted_);
  }

 private:
  Text& field(Field field) { return fields_[static_cast<std::size_t>(field)]; }

  void take_fields(Text& text) {
    take_recipient_field(text);
    labelled_address_ = join_address({field(Field::kRegion), field(Field::kAddress)});
    if (const auto money = read_marked_amount("共" + utf8_of(field(Field::kAmount)), hints_.currency)) pasted_.amount = money;
    pasted_.postcode = utf8_of(field(Field::kPostcode)).substr(0, 20);
    pasted_.note = utf8_of(field(Field::kNote));
    if (!field(Field::kDetail).empty()) add_note(utf8_of(field(Field::kDetail)));
    if (!field(Field::kItems).empty()) take_item_field(text);
  }

  // "收货人：张三 浙江省…": only the first word is the name.
  void take_recipient_field(Text& text) {
    View value = field(Field::kRecipient);
    const auto blank = has_han(value) ? value.find(U' ') : View::npos;
    if (blank != View::npos) {
      text = Text(value.substr(blank)) + kCut + text;
      value = value.substr(0, blank);
    }
    pasted_.recipient = utf8_of(trimmed(value));
  }

  void take_item_field(Text& text) {
    Text value = field(Field::kItems);
    if (const auto amount = cut_amounts(value, hints_.currency); amount && !pasted_.amount) pasted_.amount = amount;
    std::replace(value.begin(), value.end(), kCut, U' ');
    std::replace(value.begin(), value.end(), kPhoneCut, U' ');
    const auto order = read_order_text(utf8_of(value), {hints_.currency, hints_.is_product});
    if (!order) {
      text = value + kCut + text;
      return;
    }
    pasted_.items = order->items;
    if (order->amount && !pasted_.amount) pasted_.amount = order->amount;
    const auto count = read_counted_name("x" + utf8_of(field(Field::kQuantity))).quantity;
    if (count && *count > 0 && !pasted_.items.empty()) pasted_.items.back().quantity = *count;
  }

  void classify() {
    for (auto& chunk : chunks_) {
      if (chunk.kind == Kind::kPhone) continue;
      chunk.text = Text(without_politeness(chunk.text));
      chunk.taken = chunk.text.empty();
      if (!chunk.taken) judge_chunk(chunk);
    }
  }

  bool is_product(View text) const { return hints_.is_product && hints_.is_product(utf8_of(text)); }

  void judge_chunk(Chunk& chunk) const {
    chunk.score = address_score(chunk.text);
    const bool number = std::all_of(chunk.text.begin(), chunk.text.end(), [](char32_t c) { return is_digit(c) || c == U'.' || c == U'-'; });
    if (number) {
      chunk.kind = Kind::kNumber;
    } else if (is_product(chunk.text)) {
      chunk.kind = Kind::kItem;
    } else if (chunk.score >= 2) {
      chunk.kind = Kind::kAddress;
    } else if (read_counted_name(utf8_of(chunk.text)).quantity) {
      chunk.kind = Kind::kItem;
    } else if (looks_like_name(chunk.text)) {
      chunk.kind = Kind::kName;
    }
  }

  static Text join_address(const std::vector<Text>& parts) {
    Text joined;
    for (const auto& part : parts) {
      if (part.empty()) continue;
      const bool latin = !joined.empty() && !has_han(joined) && !has_han(part);
      const bool digits_meet = !joined.empty() && is_digit(joined.back()) && is_digit(part.front());
      joined += joined.empty() ? U"" : latin ? U", " : digits_meet ? U" " : U"";
      for (const char32_t c : part)
        if (c != U' ' || latin || !has_han(part)) joined += c;
    }
    return joined;
  }

  // The best piece and what stands around it: pieces that look a little like an address, room numbers, and whatever
  // stands between two pieces of the address.
  void take_address() {
    if (!labelled_address_.empty()) return settle_address(labelled_address_);
    const auto best = std::max_element(chunks_.begin(), chunks_.end(), [](const Chunk& a, const Chunk& b) {
      return (a.kind == Kind::kAddress ? a.score : 0) < (b.kind == Kind::kAddress ? b.score : 0);
    });
    if (best == chunks_.end() || best->kind != Kind::kAddress) return;
    auto first = best, last = best;
    while (first != chunks_.begin() && belongs_before(first)) --first;
    for (auto next = last + 1; next != chunks_.end(); ++next) {
      if (belongs_behind(*next)) last = next;
      else if (!may_stand_between(*next) || next - last > 1) break;
    }
    std::vector<Text> parts;
    for (auto chunk = first; chunk <= last; ++chunk) {
      if (chunk->kind == Kind::kPhone) continue;
      if (!chunk->taken) parts.push_back(chunk->text);
      chunk->taken = true;
    }
    settle_address(join_address(parts));
  }

  bool belongs_before(std::vector<Chunk>::iterator first) const {
    const auto& before = *(first - 1);
    if (before.kind == Kind::kAddress) return true;
    return before.score >= 1 && before.kind != Kind::kItem && !has_surname(before.text) && has_han(before.text);
  }
  static bool belongs_behind(const Chunk& chunk) {
    if (chunk.kind == Kind::kAddress) return true;
    if (chunk.kind == Kind::kNumber) return false;
    return chunk.score >= 1 && chunk.kind != Kind::kItem && !has_surname(chunk.text);
  }
  static bool may_stand_between(const Chunk& chunk) {
    return chunk.kind == Kind::kName || chunk.kind == Kind::kOther || chunk.kind == Kind::kNumber;
  }

  void settle_address(View address) {
    if (const std::size_t name = pasted_.recipient.empty() ? name_at_end(address) : 0; name > 0 && no_better_name()) {
      pasted_.recipient = utf8_of(address.substr(address.size() - name));
      address = address.substr(0, address.size() - name);
    }
    split_place(address, pasted_);
  }

  bool no_better_name() const {
    return std::none_of(chunks_.begin(), chunks_.end(), [](const Chunk& chunk) {
      return !chunk.taken && chunk.kind == Kind::kName && (!has_han(chunk.text) || has_surname(chunk.text));
    });
  }

  // A known surname first, then the nearest to the phone number.
  void take_name() {
    if (!pasted_.recipient.empty()) return;
    const auto phone = std::find_if(chunks_.begin(), chunks_.end(), [](const Chunk& c) { return c.kind == Kind::kPhone; });
    Chunk* best = nullptr;
    long best_cost = 0;
    for (auto chunk = chunks_.begin(); chunk != chunks_.end(); ++chunk) {
      if (chunk->taken || chunk->kind != Kind::kName) continue;
      const long distance = phone == chunks_.end() ? chunk - chunks_.begin() : std::abs(phone - chunk);
      const bool sure = has_han(chunk->text) ? has_surname(chunk->text) : chunk->text.find(U' ') != View::npos;
      if (!sure && (distance > 1 || phone == chunks_.end())) continue;
      const long cost = distance + (sure ? 0 : 10);
      if (best != nullptr && cost >= best_cost) continue;
      best = &*chunk;
      best_cost = cost;
    }
    if (best == nullptr) return;
    best->taken = true;
    pasted_.recipient = utf8_of(without_receives(best->text));
  }

  void take_items() {
    for (auto chunk = chunks_.begin(); chunk != chunks_.end(); ++chunk) {
      if (chunk->taken || chunk->kind != Kind::kItem) continue;
      const auto piece = read_counted_name(utf8_of(without_politeness(chunk->text)), hints_.is_product);
      chunk->taken = true;
      const std::int64_t quantity = piece.quantity.value_or(1);
      if (quantity < 1 || quantity > kMostQuantity) continue;
      if (!piece.name.empty()) {
        pasted_.items.push_back({piece.name, quantity, std::nullopt});
      } else if (auto* named = product_before(chunk)) {
        pasted_.items.push_back({utf8_of(named->text), quantity, std::nullopt});
        named->taken = true;
      } else if (!pasted_.items.empty()) {
        pasted_.items.back().quantity = quantity;
      }
    }
  }

  // "面膜 x2": the name in front of a bare count.
  Chunk* product_before(std::vector<Chunk>::iterator count) {
    if (count == chunks_.begin()) return nullptr;
    auto& before = *(count - 1);
    const bool free = !before.taken && (before.kind == Kind::kOther || before.kind == Kind::kName);
    return free ? &before : nullptr;
  }

  // Six digits beside a Chinese address are its postcode; else a number behind everything is the amount.
  void take_numbers() {
    for (auto chunk = chunks_.begin(); chunk != chunks_.end(); ++chunk) {
      if (chunk->taken || chunk->kind != Kind::kNumber) continue;
      const bool beside_address = chunk != chunks_.begin() && (chunk - 1)->kind == Kind::kAddress;
      const bool six = chunk->text.size() == 6 && all_digits(chunk->text);
      if (six && pasted_.postcode.empty() && (beside_address || pasted_.amount)) {
        pasted_.postcode = utf8_of(chunk->text);
        chunk->taken = true;
      } else if (!pasted_.amount && chunk->text.size() <= 8) {
        const auto money = read_marked_amount("共" + utf8_of(chunk->text), hints_.currency);
        if (!money) continue;
        pasted_.amount = money;
        chunk->taken = true;
      }
    }
  }

  // Short words nobody claimed are what was ordered when nothing else was; the rest is a note.
  void take_rest() {
    constexpr std::size_t kLongestLeftItem = 20;
    const bool want_items = pasted_.items.empty();
    const bool is_order = !pasted_.phone.empty() || !pasted_.line.empty();
    for (auto& chunk : chunks_) {
      if (chunk.taken || chunk.kind == Kind::kNumber) continue;
      chunk.taken = true;
      if (const auto counted = counted_in_front(chunk.text); counted && is_order && pasted_.items.size() < kMostLines) {
        pasted_.items.push_back(*counted);
        continue;
      }
      const bool short_enough = chunk.text.size() >= 2 && chunk.text.size() <= (has_han(chunk.text) ? kLongestLeftItem : 2 * kLongestLeftItem);
      if (want_items && is_order && short_enough && pasted_.items.size() < kMostLines)
        pasted_.items.push_back({utf8_of(chunk.text), 1, std::nullopt});
      else
        add_note(utf8_of(chunk.text));
    }
  }

  void add_note(const std::string& text) { pasted_.note += (pasted_.note.empty() ? "" : " ") + text; }

  void judge() {
    struct Part {
      PastePart part;
      bool there;
      int weight;
    };
    const Part parts[] = {{PastePart::kRecipient, !pasted_.recipient.empty(), 20},
                          {PastePart::kPhone, !pasted_.phone.empty(), 30},
                          {PastePart::kAddress, !pasted_.line.empty() || !pasted_.city.empty(), 25},
                          {PastePart::kItems, !pasted_.items.empty(), 15},
                          {PastePart::kAmount, pasted_.amount.has_value(), 10}};
    for (const auto& part : parts) {
      if (part.there) pasted_.confidence += part.weight;
      else pasted_.missing.push_back(part.part);
    }
  }

  const PasteHints& hints_;
  PastedOrder pasted_;
  Fields fields_;
  Text labelled_address_;
  std::vector<Chunk> chunks_;
};

// Read in simplified characters, answered in those that were typed: the parcel goes to 桃園市, to 陳小姐.
PastedOrder read_traditional(const Script& script, const PasteHints& hints) {
  const PasteHints inner{hints.country, hints.currency, script.known_as_written(hints.is_product)};
  PastedOrder pasted = PasteReader(inner).read(Text(script.plain));
  for (auto* field : {&pasted.recipient, &pasted.region, &pasted.city, &pasted.line, &pasted.country, &pasted.note})
    *field = script.as_written(*field);
  for (auto& item : pasted.items) item.product = script.as_written(item.product);
  return pasted;
}

}  // namespace

PastedOrder read_pasted_order(std::string_view message, const PasteHints& hints) {
  Text written = plain_characters(message.substr(0, kLongestPaste * 4));
  if (written.size() > kLongestPaste) written.resize(kLongestPaste);
  Text text = simplified(View(written));
  if (text == written) return PasteReader(hints).read(std::move(text));
  return read_traditional({written, text}, hints);
}

}  // namespace laoke

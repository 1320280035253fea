#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// How sellers type: short pieces, full-width signs, quotes around what has blanks. Pure functions over UTF-8 of any
// length; nothing here knows a command or a customer.
namespace laoke::seller {

// Cuts white space of any script, also U+3000, from the front of `rest`.
void skip_blanks(std::string_view& rest);
// The next piece up to a blank, or what stands between quotes ("…", “…”, 「…」, '…'); "" at the end. An opening quote
// without its partner is an ordinary character.
std::string take_token(std::string_view& rest);
// All pieces of a text.
std::vector<std::string> tokens_of(std::string_view text);

// Signs and digits as on a Latin keyboard: ＃１０２４ is #1024, ＋ is +, a long dash is -. Everything else stays.
std::string half_width(std::string_view text);

// A whole number above 0 with or without # in front, full-width too: an order, a task, a choice. At most 15 digits.
std::optional<std::int64_t> number_of(std::string_view text);

// "+油性皮肤 -过敏,干性 张三": labels to add and to take off, and what follows them.
struct TagMarks {
  std::vector<std::string> add, remove;
  std::string rest;
  bool operator==(const TagMarks&) const = default;
};
// `sign` is what labels without one of their own mean ('+' or '-'); the first piece is always a label. Labels are cut at
// commas (",", "，", "、").
TagMarks parse_tags(std::string_view text, char sign);

// The first line and the rest: names stand in the first.
std::string first_line(std::string_view text);

// True when the text is an explicit yes ("是", "确认", "確認", "yes", "y") or no ("否", "不", "取消", "no", "n"); none otherwise.
std::optional<bool> yes_or_no(std::string_view text);

}  // namespace laoke::seller

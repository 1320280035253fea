#pragma once
#include <cctype>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace laoke {

// Reads words and numbers from the front of a line a person typed, in UTF-8: ASCII letters in either case, digits and
// colons also in their full-width forms, small numbers also in Chinese.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}
  std::size_t at() const { return at_; }
  void back_to(std::size_t at) { at_ = at; }
  bool done() const { return at_ >= text_.size(); }
  std::string_view rest() const { return text_.substr(at_); }
  char peek() const { return done() ? '\0' : text_[at_]; }

  void skip_blanks() {
    while (eat_exactly(" ") || eat_exactly("\t") || eat_exactly("　") || eat_exactly("\u00a0")) {
    }
  }
  // Takes `word` when it comes next; a word that ends in an ASCII letter must end there ("fri" is not in "friend").
  bool eat(std::string_view word) {
    const std::string_view next = text_.substr(at_, word.size());
    if (next.size() != word.size() || !same(next, word)) return false;
    const std::size_t end = at_ + word.size();
    const bool letter = std::isalpha(static_cast<unsigned char>(word.back())) != 0;
    if (letter && end < text_.size() && std::isalpha(static_cast<unsigned char>(text_[end])) != 0) return false;
    at_ = end;
    return true;
  }
  bool eat_any(std::initializer_list<std::string_view> words) {
    for (const auto word : words)
      if (eat(word)) return true;
    return false;
  }
  // Up to `digits` digits; nothing is taken when more follow.
  std::optional<int> number(int digits = 4);
  // The same, or a Chinese number up to 99 (十点, 二十三, 两), or 半 is left alone.
  std::optional<int> small_number();

 private:
  static bool same(std::string_view a, std::string_view b) {
    for (std::size_t i = 0; i < a.size(); ++i)
      if (std::tolower(static_cast<unsigned char>(a[i])) != std::tolower(static_cast<unsigned char>(b[i]))) return false;
    return true;
  }
  bool eat_exactly(std::string_view piece) {
    if (text_.substr(at_, piece.size()) != piece) return false;
    at_ += piece.size();
    return true;
  }
  std::optional<int> digit();
  std::optional<int> chinese_digit();

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace laoke

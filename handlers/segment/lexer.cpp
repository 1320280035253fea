#include "handlers/segment/lexer.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "handlers/segment/error.h"
#include "handlers/text.h"

namespace laoke {
namespace {

using storage::SegmentCompare;
using Kind = SegmentToken::Kind;

std::u32string code_points(std::string_view text) {
  std::u32string points;
  const auto length = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < length;) {
    UChar32 point = 0;
    U8_NEXT(text.data(), i, length, point);
    points.push_back(static_cast<char32_t>(point));
  }
  return points;
}

void append(std::string& text, char32_t point) {
  char bytes[U8_MAX_LENGTH];
  std::int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, static_cast<UChar32>(point));
  text.append(bytes, static_cast<std::size_t>(length));
}

// The ASCII sign a full-width one stands for.
char32_t plain(char32_t point) {
  switch (point) {
    case U'：': return U':';
    case U'＝': return U'=';
    case U'！': return U'!';
    case U'＜': return U'<';
    case U'＞': return U'>';
    case U'（': return U'(';
    case U'）': return U')';
    case U'－':
    case U'−': return U'-';
    case U'＠': return U'@';
    default: return point;
  }
}

bool is_space(char32_t point) {
  return u_isUWhiteSpace(static_cast<UChar32>(point)) || point == U'\u200b' || point == U'\ufeff';
}

char32_t closing_quote(char32_t point) {
  switch (point) {
    case U'"':
    case U'\'': return point;
    case U'“':
    case U'”': return U'”';
    case U'‘':
    case U'’': return U'’';
    case U'「': return U'」';
    case U'『': return U'』';
    default: return 0;
  }
}

class Lexer {
 public:
  explicit Lexer(std::u32string text) : text_(std::move(text)) {}

  std::vector<SegmentToken> tokens() {
    for (skip_space(); at_ < text_.size(); skip_space()) next();
    start_ = at_;
    push({});
    return std::move(tokens_);
  }

 private:
  char32_t sign(std::size_t at) const { return at < text_.size() ? plain(text_[at]) : 0; }

  void skip_space() {
    glued_ = !tokens_.empty();
    for (; at_ < text_.size() && is_space(text_[at_]); ++at_) glued_ = false;
  }
  void push(SegmentToken token) {
    token.column = static_cast<int>(start_) + 1;
    token.length = static_cast<int>(at_ - start_);
    token.glued = glued_;
    tokens_.push_back(std::move(token));
  }

  void next() {
    start_ = at_;
    if (push_compare()) return;
    const char32_t first = sign(at_);
    const bool value = !tokens_.empty() && tokens_.back().kind == Kind::kCompare;
    if (first == U'(' || first == U')') return push_one(first == U'(' ? Kind::kOpen : Kind::kClose);
    if (!value && first == U'-') return push_one(Kind::kNot);
    if (!value && first == U'@') return push_one(Kind::kAt);
    if (closing_quote(first) != 0) return push_quoted();
    push_word();
  }

  void push_one(Kind kind) {
    SegmentToken token;
    append(token.text, sign(at_++));
    token.kind = kind;
    push(std::move(token));
  }

  // Length in code points of the comparison at `at`, 0 when there is none.
  std::size_t compare_at(std::size_t at, SegmentToken& token) const {
    const bool equals_next = sign(at + 1) == U'=';
    const auto is = [&](SegmentCompare compare, std::size_t length) {
      token.compare = compare;
      return length;
    };
    switch (sign(at)) {
      case U':': return is(SegmentCompare::kIs, 1);
      case U'=': return is(SegmentCompare::kEqual, equals_next ? 2 : 1);
      case U'<': return equals_next ? is(SegmentCompare::kLessEqual, 2) : is(SegmentCompare::kLess, 1);
      case U'>': return equals_next ? is(SegmentCompare::kGreaterEqual, 2) : is(SegmentCompare::kGreater, 1);
      case U'≤': return is(SegmentCompare::kLessEqual, 1);
      case U'≥': return is(SegmentCompare::kGreaterEqual, 1);
      case U'≠': token.unequal = true; return 1;
      case U'!': token.unequal = equals_next; return equals_next ? 2 : 0;
      default: return 0;
    }
  }
  bool push_compare() {
    SegmentToken token;
    const std::size_t length = compare_at(at_, token);
    if (length == 0) return false;
    for (std::size_t i = 0; i < length; ++i) append(token.text, sign(at_ + i));
    at_ += length;
    token.kind = Kind::kCompare;
    push(std::move(token));
    return true;
  }

  void push_quoted() {
    const char32_t close = closing_quote(text_[at_++]);
    SegmentToken token;
    token.kind = Kind::kQuoted;
    for (; at_ < text_.size() && text_[at_] != close; ++at_) {
      if (text_[at_] == U'\\' && at_ + 1 < text_.size()) ++at_;
      append(token.text, text_[at_]);
    }
    if (at_ >= text_.size()) throw SegmentError({"segment.open_quote", static_cast<int>(start_) + 1, 1, token.text});
    ++at_;
    push(std::move(token));
  }

  void push_word() {
    SegmentToken token, ignored;
    token.kind = Kind::kWord;
    for (; at_ < text_.size(); ++at_) {
      const char32_t point = text_[at_];
      if (is_space(point) || sign(at_) == U'(' || sign(at_) == U')' || compare_at(at_, ignored) != 0) break;
      // attr."skin type"
      if (closing_quote(point) != 0 && !token.text.empty() && token.text.back() == '.') break;
      append(token.text, point);
    }
    push(std::move(token));
  }

  std::u32string text_;
  std::size_t at_ = 0, start_ = 0;
  bool glued_ = false;
  std::vector<SegmentToken> tokens_;
};

bool needs_quotes(const std::u32string& points) {
  if (points.empty() || closing_quote(points.front()) != 0) return true;
  return std::any_of(points.begin(), points.end(), [](char32_t point) {
    return is_space(point) || std::u32string_view(U"():=<>!≤≥≠\"\\.").find(plain(point)) != std::u32string_view::npos;
  });
}

}  // namespace

std::vector<SegmentToken> segment_tokens(std::string_view text) {
  if (!is_valid_utf8(text) || text.find('\0') != std::string_view::npos)
    throw SegmentError({"segment.not_text", 1, 0, ""});
  auto points = code_points(text);
  if (points.size() > static_cast<std::size_t>(kSegmentMaxLength))
    throw SegmentError({"segment.too_long", kSegmentMaxLength + 1, 0, std::to_string(kSegmentMaxLength)});
  return Lexer(std::move(points)).tokens();
}

std::string quoted_segment_value(std::string_view value) {
  if (!needs_quotes(code_points(value))) return std::string(value);
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace laoke

#include "handlers/segment/parser.h"

#include <algorithm>

#include "handlers/segment/fields.h"
#include "handlers/segment/values.h"
#include "handlers/text.h"
#include "handlers/traditional.h"

namespace laoke {
namespace {

using storage::SegmentField;
using storage::SegmentNode;
using NodeKind = SegmentNode::Kind;
using Kind = SegmentToken::Kind;

enum class Keyword { kNone, kAnd, kOr, kNot, kAll };

Keyword keyword_of(const SegmentToken& token) {
  struct Word {
    std::string_view text;
    Keyword keyword;
  };
  static constexpr Word kWords[] = {
      {"or", Keyword::kOr},    {"或", Keyword::kOr},     {"或者", Keyword::kOr},   {"||", Keyword::kOr},
      {"and", Keyword::kAnd},  {"且", Keyword::kAnd},    {"并且", Keyword::kAnd},  {"&&", Keyword::kAnd},
      {"not", Keyword::kNot},  {"非", Keyword::kNot},    {"不", Keyword::kNot},    {"all", Keyword::kAll},
      {"全部", Keyword::kAll}, {"所有", Keyword::kAll},  {"所有人", Keyword::kAll}, {"everyone", Keyword::kAll},
  };
  if (token.kind != Kind::kWord || token.text.size() > 16) return Keyword::kNone;
  const std::string folded = word_key(token.text);
  for (const Word& word : kWords)
    if (folded == word.text) return word.keyword;
  return Keyword::kNone;
}

// What one query and the saved segments in it share.
struct Budget {
  const storage::Shop& shop;
  const SavedSegmentText& saved;
  int terms = 0;
  int depth = 0;
  std::vector<std::string> open_names = {};  // saved segments being read
};

[[noreturn]] void refuse(const char* code, const SegmentToken& token, Said allowed = {}, Said suggestion = {}) {
  throw SegmentError({code, token.column, token.length, token.text, std::move(allowed), std::move(suggestion)});
}

SegmentNode negated(SegmentNode node) {
  if (node.kind == NodeKind::kNot) return SegmentNode(std::move(node.children.front()));
  SegmentNode result;
  result.kind = NodeKind::kNot;
  result.children.push_back(std::move(node));
  return result;
}

// One list for a chain of the same kind, so that every condition all must meet stands at the top.
SegmentNode joined(NodeKind kind, std::vector<SegmentNode> parts) {
  SegmentNode result;
  result.kind = kind;
  for (SegmentNode& part : parts) {
    if (part.kind == kind)
      std::move(part.children.begin(), part.children.end(), std::back_inserter(result.children));
    else if (kind != NodeKind::kAnd || part.kind != NodeKind::kAll)
      result.children.push_back(std::move(part));
  }
  if (result.children.empty()) return {};
  if (result.children.size() == 1) return SegmentNode(std::move(result.children.front()));
  return result;
}

class Parser {
 public:
  Parser(std::string_view text, Budget& budget) : tokens_(segment_tokens(text)), budget_(budget) {}

  SegmentNode parse() {
    if (peek().kind == Kind::kEnd) refuse("segment.empty", peek());
    SegmentNode node = any();
    if (peek().kind == Kind::kClose) refuse("segment.stray_close", peek());
    return node;
  }

 private:
  class Deeper {
   public:
    Deeper(Budget& budget, const SegmentToken& token) : budget_(budget) {
      if (budget_.depth >= kSegmentMaxDepth)
        throw SegmentError({"segment.too_deep", token.column, token.length, std::to_string(kSegmentMaxDepth)});
      ++budget_.depth;
    }
    ~Deeper() { --budget_.depth; }

   private:
    Budget& budget_;
  };

  const SegmentToken& peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  const SegmentToken& take() {
    const SegmentToken& token = peek();
    at_ = std::min(at_ + 1, tokens_.size() - 1);
    return token;
  }
  // A keyword, unless it is a field's name or stands where only text can be.
  Keyword keyword() const { return peek(1).kind == Kind::kCompare ? Keyword::kNone : keyword_of(peek()); }
  bool at_end() const { return peek().kind == Kind::kEnd || peek().kind == Kind::kClose; }

  SegmentNode any() {
    std::vector<SegmentNode> parts;
    parts.push_back(every());
    while (keyword() == Keyword::kOr) {
      take();
      parts.push_back(every());
    }
    return joined(NodeKind::kOr, std::move(parts));
  }

  SegmentNode every() {
    std::vector<SegmentNode> parts;
    parts.push_back(one());
    while (!at_end() && keyword() != Keyword::kOr) {
      if (keyword() == Keyword::kAnd) take();
      parts.push_back(one());
    }
    return joined(NodeKind::kAnd, std::move(parts));
  }

  SegmentNode one() {
    const SegmentToken& token = peek();
    if (at_end()) refuse(at_ == 0 ? "segment.stray_close" : "segment.missing_term", token);
    switch (token.kind) {
      case Kind::kOpen: return group();
      case Kind::kNot: return negation();
      case Kind::kAt: return saved_segment();
      case Kind::kCompare: refuse("segment.stray_compare", token, segment_field_names());
      case Kind::kQuoted: refuse("segment.bare_word", token, {}, as_tag(token.text));
      default: break;
    }
    switch (keyword()) {
      case Keyword::kNot: return negation();
      case Keyword::kAll: take(); return {};
      case Keyword::kAnd:
      case Keyword::kOr: refuse("segment.missing_term", token);
      case Keyword::kNone: break;
    }
    return term();
  }

  static Said as_tag(const std::string& text) {
    const std::string value = quoted_segment_value(shorten(text, 40));
    return {"标签:" + value, "tag:" + value};
  }

  SegmentNode group() {
    const SegmentToken open = take();
    const Deeper deeper(budget_, open);
    SegmentNode inside = any();
    if (peek().kind != Kind::kClose) refuse("segment.open_group", open);
    take();
    return inside;
  }

  SegmentNode negation() {
    const Deeper deeper(budget_, take());
    return negated(one());
  }

  SegmentNode saved_segment() {
    const SegmentToken at = take();
    const Deeper deeper(budget_, at);
    if (!peek().glued || (peek().kind != Kind::kWord && peek().kind != Kind::kQuoted)) refuse("segment.missing_name", at);
    SegmentToken name = take();
    name.column = at.column;
    name.length += at.length;
    if (std::find(budget_.open_names.begin(), budget_.open_names.end(), name.text) != budget_.open_names.end())
      refuse("segment.cycle", name);
    const auto text = budget_.saved ? budget_.saved(name.text) : std::nullopt;
    if (!text) refuse("segment.unknown_saved", name);
    budget_.open_names.push_back(name.text);
    SegmentNode node = inside_of(name, *text);
    budget_.open_names.pop_back();
    return node;
  }

  SegmentNode inside_of(const SegmentToken& name, const std::string& text) {
    try {
      return Parser(text, budget_).parse();
    } catch (const SegmentError& error) {
      throw SegmentError({"segment.in_saved", name.column, name.length, name.text, {}, {},
                          {error.message("zh-CN"), error.message("en")}});
    }
  }

  // The field of the next tokens; `attribute` gets the name of one. Leaves the comparison as the next token.
  const SegmentFieldSpec& field(std::string& attribute) {
    const SegmentToken word = take();
    const auto dot = word.text.find('.');
    if (dot != std::string::npos && dot > 0) {
      const auto* spec = find_segment_field(std::string_view(word.text).substr(0, dot));
      if (spec != nullptr && spec->field == SegmentField::kAttribute) {
        attribute = word.text.substr(dot + 1);
        if (attribute.empty() && peek().kind == Kind::kQuoted && peek().glued) attribute = take().text;
        if (!trim(attribute).empty()) return *spec;
      }
    }
    if (peek().kind != Kind::kCompare) not_a_term(word);
    const auto* spec = find_segment_field(word.text);
    if (spec == nullptr) refuse("segment.unknown_field", word, segment_field_names(), nearest_segment_field(word.text));
    if (spec->field == SegmentField::kAttribute) refuse("segment.missing_attribute", word);
    return *spec;
  }

  [[noreturn]] static void not_a_term(const SegmentToken& word) {
    const auto* spec = find_segment_field(word.text);
    if (spec != nullptr)
      refuse("segment.missing_compare", word, {}, {std::string(spec->example_zh), std::string(spec->example_en)});
    refuse("segment.bare_word", word, {}, as_tag(word.text));
  }

  // 非标签:过敏, written without a space as Chinese is.
  bool take_glued_not() {
    SegmentToken& word = tokens_[at_];
    static constexpr std::string_view kNot[] = {"非", "不"};
    for (const std::string_view prefix : kNot)
      if (peek(1).kind == Kind::kCompare && word.text.starts_with(prefix) && find_segment_field(word.text) == nullptr &&
          find_segment_field(std::string_view(word.text).substr(prefix.size())) != nullptr) {
        word.text.erase(0, prefix.size());
        ++word.column;
        --word.length;
        return true;
      }
    return false;
  }

  SegmentNode term() {
    if (take_glued_not()) return negated(term());
    if (++budget_.terms > kSegmentMaxTerms)
      throw SegmentError({"segment.too_many", peek().column, peek().length, std::to_string(kSegmentMaxTerms)});
    const SegmentToken name = peek();
    SegmentNode node;
    node.kind = NodeKind::kTerm;
    const SegmentFieldSpec& spec = field(node.term.attribute);
    node.term.field = spec.field;
    if (peek().kind != Kind::kCompare)
      refuse("segment.missing_compare", name, {}, {std::string(spec.example_zh), std::string(spec.example_en)});
    const SegmentToken compare = take();
    if (peek().kind != Kind::kWord && peek().kind != Kind::kQuoted)
      refuse("segment.missing_value", compare, {}, {std::string(spec.example_zh), std::string(spec.example_en)});
    read_segment_value(node.term, spec, compare, take(), budget_.shop);
    const bool no = spec.field == SegmentField::kHas && is_segment_no(name.text);
    return compare.unequal != no ? negated(std::move(node)) : node;
  }

  std::vector<SegmentToken> tokens_;
  std::size_t at_ = 0;
  Budget& budget_;
};

}  // namespace

storage::SegmentQuery parse_segment(std::string_view text, const storage::Shop& shop, const SavedSegmentText& saved) {
  Budget budget{shop, saved};
  return {Parser(text, budget).parse()};
}

std::vector<std::string> saved_segments_used(std::string_view text) {
  std::vector<std::string> names;
  try {
    const auto tokens = segment_tokens(text);
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
      if (tokens[i].kind == Kind::kAt && tokens[i + 1].glued) names.push_back(tokens[i + 1].text);
  } catch (const SegmentError&) {
    names.clear();
  }
  return names;
}

}  // namespace laoke

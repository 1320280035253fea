#include "handlers/segment/explain.h"

#include <string>

#include "handlers/money.h"
#include "handlers/segment/fields.h"
#include "handlers/text.h"
#include "handlers/wording.h"

namespace laoke {
namespace {

using storage::SegmentCompare;
using storage::SegmentField;
using storage::SegmentNode;
using storage::SegmentTerm;
using storage::SegmentTime;
using NodeKind = SegmentNode::Kind;

constexpr std::size_t kMostValueShown = 40;  // code points of a value

const char* compare_key(SegmentCompare compare) {
  switch (compare) {
    case SegmentCompare::kLess: return "less";
    case SegmentCompare::kLessEqual: return "less_equal";
    case SegmentCompare::kGreater: return "greater";
    case SegmentCompare::kGreaterEqual: return "greater_equal";
    default: return "is";
  }
}

class Explainer {
 public:
  Explainer(const storage::Shop& shop, std::string_view language) : shop_(shop), language_(language) {}

  std::string node(const SegmentNode& node) const {
    switch (node.kind) {
      case NodeKind::kAll: return say(language_, "segment.says.all");
      case NodeKind::kTerm: return term(node.term);
      case NodeKind::kNot: return say(language_, "segment.says.not", {{"what", inner(node.children.front())}});
      default: break;
    }
    const std::string between = say(language_, node.kind == NodeKind::kAnd ? "segment.says.and" : "segment.says.or");
    std::string text;
    for (const SegmentNode& child : node.children) text += (text.empty() ? "" : between) + inner(child);
    return text;
  }

 private:
  std::string inner(const SegmentNode& child) const {
    const bool list = child.kind == NodeKind::kAnd || child.kind == NodeKind::kOr;
    return list ? say(language_, "segment.says.group", {{"what", node(child)}}) : node(child);
  }
  std::string_view pick(std::string_view en, std::string_view zh) const { return language_ == "en" ? en : zh; }

  std::string field(const SegmentTerm& term) const {
    if (!term.attribute.empty()) return shorten(term.attribute, kMostValueShown);
    const SegmentFieldSpec& spec = segment_field(term.field);
    std::string name(pick(spec.en, spec.zh));
    for (char& c : name)
      if (c == '_') c = ' ';
    return name;
  }

  std::string age(const SegmentTime& time) const {
    static constexpr const char* kKeys[] = {"segment.unit.hours", "segment.unit.days", "segment.unit.weeks",
                                            "segment.unit.months", "segment.unit.years"};
    return say(language_, kKeys[static_cast<int>(time.unit)], {{"count", time.amount}});
  }

  std::string value(const SegmentTerm& term) const {
    if (term.field == SegmentField::kSpent) return format_money(term.integer, shop_.currency, language_);
    if (term.field == SegmentField::kOptedOut) return say(language_, term.integer != 0 ? "segment.says.yes" : "segment.says.no");
    if (term.field == SegmentField::kOrderState) {
      const auto* word = find_segment_word(segment_order_states(), term.code);
      return std::string(pick(word->code, word->zh));
    }
    return say(language_, "segment.says.value", {{"value", shorten(term.text, kMostValueShown)}});
  }

  std::string has(const SegmentTerm& term) const {
    if (term.thing == storage::SegmentThing::kAttribute)
      return say(language_, "segment.says.has", {{"what", shorten(term.attribute, kMostValueShown)}});
    const SegmentWord& word = segment_things()[static_cast<std::size_t>(term.thing)];
    return say(language_, "segment.says.has", {{"what", pick(word.code, word.zh)}});
  }

  std::string term(const SegmentTerm& term) const {
    if (term.field == SegmentField::kHas) return has(term);
    const bool of_age = term.time && term.time->kind == SegmentTime::Kind::kAge;
    const auto kind = segment_field(term.field).kind;
    std::string key = std::string("segment.says.") + compare_key(term.compare);
    if (of_age && kind == SegmentValueKind::kBirthday)
      key = term.compare == SegmentCompare::kGreater || term.compare == SegmentCompare::kGreaterEqual ? "segment.says.not_coming"
                                                                                                     : "segment.says.coming";
    else if (of_age)
      key = term.compare == SegmentCompare::kGreater || term.compare == SegmentCompare::kGreaterEqual ? "segment.says.older"
                                                                                                     : "segment.says.recent";
    else if (term.time && kind != SegmentValueKind::kAttribute && key != "segment.says.is")
      key += "_time";
    else if (kind == SegmentValueKind::kText && term.compare == SegmentCompare::kIs)
      key = "segment.says.holds";
    return say(language_, key, {{"field", field(term)}, {"value", of_age ? age(*term.time) : value(term)}});
  }

  const storage::Shop& shop_;
  std::string_view language_;
};

}  // namespace

Said explain_segment(const storage::SegmentQuery& query, const storage::Shop& shop) {
  return {Explainer(shop, "zh-CN").node(query.root), Explainer(shop, "en").node(query.root)};
}

Said segment_help() {
  Said help;
  for (const SegmentFieldSpec& spec : segment_fields()) {
    help.zh += std::string(spec.example_zh) + "\n";
    help.en += std::string(spec.example_en) + "\n";
  }
  help.zh += say("zh-CN", "segment.help_rest");
  help.en += say("en", "segment.help_rest");
  return help;
}

}  // namespace laoke

#include "handlers/segments.h"

#include <algorithm>
#include <limits>

#include "handlers/names.h"
#include "handlers/rule_format.h"
#include "handlers/segment/explain.h"
#include "handlers/segment/fields.h"
#include "handlers/segment/parser.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/broadcasts.h"
#include "storage/rules.h"
#include "storage/segment_names.h"

namespace laoke {
namespace {

constexpr std::size_t kLongestName = 60;  // code points: as many as a list in a chat shows on one line

std::string name_of(std::string_view typed) {
  std::string_view name = trim(typed);
  for (const std::string_view at : {"@", "＠"})
    if (name.starts_with(at)) name.remove_prefix(at.size());
  return std::string(trim(name));
}

SavedSegmentText texts_of(const Context& context) {
  return [&context](const std::string& name) -> std::optional<std::string> {
    const auto saved = storage::find_segment(context.tx, context.shop_id(), name);
    return saved ? std::optional(saved->query) : std::nullopt;
  };
}

[[noreturn]] void refuse(const std::string& key, std::string_view name) {
  const auto in = [&](const char* language) { return say(language, key, {{"name", shorten(name, kLongestName)}}); };
  throw Refusal(key, in("zh-CN"), in("en"));
}

bool uses_segment(std::string_view text, const std::string& name) {
  const auto used = saved_segments_used(text);
  return std::find(used.begin(), used.end(), name) != used.end();
}

// What would be left without an audience, or silent, is said before it happens.
void refuse_if_used(const Context& context, const storage::SavedSegment& segment) {
  for (const auto& other : storage::list_segments(context.tx, context.shop_id()))
    if (other.segment_id != segment.segment_id && uses_segment(other.query, segment.name)) refuse("segment.in_use", other.name);
  constexpr auto kEver = std::numeric_limits<std::int64_t>::max();
  for (const char* state : {"scheduled", "planning", "paused"})
    for (const auto& broadcast : storage::broadcasts_in_state(context.tx, state, kEver))
      if (broadcast.shop_id == context.shop_id() && uses_segment(broadcast.segment, segment.name))
        refuse("segment.in_use_broadcast", std::to_string(broadcast.broadcast_id) + " · " + broadcast.name);
  for (const auto& row : storage::list_rules(context.tx, context.shop_id()))
    if (const auto rule = stored_rule(row.definition); rule && uses_segment(rule->condition, segment.name)) refuse("segment.in_use_rule", rule->name);
}

// An unknown saved segment is answered with the nearest one there is.
storage::SegmentQuery parsed(const Context& context, std::string_view text, const SavedSegmentText& saved) {
  try {
    return parse_segment(text, context.shop, saved);
  } catch (const SegmentError& error) {
    SegmentFault fault = error.fault();
    if (fault.code != "segment.unknown_saved") throw;
    std::vector<std::string> names;
    for (const auto& segment : storage::list_segments(context.tx, context.shop_id())) names.push_back(segment.name);
    const auto near = nearest_names(fault.text, names, 1);
    if (!near.empty()) fault.suggestion = {"@" + quoted_segment_value(near.front()), "@" + quoted_segment_value(near.front())};
    throw SegmentError(std::move(fault));
  }
}

Said warning_for(const Context& context, const storage::SegmentTerm& term) {
  const bool attribute = !term.attribute.empty();
  const std::string& name = attribute ? term.attribute : term.text;
  const auto near = nearest_names(name, storage::segment_names(context.tx, context.shop_id(), term), 1);
  const SegmentFieldSpec& spec = segment_field(attribute ? storage::SegmentField::kAttribute : term.field);
  const auto in = [&](const char* language, std::string_view field) {
    std::string text = say(language, "segment.unknown_name", {{"field", field}, {"name", shorten(name, kLongestName)}});
    if (!near.empty()) text += say(language, "segment.did_you_mean", {{"suggestion", near.front()}});
    return text;
  };
  return {in("zh-CN", spec.zh), in("en", spec.en)};
}

void warn(const Context& context, const storage::SegmentNode& node, std::vector<Said>& warnings) {
  if (node.kind == storage::SegmentNode::Kind::kTerm &&
      !storage::segment_name_exists(context.tx, context.shop_id(), node.term)) {
    auto warning = warning_for(context, node.term);
    if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end()) warnings.push_back(std::move(warning));
  }
  for (const auto& child : node.children) warn(context, child, warnings);
}

}  // namespace

storage::SegmentQuery shop_segment(const Context& context, std::string_view text) {
  return parsed(context, text, texts_of(context));
}

SegmentPreview preview_segment(const Context& context, std::string_view text, int first) {
  const auto query = shop_segment(context, text);
  SegmentPreview preview;
  preview.count = storage::count_audience(context.tx, context.shop, query, context.now_ms);
  preview.first = storage::first_customers(context.tx, context.shop, query, context.now_ms, first);
  warn(context, query.root, preview.warnings);
  preview.explanation = explain_segment(query, context.shop);
  return preview;
}

storage::SavedSegment save_segment(const Context& context, std::string_view typed, std::string_view text) {
  const std::string name = name_of(typed);
  if (name.empty() || !is_valid_utf8(name) || length_code_points(name) > kLongestName || name.find('\0') != std::string::npos)
    refuse("segment.bad_name", name.empty() ? typed : name);
  // Read as if it were saved already: a circle shows at once.
  const auto texts = texts_of(context);
  parsed(context, text, [&](const std::string& wanted) {
    return wanted == name ? std::optional(std::string(text)) : texts(wanted);
  });
  return storage::put_segment(context.tx, context.shop_id(), name, text, context.now_ms);
}

std::optional<storage::SavedSegment> find_saved_segment(const Context& context, std::string_view name) {
  return storage::find_segment(context.tx, context.shop_id(), name_of(name));
}

bool remove_segment(const Context& context, std::string_view typed) {
  const auto segment = find_saved_segment(context, typed);
  if (!segment) return false;
  refuse_if_used(context, *segment);
  return storage::delete_segment(context.tx, context.shop_id(), segment->segment_id);
}

}  // namespace laoke

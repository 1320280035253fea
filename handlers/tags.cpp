#include "handlers/tags.h"

#include <algorithm>

#include "handlers/happened.h"
#include "handlers/names.h"
#include "handlers/text.h"
#include "handlers/wording.h"

namespace laoke {
namespace {

// Marks that set names apart in lists or quote them in the segment language.
constexpr std::string_view kApart[] = {";", "；", ",", "，", "、", "|", "｜", "\n", "\r", "\t"};
constexpr std::string_view kQuotes[] = {"\"", "“", "”", "(", ")", "（", "）"};

bool holds_any(std::string_view text, std::span<const std::string_view> marks) {
  return std::any_of(marks.begin(), marks.end(), [&](auto mark) { return text.find(mark) != std::string_view::npos; });
}

std::optional<storage::Tag> find_folded(const Context& context, std::string_view name) {
  if (auto tag = storage::find_tag(context.tx, context.shop_id(), name)) return tag;
  const std::string wanted = fold(name);
  for (auto& tag : storage::list_tags(context.tx, context.shop_id()))
    if (fold(tag.name) == wanted) return std::move(tag);
  return std::nullopt;
}

nlohmann::json data_of(const storage::Tag& tag, std::string_view source) {
  nlohmann::json data{{"tag_id", tag.tag_id}, {"tag", tag.name}, {"group", tag.group}};
  if (!source.empty()) data["source"] = source;
  return data;
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

Refusal no_such_tag(const Context& context, std::string_view typed) {
  const auto near = nearest_tags(context, typed);
  if (near.empty()) return refusal({"tag.unknown", {{"tag", shorten(typed, 30)}}});
  return refusal({"tag.unknown_near", {{"tag", shorten(typed, 30)}, {"near", quoted_list(near)}}});
}

}  // namespace

OrSaid<TagName> tag_name_from(std::string_view typed) {
  std::string text = repair_utf8(trim(typed));
  if (text.starts_with('#')) text = trim(std::string_view(text).substr(1));
  if (holds_any(text, kApart) || holds_any(text, kQuotes)) return said({"tag.marks", {{"tag", shorten(text, 30)}}});
  const auto slash = text.find('/');
  TagName name;
  if (slash == std::string::npos) {
    name.name = text;
  } else {
    name.group = trim(std::string_view(text).substr(0, slash));
    name.name = trim(std::string_view(text).substr(slash + 1));
  }
  if (fold(name.name).empty()) return said({"tag.empty"});
  if (std::max(length_code_points(name.name), length_code_points(name.group)) > kMaxTagCodePoints)
    return said({"tag.too_long", {{"tag", shorten(text, 30)}, {"allowed", kMaxTagCodePoints}}});
  return name;
}

std::vector<std::string> tag_list_from(std::string_view typed) {
  std::string text(typed);
  for (const auto mark : kApart)
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1))
      text.replace(at, mark.size(), ";");
  std::vector<std::string> names;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    const std::string name(trim(std::string_view(text).substr(at, end - at)));
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    at = end + 1;
  }
  return names;
}

std::optional<storage::Tag> tag_called(const Context& context, std::string_view typed) {
  const auto name = tag_name_from(typed);
  return name ? find_folded(context, name->name) : std::nullopt;
}

TagChange tag_customer(const Context& context, std::int64_t customer_id, std::string_view typed, std::string_view source) {
  const auto name = tag_name_from(typed);
  if (!name) throw Refusal("tag.name", name.error().zh, name.error().en);
  auto known = find_folded(context, name->name);
  TagChange change;
  change.created = !known;
  change.tag = storage::find_or_create_tag(context.tx, context.shop_id(), known ? known->name : name->name, name->group,
                                           context.now_ms);
  change.changed = storage::add_tag(context.tx, context.shop_id(), change.tag.tag_id, customer_id, context.now_ms);
  if (change.changed) {
    ++change.tag.customer_count;
    happened(context, {"customer.tagged", customer_id, data_of(change.tag, source), "", 0});
  }
  return change;
}

TagChange untag_customer(const Context& context, std::int64_t customer_id, std::string_view typed, std::string_view source) {
  const auto tag = tag_called(context, typed);
  if (!tag) throw no_such_tag(context, typed);
  TagChange change{*tag, storage::remove_tag(context.tx, context.shop_id(), tag->tag_id, customer_id), false};
  if (change.changed) {
    --change.tag.customer_count;
    happened(context, {"customer.untagged", customer_id, data_of(*tag, source), "", 0});
  }
  return change;
}

std::vector<std::string> nearest_tags(const Context& context, std::string_view typed, std::size_t limit) {
  std::vector<std::string> names;
  for (const auto& tag : storage::list_tags(context.tx, context.shop_id())) names.push_back(tag.name);
  return nearest_names(typed, names, limit);
}

}  // namespace laoke

#include "storage/segment_names.h"

#include <span>

namespace laoke::storage {
namespace {

constexpr Sql kSegmentNamesTag{"segment_names.tag",
                               "SELECT tag_id, customer_count FROM tags WHERE shop_id = $1 AND name = $2"};
constexpr Sql kSegmentNamesTagAnyCase{
    "segment_names.tag_any_case",
    "SELECT tag_id, customer_count FROM tags WHERE shop_id = $1 AND lower(name) = lower($2) "
    "ORDER BY tag_id LIMIT 1"};
constexpr Sql kSegmentNamesTagInGroup{
    "segment_names.tag_in_group",
    "SELECT tag_id, customer_count FROM tags WHERE shop_id = $1 AND lower(tag_group) = lower($2) "
    "AND lower(name) = lower($3) ORDER BY tag_id LIMIT 1"};
constexpr Sql kSegmentNamesProductExact{
    "segment_names.product_exact",
    "SELECT 1 FROM products WHERE shop_id = $1 AND (lower(name) = lower($2) OR lower(sku) = lower($2) "
    "OR lower(family) = lower($2)) LIMIT 1"};
constexpr Sql kSegmentNamesProductLike{
    "segment_names.product_like",
    "SELECT 1 FROM products WHERE shop_id = $1 AND (lower(name) LIKE lower($2) ESCAPE '\\' "
    "OR lower(family) LIKE lower($2) ESCAPE '\\') LIMIT 1"};
constexpr Sql kSegmentNamesGroupExists{
    "segment_names.group_exists", "SELECT 1 FROM tags WHERE shop_id = $1 AND lower(tag_group) = lower($2) LIMIT 1"};
constexpr Sql kSegmentNamesOwnerExists{"segment_names.owner_exists",
                                       "SELECT 1 FROM staff WHERE shop_id = $1 AND lower(name) = lower($2) LIMIT 1"};
constexpr Sql kSegmentNamesChannelExists{
    "segment_names.channel_exists",
    "SELECT 1 FROM channels WHERE shop_id = $1 AND (kind = $3 OR lower(name) = lower($2)) LIMIT 1"};
constexpr Sql kSegmentNamesAttributeExists{"segment_names.attribute_exists",
                                           "SELECT 1 FROM attributes WHERE shop_id = $1 AND name = $2 LIMIT 1"};

constexpr Sql kSegmentNamesTags{
    "segment_names.tags", "SELECT name FROM tags WHERE shop_id = $1 ORDER BY customer_count DESC, name LIMIT 2000"};
constexpr Sql kSegmentNamesGroups{
    "segment_names.groups", "SELECT DISTINCT tag_group FROM tags WHERE shop_id = $1 AND tag_group <> '' LIMIT 2000"};
constexpr Sql kSegmentNamesProducts{"segment_names.products",
                                    "SELECT name FROM products WHERE shop_id = $1 UNION SELECT family FROM products "
                                    "WHERE shop_id = $1 AND family <> '' LIMIT 2000"};
constexpr Sql kSegmentNamesStaff{"segment_names.staff",
                                 "SELECT name FROM staff WHERE shop_id = $1 ORDER BY name LIMIT 2000"};
constexpr Sql kSegmentNamesChannels{
    "segment_names.channels",
    "SELECT name FROM channels WHERE shop_id = $1 UNION SELECT kind FROM channels WHERE shop_id = $1 "
    "LIMIT 2000"};
// One seek a name, however many customers have it: the next greater name, again and again.
constexpr Sql kSegmentNamesNextAttribute{
    "segment_names.next_attribute",
    "SELECT name FROM attributes WHERE shop_id = $1 AND name > $2 ORDER BY name LIMIT 1"};

constexpr const Sql* kSegmentNamesStatements[] = {
    &kSegmentNamesTag,          &kSegmentNamesTagAnyCase,    &kSegmentNamesTagInGroup,
    &kSegmentNamesProductExact, &kSegmentNamesProductLike,   &kSegmentNamesGroupExists,
    &kSegmentNamesOwnerExists,  &kSegmentNamesChannelExists, &kSegmentNamesAttributeExists,
    &kSegmentNamesTags,         &kSegmentNamesGroups,        &kSegmentNamesProducts,
    &kSegmentNamesStaff,        &kSegmentNamesChannels,      &kSegmentNamesNextAttribute};

constexpr std::size_t kMostNames = 2000;

bool answers(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  bool found = false;
  tx.query(sql, params, [&](const Row&) { found = true; });
  return found;
}

std::optional<SegmentTag> tag_by(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::optional<SegmentTag> tag;
  tx.query(sql, params, [&](const Row& row) { tag = {row.integer(0), row.integer(1)}; });
  return tag;
}

std::vector<std::string> names_of(Transaction& tx, const Sql& sql, std::int64_t shop_id) {
  std::vector<std::string> names;
  tx.query(sql, {shop_id}, [&](const Row& row) { names.push_back(row.string(0)); });
  return names;
}

std::vector<std::string> attribute_names(Transaction& tx, std::int64_t shop_id) {
  std::vector<std::string> names;
  for (std::string last; names.size() < kMostNames;) {
    bool more = false;
    tx.query(kSegmentNamesNextAttribute, {shop_id, last}, [&](const Row& row) {
      names.push_back(row.string(0));
      more = true;
    });
    if (!more) break;
    last = names.back();
  }
  return names;
}

}  // namespace

std::optional<SegmentTag> find_segment_tag(Transaction& tx, std::int64_t shop_id, const std::string& name) {
  if (auto tag = tag_by(tx, kSegmentNamesTag, {shop_id, name})) return tag;
  if (auto tag = tag_by(tx, kSegmentNamesTagAnyCase, {shop_id, name})) return tag;
  const auto slash = name.find('/');
  if (slash == std::string::npos) return std::nullopt;
  return tag_by(tx, kSegmentNamesTagInGroup, {shop_id, name.substr(0, slash), name.substr(slash + 1)});
}

bool product_is_called(Transaction& tx, std::int64_t shop_id, const std::string& name) {
  return answers(tx, kSegmentNamesProductExact, {shop_id, name});
}

bool segment_name_exists(Transaction& tx, std::int64_t shop_id, const SegmentTerm& term) {
  switch (term.field) {
    case SegmentField::kTag: return find_segment_tag(tx, shop_id, term.text).has_value();
    case SegmentField::kGroup:
      return answers(tx, kSegmentNamesGroupExists, {shop_id, term.text});
    case SegmentField::kBought:
      return product_is_called(tx, shop_id, term.text) ||
             (term.compare == SegmentCompare::kIs &&
              answers(tx, kSegmentNamesProductLike, {shop_id, like_anywhere(term.text)}));
    case SegmentField::kOwner:
      return answers(tx, kSegmentNamesOwnerExists, {shop_id, term.text});
    case SegmentField::kChannel:
      return answers(tx, kSegmentNamesChannelExists, {shop_id, term.text, term.code});
    case SegmentField::kAttribute:
      return answers(tx, kSegmentNamesAttributeExists, {shop_id, term.attribute});
    case SegmentField::kHas:
      return term.thing != SegmentThing::kAttribute ||
             answers(tx, kSegmentNamesAttributeExists, {shop_id, term.attribute});
    default: return true;
  }
}

std::vector<std::string> segment_names(Transaction& tx, std::int64_t shop_id, const SegmentTerm& term) {
  switch (term.field) {
    case SegmentField::kTag:
      return names_of(tx, kSegmentNamesTags, shop_id);
    case SegmentField::kGroup:
      return names_of(tx, kSegmentNamesGroups, shop_id);
    case SegmentField::kBought:
      return names_of(tx, kSegmentNamesProducts, shop_id);
    case SegmentField::kOwner:
      return names_of(tx, kSegmentNamesStaff, shop_id);
    case SegmentField::kChannel:
      return names_of(tx, kSegmentNamesChannels, shop_id);
    case SegmentField::kAttribute:
    case SegmentField::kHas: return attribute_names(tx, shop_id);
    default: return {};
  }
}

std::string like_anywhere(const std::string& text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

std::span<const Sql* const> segment_name_statements() {
  return kSegmentNamesStatements;
}

}  // namespace laoke::storage

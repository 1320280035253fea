#include "storage/tags.h"

namespace laoke::storage {
namespace {

#define TAG_COLUMNS "t.tag_id, t.name, t.tag_group, t.customer_count, t.created_at_ms"
constexpr Sql kTagsFind{"tags.find", "SELECT " TAG_COLUMNS " FROM tags t WHERE t.shop_id = $1 AND t.name = $2"};
constexpr Sql kTagsGet{"tags.get", "SELECT " TAG_COLUMNS " FROM tags t WHERE t.shop_id = $1 AND t.tag_id = $2"};
constexpr Sql kTagsInsert{"tags.insert",
                          "INSERT INTO tags (shop_id, tag_id, name, tag_group, customer_count, created_at_ms) "
                          "VALUES ($1, $2, $3, $4, 0, $5)"};
constexpr Sql kTagsList{"tags.list",
                        "SELECT " TAG_COLUMNS " FROM tags t WHERE t.shop_id = $1 ORDER BY t.tag_group, t.name"};
constexpr Sql kTagsOfCustomer{"tags.of_customer",
                              "SELECT " TAG_COLUMNS
                              " FROM customer_tags m "
                              "JOIN tags t ON t.shop_id = m.shop_id AND t.tag_id = m.tag_id "
                              "WHERE m.shop_id = $1 AND m.customer_id = $2 ORDER BY t.tag_group, t.name"};
constexpr Sql kCustomerTagsAdd{
    "customer_tags.add",
    "INSERT INTO customer_tags (shop_id, tag_id, customer_id, added_at_ms) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (shop_id, tag_id, customer_id) DO NOTHING"};
constexpr Sql kCustomerTagsRemove{"customer_tags.remove",
                                  "DELETE FROM customer_tags WHERE shop_id = $1 AND tag_id = $2 AND customer_id = $3"};
constexpr Sql kTagsCount{"tags.count",
                         "UPDATE tags SET customer_count = customer_count + $3 WHERE shop_id = $1 AND tag_id = $2"};
constexpr Sql kTagsSetGroup{"tags.set_group", "UPDATE tags SET tag_group = $3 WHERE shop_id = $1 AND tag_id = $2"};
constexpr Sql kTagsRename{"tags.rename",
                          "UPDATE tags SET name = $3 WHERE shop_id = $1 AND tag_id = $2 AND NOT EXISTS "
                          "(SELECT 1 FROM tags o WHERE o.shop_id = $1 AND o.name = $3 AND o.tag_id <> $2)"};
constexpr Sql kTagsDelete{"tags.delete", "DELETE FROM tags WHERE shop_id = $1 AND tag_id = $2"};
constexpr Sql kCustomerTagsDeleteTag{"customer_tags.delete_tag",
                                     "DELETE FROM customer_tags WHERE shop_id = $1 AND tag_id = $2"};
#undef TAG_COLUMNS

constexpr const Sql* kTagsStatements[] = {
    &kTagsFind,           &kTagsGet,   &kTagsInsert,   &kTagsList,   &kTagsOfCustomer, &kCustomerTagsAdd,
    &kCustomerTagsRemove, &kTagsCount, &kTagsSetGroup, &kTagsRename, &kTagsDelete,     &kCustomerTagsDeleteTag};

Tag tag_of(const Row& row) {
  return {row.integer(0), row.string(1), row.string(2), row.integer(3), row.integer(4)};
}

}  // namespace

std::optional<Tag> find_tag(Transaction& tx, std::int64_t shop_id, std::string_view name) {
  std::optional<Tag> tag;
  tx.query(kTagsFind, {shop_id, name}, [&](const Row& row) { tag = tag_of(row); });
  return tag;
}

std::optional<Tag> get_tag(Transaction& tx, std::int64_t shop_id, std::int64_t tag_id) {
  std::optional<Tag> tag;
  tx.query(kTagsGet, {shop_id, tag_id}, [&](const Row& row) { tag = tag_of(row); });
  return tag;
}

Tag find_or_create_tag(Transaction& tx, std::int64_t shop_id, std::string_view name, std::string_view group,
                       std::int64_t now_ms) {
  if (auto tag = find_tag(tx, shop_id, name)) {
    if (tag->group.empty() && !group.empty()) {
      set_tag_group(tx, shop_id, tag->tag_id, group);
      tag->group = group;
    }
    return *tag;
  }
  const std::int64_t id = tx.next_id();
  tx.submit(kTagsInsert, {shop_id, id, name, group, now_ms});
  return {id, std::string(name), std::string(group), 0, now_ms};
}

bool add_tag(Transaction& tx, std::int64_t shop_id, std::int64_t tag_id, std::int64_t customer_id,
             std::int64_t now_ms) {
  if (tx.execute(kCustomerTagsAdd, {shop_id, tag_id, customer_id, now_ms}) == 0) return false;
  tx.submit(kTagsCount, {shop_id, tag_id, 1});
  return true;
}

bool remove_tag(Transaction& tx, std::int64_t shop_id, std::int64_t tag_id, std::int64_t customer_id) {
  if (tx.execute(kCustomerTagsRemove, {shop_id, tag_id, customer_id}) == 0) return false;
  tx.submit(kTagsCount, {shop_id, tag_id, -1});
  return true;
}

std::vector<Tag> tags_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  std::vector<Tag> tags;
  tx.query(kTagsOfCustomer, {shop_id, customer_id}, [&](const Row& row) { tags.push_back(tag_of(row)); });
  return tags;
}

std::vector<Tag> list_tags(Transaction& tx, std::int64_t shop_id) {
  std::vector<Tag> tags;
  tx.query(kTagsList, {shop_id}, [&](const Row& row) { tags.push_back(tag_of(row)); });
  return tags;
}

void set_tag_group(Transaction& tx, std::int64_t shop_id, std::int64_t tag_id, std::string_view group) {
  tx.submit(kTagsSetGroup, {shop_id, tag_id, group});
}

bool rename_tag(Transaction& tx, std::int64_t shop_id, std::int64_t tag_id, std::string_view name) {
  return tx.execute(kTagsRename, {shop_id, tag_id, name}) > 0;
}

bool delete_tag(Transaction& tx, std::int64_t shop_id, std::int64_t tag_id) {
  tx.submit(kCustomerTagsDeleteTag, {shop_id, tag_id});
  return tx.execute(kTagsDelete, {shop_id, tag_id}) > 0;
}

std::span<const Sql* const> tag_statements() {
  return kTagsStatements;
}

}  // namespace laoke::storage

#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

struct Tag {
  std::int64_t tag_id = 0;
  std::string name, group;
  std::int64_t customer_count = 0;  // exact: add_tag and remove_tag keep it
  std::int64_t created_at_ms = 0;
  bool operator==(const Tag&) const = default;
};

// Names are compared exactly; handlers/tags.h finds a tag whatever its letter case.
std::optional<Tag> find_tag(Transaction& tx, std::int64_t shop_id, std::string_view name);
std::optional<Tag> get_tag(Transaction& tx, std::int64_t shop_id, std::int64_t tag_id);
// The tag of that name, made when there is none. A group is set when the tag has none yet, else left as it is.
Tag find_or_create_tag(Transaction& tx, std::int64_t shop_id, std::string_view name, std::string_view group,
                       std::int64_t now_ms);
// Both do nothing the second time and answer whether something changed.
bool add_tag(Transaction& tx, std::int64_t shop_id, std::int64_t tag_id, std::int64_t customer_id, std::int64_t now_ms);
bool remove_tag(Transaction& tx, std::int64_t shop_id, std::int64_t tag_id, std::int64_t customer_id);
// By group, then name.
std::vector<Tag> tags_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);
std::vector<Tag> list_tags(Transaction& tx, std::int64_t shop_id);
void set_tag_group(Transaction& tx, std::int64_t shop_id, std::int64_t tag_id, std::string_view group);
// False, and nothing changed, when another tag has that name.
bool rename_tag(Transaction& tx, std::int64_t shop_id, std::int64_t tag_id, std::string_view name);
// The tag and its place on every customer.
bool delete_tag(Transaction& tx, std::int64_t shop_id, std::int64_t tag_id);

}  // namespace laoke::storage

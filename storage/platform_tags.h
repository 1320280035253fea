#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"

// The tags a contact was last known to have on its platform, by their names there.
namespace laoke::storage {

struct PlatformTag {
  std::string name;
  std::int64_t at_ms = 0;  // when it was first seen or put there
};
std::vector<PlatformTag> platform_tags_of(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id);
// What is there already stays as it is.
void add_platform_tag(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::string_view name, std::int64_t at_ms);
void remove_platform_tag(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::string_view name);

}  // namespace laoke::storage

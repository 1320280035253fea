#include "storage/platform_tags.h"

#include <span>

namespace laoke::storage {
namespace {

constexpr Sql kPlatformTagsOf{"platform_tags.of", "SELECT name, at_ms FROM platform_tags WHERE shop_id = $1 AND contact_id = $2 ORDER BY name"};
constexpr Sql kPlatformTagsAdd{"platform_tags.add",
                               "INSERT INTO platform_tags (shop_id, contact_id, name, at_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"};
constexpr Sql kPlatformTagsRemove{"platform_tags.remove", "DELETE FROM platform_tags WHERE shop_id = $1 AND contact_id = $2 AND name = $3"};
constexpr const Sql* kPlatformTagsStatements[] = {&kPlatformTagsOf, &kPlatformTagsAdd, &kPlatformTagsRemove};

}  // namespace

std::vector<PlatformTag> platform_tags_of(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id) {
  std::vector<PlatformTag> tags;
  tx.query(kPlatformTagsOf, {shop_id, contact_id}, [&](const Row& row) { tags.push_back({row.string(0), row.integer(1)}); });
  return tags;
}

void add_platform_tag(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::string_view name, std::int64_t at_ms) {
  tx.submit(kPlatformTagsAdd, {shop_id, contact_id, name, at_ms});
}

void remove_platform_tag(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::string_view name) {
  tx.submit(kPlatformTagsRemove, {shop_id, contact_id, name});
}

std::span<const Sql* const> platform_tag_statements() { return kPlatformTagsStatements; }

}  // namespace laoke::storage

#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"
#include "storage/segment_query.h"

// What the names in a segment stand for in one shop.
namespace laoke::storage {

struct SegmentTag {
  std::int64_t tag_id = 0;
  std::int64_t customer_count = 0;
};
// By its name, whatever the letter case, or as "group/name".
std::optional<SegmentTag> find_segment_tag(Transaction& tx, std::int64_t shop_id, const std::string& name);

// Whether a product is called so, has that sku, or belongs to that family, whatever the letter case.
bool product_is_called(Transaction& tx, std::int64_t shop_id, const std::string& name);

// Whether the shop has what a term names: a tag, tag group, product, staff member, channel or attribute. True for the
// terms that name nothing.
bool segment_name_exists(Transaction& tx, std::int64_t shop_id, const SegmentTerm& term);
// The names such a term can have, for "did you mean": at most 2,000, most used first for tags.
std::vector<std::string> segment_names(Transaction& tx, std::int64_t shop_id, const SegmentTerm& term);

// Text for LIKE … ESCAPE '\' that looks for `text` itself, wherever it stands.
std::string like_anywhere(const std::string& text);

}  // namespace laoke::storage

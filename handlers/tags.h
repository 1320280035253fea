#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/context.h"
#include "handlers/said.h"
#include "storage/tags.h"

namespace laoke {

inline constexpr std::size_t kMaxTagCodePoints = 50;

struct TagName {
  std::string group, name;
  bool operator==(const TagName&) const = default;
};
// "油性皮肤", "#VIP" or with its group "肤质/油性".
OrSaid<TagName> tag_name_from(std::string_view typed);
// "肤质：油性；敏感" as a list: ; ， 、 , | and line ends set the names apart. Repeated ones are left out.
std::vector<std::string> tag_list_from(std::string_view typed);

struct TagChange {
  storage::Tag tag;      // as it is now
  bool changed = false;  // false: it was so before
  bool created = false;  // the tag is new in the shop
};
// Tags, making the tag when there is none (customer.tagged happens). Letter case and width make no second tag. Throws
// Refusal for a name that is none. `source` goes into the fact ("source"), "" leaves it out.
TagChange tag_customer(const Context& context, std::int64_t customer_id, std::string_view typed, std::string_view source = "");
// Takes it off (customer.untagged happens). Throws Refusal for a tag the shop does not have, with the nearest.
TagChange untag_customer(const Context& context, std::int64_t customer_id, std::string_view typed, std::string_view source = "");
// The shop's tag of that name, whatever its letter case and with or without its group.
std::optional<storage::Tag> tag_called(const Context& context, std::string_view typed);
std::vector<std::string> nearest_tags(const Context& context, std::string_view typed, std::size_t limit = 3);

}  // namespace laoke

#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "storage/database.h"

// Ids that mean one person on whichever account they appear.
namespace laoke::storage {

// Whose it is; perhaps merged away since (storage::living_customer).
std::optional<std::int64_t> customer_of_person(Transaction& tx, std::int64_t shop_id, std::string_view person_id);
void set_person(Transaction& tx, std::int64_t shop_id, std::string_view person_id, std::int64_t customer_id, std::int64_t at_ms);

}  // namespace laoke::storage

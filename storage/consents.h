#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// One change of consent, with its evidence.
struct Consent {
  std::int64_t at_ms = 0;
  std::string kind = "marketing";
  bool granted = false;
  std::string source;    // 'customer', 'staff', 'import', 'api', 'platform'
  std::string evidence;  // the words they wrote, the message's id, who noted it
  bool operator==(const Consent&) const = default;
};

// A second change in the same millisecond takes the next free one, so that none is lost.
void add_consent(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, const Consent& consent);
// Newest first.
std::vector<Consent> consents_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);

}  // namespace laoke::storage

#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "storage/ledger.h"

// Which contacts refused a delivery for good, and since when one may have it (handlers/unanswered.h); the row tells the rest.
namespace laoke::storage {

struct SendStep {
  std::int64_t contact_id = 0, channel_id = 0;
  std::string reason;  // handlers/reasons.h
  std::string detail;  // the platform's words
  std::int64_t at_ms = 0;
};
void add_send_step(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key, const SendStep& step);
// In the order they were tried.
std::vector<SendStep> send_steps(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key);

}  // namespace laoke::storage

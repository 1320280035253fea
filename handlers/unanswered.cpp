#include "handlers/unanswered.h"

#include <algorithm>

#include "handlers/reasons.h"

namespace laoke {
namespace {

// None: of a row from before this was kept.
std::optional<std::int64_t> first_used_ms(storage::Transaction& tx, std::int64_t shop_id, const storage::Delivery& delivery) {
  for (const auto& step : storage::send_steps(tx, shop_id, delivery.key))
    if (is_unanswered(step) && step.contact_id == delivery.contact_id) return step.at_ms;
  return std::nullopt;
}

bool says_unanswered(std::string_view reason) { return reason == reasons::kNoAnswer || reason == reasons::kStopped; }

}  // namespace

bool may_have_arrived(const storage::Delivery& delivery) { return delivery.attempts > 0 && says_unanswered(delivery.reason); }

bool is_unanswered(const storage::SendStep& step) { return says_unanswered(step.reason); }

void note_unanswered(storage::Transaction& tx, std::int64_t shop_id, const storage::Delivery& delivery, std::int64_t channel_id, bool first) {
  if (!first && first_used_ms(tx, shop_id, delivery)) return;
  storage::add_send_step(tx, shop_id, delivery.key,
                         {delivery.contact_id, channel_id, std::string(reasons::kNoAnswer), "", delivery.updated_at_ms});
}

bool key_forgotten(storage::Transaction& tx, std::int64_t shop_id, const storage::Delivery& delivery, std::int64_t at_ms) {
  return at_ms - first_used_ms(tx, shop_id, delivery).value_or(delivery.updated_at_ms) >= kKeyLifeMs;
}

void count_in_cap_once(storage::Transaction& tx, std::int64_t shop_id, const storage::Delivery& delivery, std::int64_t at_ms) {
  if (delivery.klass != "marketing") return;
  storage::remove_marketing_sent(tx, shop_id, delivery.key);
  storage::add_marketing_sent(tx, shop_id, delivery.key, at_ms);
}

}  // namespace laoke

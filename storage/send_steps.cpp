#include "storage/send_steps.h"

namespace laoke::storage {
namespace {

#define KEY "shop_id, source, source_id, customer_id, cause"
constexpr Sql kSendStepsAdd{"send_steps.add",
                            "INSERT INTO send_steps (" KEY ", contact_id, channel_id, reason, detail, at_ms) "
                            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (" KEY ", contact_id) "
                            "DO UPDATE SET reason = excluded.reason, detail = excluded.detail, at_ms = excluded.at_ms"};
constexpr Sql kSendStepsList{"send_steps.list",
                             "SELECT contact_id, channel_id, reason, detail, at_ms FROM send_steps WHERE shop_id = $1 AND source = $2 "
                             "AND source_id = $3 AND customer_id = $4 AND cause = $5 ORDER BY at_ms, contact_id"};
#undef KEY
constexpr const Sql* kSendStepsStatements[] = {&kSendStepsAdd, &kSendStepsList};

}  // namespace

void add_send_step(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key, const SendStep& step) {
  tx.submit(kSendStepsAdd, {shop_id, key.source, key.source_id, key.customer_id, key.cause, step.contact_id, step.channel_id,
                            step.reason, step.detail, step.at_ms});
}

std::vector<SendStep> send_steps(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key) {
  std::vector<SendStep> steps;
  tx.query(kSendStepsList, {shop_id, key.source, key.source_id, key.customer_id, key.cause}, [&](const Row& row) {
    steps.push_back({row.integer(0), row.integer(1), row.string(2), row.string(3), row.integer(4)});
  });
  return steps;
}

std::span<const Sql* const> send_step_statements() { return kSendStepsStatements; }

}  // namespace laoke::storage

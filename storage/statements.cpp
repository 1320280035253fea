#include "storage/statements.h"

namespace laoke::storage {

// One line a store: `std::span<const Sql* const> <store>_statements();` defined at the end of its file.
std::span<const Sql* const> api_key_statements();
std::span<const Sql* const> contact_statements();
std::span<const Sql* const> customer_statements();
std::span<const Sql* const> errand_statements();
std::span<const Sql* const> event_statements();
std::span<const Sql* const> idempotency_statements();
std::span<const Sql* const> callback_statements();
std::span<const Sql* const> channel_statements();
std::span<const Sql* const> ledger_statements();
std::span<const Sql* const> job_statements();
std::span<const Sql* const> message_statements();
std::span<const Sql* const> move_statements();
std::span<const Sql* const> node_statements();
std::span<const Sql* const> order_statements();
std::span<const Sql* const> parcel_news_statements();
std::span<const Sql* const> product_statements();
std::span<const Sql* const> purchase_statements();
std::span<const Sql* const> segment_list_statements();
std::span<const Sql* const> segment_name_statements();
std::span<const Sql* const> segment_statements();
std::span<const Sql* const> reminder_statements();
std::span<const Sql* const> rhythm_statements();
std::span<const Sql* const> rule_statements();
std::span<const Sql* const> reply_token_statements();
std::span<const Sql* const> send_step_statements();
std::span<const Sql* const> sending_statements();
std::span<const Sql* const> shipment_statements();
std::span<const Sql* const> address_statements();
std::span<const Sql* const> attribute_statements();
std::span<const Sql* const> consent_statements();
std::span<const Sql* const> merge_statements();
std::span<const Sql* const> moment_statements();
std::span<const Sql* const> note_statements();
std::span<const Sql* const> person_statements();
std::span<const Sql* const> phone_statements();
std::span<const Sql* const> platform_tag_statements();
std::span<const Sql* const> batch_statements();
std::span<const Sql* const> batch_job_statements();
std::span<const Sql* const> broadcast_statements();
std::span<const Sql* const> shop_statements();
std::span<const Sql* const> shop_stats_statements();
std::span<const Sql* const> shop_system_statements();
std::span<const Sql* const> task_statements();
std::span<const Sql* const> template_hold_statements();
std::span<const Sql* const> template_statements();
std::span<const Sql* const> staff_statements();
std::span<const Sql* const> tag_statements();
std::span<const Sql* const> webchat_line_statements();
std::span<const Sql* const> webhook_statements();

std::vector<const Sql*> all_statements() {
  std::vector<const Sql*> all;
  for (const auto store : {
           api_key_statements(),
           contact_statements(),
           customer_statements(),
           errand_statements(),
           event_statements(),
           idempotency_statements(),
           callback_statements(),
           channel_statements(),
           ledger_statements(),
           job_statements(),
           message_statements(),
           move_statements(),
           node_statements(),
           order_statements(),
           parcel_news_statements(),
           product_statements(),
           purchase_statements(),
           segment_list_statements(),
           segment_name_statements(),
           segment_statements(),
           reminder_statements(),
           rhythm_statements(),
           rule_statements(),
           batch_statements(),
           batch_job_statements(),
           person_statements(),
           reply_token_statements(),
           send_step_statements(),
           sending_statements(),
           shipment_statements(),
           address_statements(),
           attribute_statements(),
           consent_statements(),
           merge_statements(),
           moment_statements(),
           note_statements(),
           phone_statements(),
           platform_tag_statements(),
           broadcast_statements(),
           shop_statements(),
           shop_stats_statements(),
           shop_system_statements(),
           task_statements(),
           template_hold_statements(),
           template_statements(),
           staff_statements(),
           tag_statements(),
           webchat_line_statements(),
           webhook_statements(),
       }) {
    all.insert(all.end(), store.begin(), store.end());
  }
  return all;
}

}  // namespace laoke::storage

#include "handlers/happened.h"

#include "handlers/reminders.h"
#include "storage/events.h"

namespace laoke {

std::int64_t happened(const Context& context, const ShopEvent& event) {
  const std::int64_t at_ms = event.at_ms != 0 ? event.at_ms : context.now_ms;
  const std::int64_t event_id =
      storage::insert_event(context.tx, context.shop_id(), event.customer_id, event.kind, at_ms, event.data.dump());
  plan_reminders(context, event, event_id);
  return event_id;
}

}  // namespace laoke

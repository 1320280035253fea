#include "handlers/happened.h"

#include "storage/events.h"

namespace laoke {

std::int64_t happened(const Context& context, const ShopEvent& event) {
  const std::int64_t at_ms = event.at_ms != 0 ? event.at_ms : context.now_ms;
  return storage::insert_event(context.tx, context.shop_id(), event.customer_id, event.kind, at_ms, event.data.dump());
}

}  // namespace laoke

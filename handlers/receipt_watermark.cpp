#include "handlers/receipt_watermark.h"

#include <algorithm>

#include "handlers/receipts.h"
#include "storage/ledger.h"
#include "storage/messages.h"

namespace laoke {
namespace {

constexpr int kPage = 50;
// Our stamp is of the moment the call's answer came, a little after the platform's own of the same message.
constexpr std::int64_t kAnswersWayMs = 1'000;

bool told_already(std::string_view state, ReceiptKind receipt) {
  return state == "read" || (state == "delivered" && receipt == ReceiptKind::kDelivered);
}

}  // namespace

int receipt_watermark(const Context& context, const storage::Contact& contact, const InboundEvent& event) {
  int ours = 0;
  std::int64_t before_id = 0;
  for (int looked_at = 0; looked_at < kWatermarkMessages; looked_at += kPage) {
    const auto page = storage::list_messages(context.tx, context.shop_id(), contact.customer_id, before_id, kPage);
    for (const auto& message : page) {
      before_id = message.message_id;
      if (message.direction != "out" || message.contact_id != contact.contact_id || message.platform_message_id.empty()) continue;
      if (message.at_ms > event.at_ms + kAnswersWayMs) continue;
      const auto key = storage::delivery_key_from(message.delivery_key);
      const auto delivery = key ? storage::get_delivery(context.tx, context.shop_id(), *key) : std::nullopt;
      // What is older was told of when this one was.
      if (delivery && told_already(delivery->state, event.receipt)) return ours;
      InboundEvent one = event;
      one.platform_message_id = message.platform_message_id;
      ours += receipt(context, contact.channel_id, &contact, one) ? 1 : 0;
    }
    if (page.size() < static_cast<std::size_t>(kPage)) break;
  }
  return ours;
}

}  // namespace laoke

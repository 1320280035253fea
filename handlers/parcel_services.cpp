#include "handlers/parcel_services.h"

#include <algorithm>

#include "handlers/errands.h"
#include "storage/channels.h"
#include "storage/phones.h"

namespace laoke {
namespace {

constexpr std::string_view kParcelServices[] = {"kuaidi100", "17track", "aftership"};

// Some carriers show a parcel only to who knows the number of one of its ends.
std::string phone_for(const Context& context, const storage::Order& order) {
  if (!order.phone.empty()) return order.phone;
  const auto phones = storage::phones_of_customer(context.tx, context.shop_id(), order.customer_id);
  return phones.empty() ? "" : phones.front().phone;
}

}  // namespace

bool is_parcel_service(std::string_view channel_kind) {
  return std::ranges::find(kParcelServices, channel_kind) != std::end(kParcelServices);
}

void follow_parcel(const Context& context, const storage::Order& order, const storage::Shipment& shipment) {
  if (shipment.tracking_no.empty() || context.actor.kind == Actor::Kind::kImport) return;
  nlohmann::json data;
  for (const auto& channel : storage::list_channels(context.tx, context.shop_id())) {
    if (!is_parcel_service(channel.kind) || channel.state == "off") continue;
    if (data.is_null())
      data = {{"carrier", shipment.carrier},
              {"tracking_no", shipment.tracking_no},
              {"phone", phone_for(context, order)},
              {"reference", std::to_string(shipment.order_id) + "-" + std::to_string(shipment.shipment_id)}};
    enqueue_errand(context, channel.channel_id, "follow_parcel", data);
  }
}

}  // namespace laoke

#include "handlers/parcel_services.h"

#include <algorithm>

#include "handlers/errands.h"
#include "storage/channels.h"
#include "storage/errands.h"
#include "storage/parcel_news.h"
#include "storage/phones.h"

namespace laoke {
namespace {

constexpr std::string_view kParcelServices[] = {"kuaidi100", "17track", "aftership"};
constexpr std::string_view kAnsweringServices[] = {"kuaidi100", "17track"};

std::string reference_of(std::int64_t order_id, std::int64_t shipment_id) {
  return std::to_string(order_id) + "-" + std::to_string(shipment_id);
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
              {"phone", phone_of_parcel(context, order)},
              {"reference", reference_of(shipment.order_id, shipment.shipment_id)}};
    enqueue_errand(context, channel.channel_id, "follow_parcel", data);
  }
}

// By the reference alone: the phone that was sent along may have changed since.
void forget_parcel(const Context& context, std::int64_t order_id, std::int64_t shipment_id) {
  const nlohmann::json member = {{"reference", reference_of(order_id, shipment_id)}};
  const std::string text = member.dump();
  storage::remove_errands_holding(context.tx, context.shop_id(), "follow_parcel", std::string_view(text).substr(1, text.size() - 2));
}

bool answers_parcel_questions(std::string_view channel_kind) {
  return std::ranges::find(kAnsweringServices, channel_kind) != std::end(kAnsweringServices);
}

// Some carriers show a parcel only to who knows the number of one of its ends.
std::string phone_of_parcel(const Context& context, const storage::Order& order) {
  if (!order.phone.empty()) return order.phone;
  const auto phones = storage::phones_of_customer(context.tx, context.shop_id(), order.customer_id);
  return phones.empty() ? "" : phones.front().phone;
}

ParcelAsked ask_parcel(const Context& context, const ParcelQuestion& question) {
  const auto channels = storage::list_channels(context.tx, context.shop_id());
  const auto answering = std::ranges::find_if(
      channels, [](const auto& channel) { return answers_parcel_questions(channel.kind) && channel.state == "on"; });
  if (answering == channels.end()) return {};
  const auto before_ms = storage::parcel_asked_at(context.tx, context.shop_id(), question.tracking_no);
  if (before_ms != 0 && context.now_ms - before_ms < kAskParcelEveryMs) return {ParcelAsked::Kind::kTooSoon, before_ms};
  storage::note_parcel_asked(context.tx, context.shop_id(), question.tracking_no, context.now_ms);
  enqueue_errand(context, answering->channel_id, "ask_parcel",
                 {{"carrier", question.carrier}, {"tracking_no", question.tracking_no}, {"phone", question.phone}, {"asked_by", question.asked_by}});
  return {ParcelAsked::Kind::kAsked, context.now_ms};
}

}  // namespace laoke

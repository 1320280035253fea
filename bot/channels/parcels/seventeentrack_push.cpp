#include "bot/channels/parcels/seventeentrack_push.h"

#include <algorithm>

#include "bot/channels/json_body.h"
#include "bot/channels/parcels/service.h"

namespace laoke::channels::parcels {
namespace {

using nlohmann::json;

// latest_status.status: 17TRACK's API page, main status.
struct MainStatus {
  std::string_view status;
  ParcelStage stage;
};
constexpr MainStatus kMainStatuses[] = {
    {"NotFound", ParcelStage::kLabelCreated},          {"InfoReceived", ParcelStage::kLabelCreated},
    {"InTransit", ParcelStage::kInTransit},            {"OutForDelivery", ParcelStage::kOutForDelivery},
    {"AvailableForPickup", ParcelStage::kReadyForPickup}, {"Delivered", ParcelStage::kDelivered},
    {"DeliveryFailure", ParcelStage::kException},      {"Exception", ParcelStage::kException},
    {"Expired", ParcelStage::kStale},
};

// Of an event: the time that names its zone, else the local one.
std::int64_t event_time_ms(const json& event) {
  for (const char* name : {"time_utc", "time_iso"})
    if (const auto at_ms = service_time_ms(loose_text(event, name)); at_ms != 0) return at_ms;
  return 0;
}

std::int64_t oldest_event_ms(const json& track_info) {
  std::int64_t oldest_ms = 0;
  for (const auto& provider : loose_list(loose_object(track_info, "tracking"), "providers"))
    for (const auto& event : loose_list(provider, "events"))
      if (const auto at_ms = event_time_ms(event); at_ms != 0 && (oldest_ms == 0 || at_ms < oldest_ms)) oldest_ms = at_ms;
  return oldest_ms;
}

}  // namespace

ParcelStage seventeentrack_stage(std::string_view status, std::string_view sub_status) {
  if (sub_status == "InTransit_PickedUp") return ParcelStage::kShipped;
  // Exception_Returning, Exception_Returned
  if (sub_status.starts_with("Exception_Return")) return ParcelStage::kReturned;
  const auto known = std::ranges::find(kMainStatuses, status, &MainStatus::status);
  return known == std::end(kMainStatuses) ? ParcelStage::kInTransit : known->stage;
}

std::vector<InboundEvent> parse_seventeentrack_push(std::string_view body, const CarrierCodes& codes) {
  const json push = json_body(body);
  if (!push.is_object()) throw BadPayload("the body is no JSON object");
  const std::string kind = loose_text(push, "event");
  const bool stopped = kind == "TRACKING_STOPPED";
  if (kind != "TRACKING_UPDATED" && !stopped) return {};
  const json& data = loose_object(push, "data");
  const json& info = loose_object(data, "track_info");
  const json& status = loose_object(info, "latest_status");
  const json& latest = loose_object(info, "latest_event");
  const std::string main = loose_text(status, "status"), sub = loose_text(status, "sub_status");

  ParcelUpdate news;
  news.tracking_no = tracking_no_of(data, "number");
  news.carrier = codes.ours(loose_text(data, "carrier"));
  news.reference = loose_text(data, "tag");
  news.at_ms = event_time_ms(latest);
  news.first_at_ms = oldest_event_ms(info);
  news.text = loose_text(latest, "description");
  news.stopped = stopped;
  news.stage = stopped ? ParcelStage::kStale : main.empty() ? ParcelStage::kLabelCreated : seventeentrack_stage(main, sub);
  const std::string identity = "17track|" + kind + "|" + news.tracking_no + "|" + main + "|" + sub + "|" +
                               std::to_string(news.at_ms) + "|" + news.text;
  return {parcel_event(identity, std::move(news))};
}

}  // namespace laoke::channels::parcels

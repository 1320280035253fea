#include "bot/channels/parcels/aftership_push.h"

#include <algorithm>

#include "bot/channels/json_body.h"
#include "bot/channels/parcels/service.h"
#include "handlers/text.h"

namespace laoke::channels::parcels {
namespace {

using nlohmann::json;

// msg.tag: AfterShip's page on delivery statuses.
struct AftershipTag {
  std::string_view tag;
  ParcelStage stage;
};
constexpr AftershipTag kAftershipTags[] = {
    {"Pending", ParcelStage::kLabelCreated},           {"InfoReceived", ParcelStage::kLabelCreated},
    {"InTransit", ParcelStage::kInTransit},            {"OutForDelivery", ParcelStage::kOutForDelivery},
    {"AvailableForPickup", ParcelStage::kReadyForPickup}, {"AttemptFail", ParcelStage::kException},
    {"Delivered", ParcelStage::kDelivered},            {"Exception", ParcelStage::kException},
    {"Expired", ParcelStage::kStale},
};
constexpr std::string_view kWaitsForPickup = "OutForDelivery_002";
constexpr std::int64_t kLatestSeconds = 4'102'444'800;  // the year 2100: more is no time in seconds

struct Checkpoints {
  std::int64_t newest_ms = 0, oldest_ms = 0;
  std::string newest_text;
};

Checkpoints checkpoints_of(const json& list) {
  Checkpoints all;
  for (const auto& checkpoint : list) {
    const auto at_ms = service_time_ms(loose_text(checkpoint, "checkpoint_time"));
    if (at_ms == 0) continue;
    if (all.oldest_ms == 0 || at_ms < all.oldest_ms) all.oldest_ms = at_ms;
    if (at_ms < all.newest_ms) continue;  // oldest first: of two at one time the later one
    all.newest_ms = at_ms;
    all.newest_text = loose_text(checkpoint, "message");
  }
  return all;
}

std::int64_t seconds_at(const json& push, const char* name) {
  const auto found = push.find(name);
  if (found == push.end() || !found->is_number_integer()) return 0;
  const auto seconds = found->get<std::int64_t>();
  return seconds > 0 && seconds < kLatestSeconds ? seconds * 1'000 : 0;
}

// What we gave it in custom_fields, or what the seller's own system did as the order's id.
std::string reference_in(const json& message) {
  const auto ours = loose_text(loose_object(message, "custom_fields"), "laoke");
  return ours.empty() ? loose_text(message, "order_id") : ours;
}

}  // namespace

ParcelStage aftership_stage(std::string_view tag, std::string_view subtag, std::string_view words) {
  if (subtag == kWaitsForPickup) return ParcelStage::kReadyForPickup;
  if (tag == "Exception" && fold(words).find("return") != std::string::npos) return ParcelStage::kReturned;
  const auto known = std::ranges::find(kAftershipTags, tag, &AftershipTag::tag);
  return known == std::end(kAftershipTags) ? ParcelStage::kInTransit : known->stage;
}

std::vector<InboundEvent> parse_aftership_push(std::string_view body, const CarrierCodes& codes) {
  const json push = json_body(body);
  if (!push.is_object()) throw BadPayload("the body is no JSON object");
  if (loose_text(push, "event") != "tracking_update") return {};
  const json& message = loose_object(push, "msg");
  const std::string tag = loose_text(message, "tag"), subtag = loose_text(message, "subtag"), words = loose_text(message, "subtag_message");
  const auto checkpoints = checkpoints_of(loose_list(message, "checkpoints"));

  ParcelUpdate news;
  news.tracking_no = tracking_no_of(message, "tracking_number");
  news.carrier = codes.ours(loose_text(message, "slug"));
  news.reference = reference_in(message);
  news.at_ms = checkpoints.newest_ms != 0 ? checkpoints.newest_ms : seconds_at(push, "ts");
  news.first_at_ms = checkpoints.oldest_ms;
  news.text = checkpoints.newest_text.empty() ? words : checkpoints.newest_text;
  news.stage = aftership_stage(tag, subtag, words);
  const std::string id = loose_text(push, "event_id");
  const std::string identity = !id.empty() ? "aftership|" + id
                                           : "aftership|" + news.tracking_no + "|" + tag + "|" + subtag + "|" +
                                                 std::to_string(news.at_ms) + "|" + news.text;
  return {parcel_event(identity, std::move(news))};
}

}  // namespace laoke::channels::parcels

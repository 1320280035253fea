#include "bot/channels/parcels/kuaidi100_push.h"

#include <algorithm>

#include "bot/channels/json_body.h"
#include "bot/channels/parcels/service.h"

namespace laoke::channels::parcels {
namespace {

using nlohmann::json;

// States of lastResult.state, main ones and what they are split into: 快递100's page on subscription pushes, 快递单当前状态.
struct Kuaidi100State {
  std::string_view state;
  ParcelStage stage;
};
constexpr Kuaidi100State kKuaidi100States[] = {
    {"101", ParcelStage::kLabelCreated},    // ordered
    {"102", ParcelStage::kLabelCreated},    // to be collected
    {"1", ParcelStage::kShipped},           // 揽收
    {"103", ParcelStage::kShipped},
    {"0", ParcelStage::kInTransit},         // 在途
    {"1001", ParcelStage::kInTransit},
    {"1002", ParcelStage::kInTransit},
    {"1003", ParcelStage::kInTransit},
    {"7", ParcelStage::kInTransit},         // 转投
    {"8", ParcelStage::kInTransit},         // 清关, with 10 to 13
    {"5", ParcelStage::kOutForDelivery},    // 派件
    {"501", ParcelStage::kReadyForPickup},  // in a locker or at a station
    {"3", ParcelStage::kDelivered},         // 签收
    {"2", ParcelStage::kException},         // 疑难
    {"14", ParcelStage::kException},        // 拒签
    {"4", ParcelStage::kReturned},          // 退签
    {"6", ParcelStage::kReturned},          // 退回
};

const Kuaidi100State* find_state(std::string_view state) {
  const auto found = std::ranges::find(kKuaidi100States, state, &Kuaidi100State::state);
  return found == std::end(kKuaidi100States) ? nullptr : &*found;
}

// Rows come newest first; where a time says otherwise the time is right.
struct Rows {
  std::int64_t newest_ms = 0, oldest_ms = 0;
  std::string newest_time, newest_text;
};

Rows rows_of(const json& list) {
  Rows rows;
  for (const auto& row : list) {
    std::string time = loose_text(row, "ftime");
    if (time.empty()) time = loose_text(row, "time");
    const auto at_ms = service_time_ms(time);
    if (rows.newest_text.empty() || at_ms > rows.newest_ms) {
      rows.newest_ms = at_ms;
      rows.newest_time = time;
      rows.newest_text = loose_text(row, "context");
    }
    if (at_ms != 0 && (rows.oldest_ms == 0 || at_ms < rows.oldest_ms)) rows.oldest_ms = at_ms;
  }
  return rows;
}

}  // namespace

ParcelStage kuaidi100_stage(std::string_view state) {
  if (const auto* known = find_state(state)) return known->stage;
  // 1001 to 1003 are the trunk's; other long ones begin with the main state they belong to.
  if (state.size() < 3 || state.starts_with("10")) return ParcelStage::kInTransit;
  const auto* main = find_state(state.substr(0, 1));
  return main == nullptr ? ParcelStage::kInTransit : main->stage;
}

ParcelUpdate kuaidi100_result(const json& result, const CarrierCodes& codes) {
  const auto rows = rows_of(loose_list(result, "data"));
  std::string state = loose_text(result, "state");
  if (state.empty() && loose_text(result, "ischeck") == "1") state = "3";
  ParcelUpdate news;
  news.carrier = codes.ours(loose_text(result, "com"));
  news.at_ms = rows.newest_ms;
  news.first_at_ms = rows.oldest_ms;
  news.text = rows.newest_text;
  // Without a row a state says nothing: a number it found nothing of yet has the one of a parcel on its way.
  news.stage = state.empty() || rows.newest_text.empty() ? ParcelStage::kLabelCreated : kuaidi100_stage(state);
  return news;
}

std::vector<InboundEvent> parse_kuaidi100_push(std::string_view param, const CarrierCodes& codes) {
  const json push = json_body(param);
  if (!push.is_object()) throw BadPayload("'param' is no JSON object");
  const json& result = loose_object(push, "lastResult");
  const std::string status = loose_text(push, "status"), com = loose_text(result, "com"), corrected = loose_text(push, "comNew"),
                    state = loose_text(result, "state");
  const auto rows = rows_of(loose_list(result, "data"));

  ParcelUpdate news = kuaidi100_result(result, codes);
  news.tracking_no = tracking_no_of(result, "nu");
  if (!corrected.empty() && corrected != com) news.new_carrier = codes.ours(corrected);
  if (!corrected.empty() && loose_text(push, "autoCheck") == "1") news.new_carrier = codes.ours(corrected);
  if (news.text.empty()) news.text = loose_text(push, "message");
  // It gave up, unless it went on by itself with another carrier: that is nobody's concern.
  const bool gave_up = status == "abort";
  news.stopped = gave_up && corrected.empty();
  if (news.stopped && news.stage == ParcelStage::kLabelCreated) news.stage = ParcelStage::kStale;
  const std::string identity = "kuaidi100|" + news.tracking_no + "|" + com + "|" + corrected + "|" + status + "|" + state + "|" +
                               rows.newest_time + "|" + rows.newest_text;
  return {parcel_event(identity, std::move(news))};
}

}  // namespace laoke::channels::parcels

#include <algorithm>

#include "bot/channels/json_body.h"
#include "bot/channels/parcels/carrier_codes.h"
#include "bot/channels/parcels/kinds.h"
#include "bot/channels/parcels/seventeentrack_push.h"
#include "bot/channels/parcels/service.h"
#include "handlers/crypto.h"

namespace laoke::channels::parcels {
namespace {

using nlohmann::json;

constexpr std::string_view k17Track = "17track";
constexpr std::chrono::milliseconds k17TrackPause{1'000};  // at most 3 requests a second: 17TRACK's API page, limits

// data.rejected[].error.code of a registration: 17TRACK's API page, error codes.
struct RegisterError {
  std::string_view code;
  SendStatus status;
};
constexpr RegisterError kRegisterErrors[] = {
    {"-18019901", SendStatus::kAccepted},   // registered already
    {"-18019903", SendStatus::kRejected},   // the carrier cannot be recognised
    {"-18019908", SendStatus::kQuotaUsed},
};

std::vector<SettingSpec> seventeentrack_specs() {
  return {
      {"key", true, true, "the API key; 17TRACK shows it at api.17track.net, Settings, Security", ""},
      {"api_base", false, false, "address of the API with its version", "https://api.17track.net/track/v2.4"},
      {"language", false, false, "of what carriers say: cn, en, …", "cn"},
      carriers_spec(),
      timeout_spec(),
  };
}

struct SeventeentrackSettings {
  std::string key, api_base, language;
  CarrierCodes codes;
  std::chrono::milliseconds timeout;
};

SeventeentrackSettings seventeentrack_settings(const json& given) {
  std::map<std::string, std::string> values;
  for (const auto& spec : seventeentrack_specs()) values[spec.name] = setting(k17Track, given, spec);
  return {values["key"], base_url(k17Track, "api_base", values["api_base"]), values["language"],
          CarrierCodes(Service::k17Track, values["carriers"]), timeout_seconds(k17Track, values["timeout_seconds"])};
}

class Seventeentrack final : public Channel {
 public:
  explicit Seventeentrack(SeventeentrackSettings settings) : settings_(std::move(settings)) {}

  std::string_view kind() const override { return k17Track; }
  const Traits& traits() const override { return traits_; }

  // SHA-256 over body, '/' and key; no HMAC.
  bool authentic(const RawRequest& request) const override {
    const auto sign = request.headers.find("sign");
    return sign != request.headers.end() &&
           crypto::equal_in_constant_time(sign->second, crypto::sha256_hex(request.body + "/" + settings_.key));
  }

  std::vector<InboundEvent> parse(const RawRequest& request) const override {
    return parse_seventeentrack_push(request.body, settings_.codes);
  }

  SendOutcome send(const Outgoing&) override { return {SendStatus::kRejected, "", "17track has no contacts", {}, "", {}}; }
  std::vector<std::string_view> errands() const override { return {"follow_parcel", "ask_parcel"}; }
  ErrandOutcome run(const Errand& errand) override;
  std::vector<ProbeLine> probe() override;

 private:
  ErrandOutcome ask(const Errand& errand) const;
  std::optional<json> carrier_number(const FollowParcel& parcel) const;
  HttpAnswer post(const char* method, const json& body) const {
    HttpCall call;
    call.url = settings_.api_base + "/" + method;
    call.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
    call.headers = {{"17token", settings_.key}};
    call.timeout = settings_.timeout;
    return shared_http_client().call(call);
  }

  const SeventeentrackSettings settings_;
  const Traits traits_{};
};

// Its carriers are numbers; none: it finds out.
std::optional<json> Seventeentrack::carrier_number(const FollowParcel& parcel) const {
  const auto carrier = settings_.codes.theirs(parcel.carrier);
  if (carrier.empty()) return std::nullopt;
  return carrier.find_first_not_of("0123456789") == std::string::npos && carrier.size() < 10 ? json(std::stoll(carrier)) : json(carrier);
}

ErrandOutcome outcome_of_register(const HttpAnswer& answer) {
  if (auto failed = outcome_of_transport(answer)) {
    if (failed->status == SendStatus::kThrottled) failed->retry_after = std::max(failed->retry_after, k17TrackPause);
    return *failed;
  }
  const json body = object_in(answer);
  const json& data = loose_object(body, "data");
  if (!loose_list(data, "accepted").empty()) return {SendStatus::kAccepted, "", {}, {}};
  const auto& rejected = loose_list(data, "rejected");
  if (rejected.empty()) {
    // No word on the parcel: the request as a whole was not taken.
    const std::string code = loose_text(body, "code");
    return {code.empty() ? SendStatus::kRetryLater : SendStatus::kRejected, said_by_service(code.empty() ? "HTTP " + std::to_string(answer.status) : code, loose_text(data, "message")), {}, {}};
  }
  const json& error = loose_object(rejected.front(), "error");
  const std::string code = loose_text(error, "code"), words = loose_text(error, "message");
  const auto known = std::ranges::find(kRegisterErrors, code, &RegisterError::code);
  auto status = known == std::end(kRegisterErrors) ? SendStatus::kRejected : known->status;
  if (status == SendStatus::kRejected && words.find("quota") != std::string::npos) status = SendStatus::kQuotaUsed;
  return {status, said_by_service(code, words), {}, {}};
}

// Only of numbers that were registered; the answer has the shape of a push.
ErrandOutcome Seventeentrack::ask(const Errand& errand) const {
  const auto parcel = follow_parcel_from(errand.data);
  json one{{"number", parcel.tracking_no}};
  if (const auto number = carrier_number(parcel)) one["carrier"] = *number;
  const HttpAnswer answer = post("gettrackinfo", json::array({one}));
  if (const auto failed = outcome_of_transport(answer)) return *failed;
  const json body = object_in(answer);
  const json& data = loose_object(body, "data");
  ParcelUpdate news;
  if (const auto& accepted = loose_list(data, "accepted"); !accepted.empty()) {
    const json push{{"event", "TRACKING_UPDATED"}, {"data", accepted.front()}};
    news = *parse_seventeentrack_push(push.dump(-1, ' ', false, json::error_handler_t::replace), settings_.codes).at(0).parcel;
  } else {
    const auto& rejected = loose_list(data, "rejected");
    const json error = rejected.empty() ? json::object() : loose_object(rejected.front(), "error");
    news.refused = said_by_service(loose_text(error, "code"), loose_text(error, "message"));
  }
  news.tracking_no = parcel.tracking_no;
  if (news.carrier.empty()) news.carrier = parcel.carrier;
  return answered(errand, std::move(news));
}

ErrandOutcome Seventeentrack::run(const Errand& errand) {
  if (errand.kind == "ask_parcel") return ask(errand);
  if (errand.kind != "follow_parcel") return {SendStatus::kRejected, "17track takes no errand " + errand.kind, {}, {}};
  const auto parcel = follow_parcel_from(errand.data);
  json one{{"number", parcel.tracking_no}, {"tag", parcel.reference}, {"lang", settings_.language}};
  if (const auto number = carrier_number(parcel)) one["carrier"] = *number;
  return outcome_of_register(post("register", json::array({one})));
}

std::vector<ProbeLine> Seventeentrack::probe() {
  const HttpAnswer answer = post("getquota", json::array());
  if (answer.status == 401 || answer.status == 403) return {{false, "17TRACK refuses the key (HTTP " + std::to_string(answer.status) + "); copy it again from api.17track.net"}};
  if (answer.status != 200) return {{false, "17TRACK does not answer: " + (answer.status == 0 ? answer.problem : "HTTP " + std::to_string(answer.status))}};
  const json body = object_in(answer);
  const std::string left = loose_text(loose_object(body, "data"), "quota_remain");
  return {{loose_text(body, "code") == "0", "the key is valid" + (left.empty() ? "" : "; numbers left: " + left)},
          {true, "set this channel's hook URL as the webhook at api.17track.net, Settings"}};
}

}  // namespace
}  // namespace laoke::channels::parcels

namespace laoke::channels {

Kind seventeentrack_kind() {
  return {"17track", parcels::seventeentrack_specs(),
          [](const Account& account) -> std::unique_ptr<Channel> {
            return std::make_unique<parcels::Seventeentrack>(parcels::seventeentrack_settings(account.settings));
          },
          Purpose::kParcels};
}

}  // namespace laoke::channels

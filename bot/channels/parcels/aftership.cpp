#include <algorithm>

#include "bot/channels/parcels/aftership_push.h"
#include "bot/channels/parcels/carrier_codes.h"
#include "bot/channels/parcels/kinds.h"
#include "bot/channels/parcels/service.h"
#include "handlers/crypto.h"

namespace laoke::channels::parcels {
namespace {

using nlohmann::json;

constexpr std::string_view kAftership = "aftership";
constexpr std::string_view kSignaturePrefix = "hmac-sha256=";  // in the headers of its other products

// meta.code of an answer: AfterShip's page on error codes.
struct MetaCode {
  std::string_view code;
  SendStatus status;
};
constexpr MetaCode kMetaCodes[] = {
    {"200", SendStatus::kAccepted},  {"201", SendStatus::kAccepted},  {"4003", SendStatus::kAccepted},  // followed already
    {"4005", SendStatus::kRejected}, {"4012", SendStatus::kRejected},  // no such number; the carrier cannot be recognised
    {"401", SendStatus::kBadConfig}, {"402", SendStatus::kQuotaUsed},
};

std::vector<SettingSpec> aftership_specs() {
  return {
      {"key", true, true, "the API key; AfterShip shows it under Settings, API keys", ""},
      {"webhook_secret", true, true, "signs pushes; AfterShip shows it under Notifications, Webhooks", ""},
      {"signature_header", false, false, "the header that carries the signature", "aftership-hmac-sha256"},
      {"api_base", false, false, "address of the API with its version", "https://api.aftership.com/tracking/2025-01"},
      carriers_spec(),
      timeout_spec(),
  };
}

struct AftershipSettings {
  std::string key, secret, signature_header, api_base;
  CarrierCodes codes;
  std::chrono::milliseconds timeout;
};

AftershipSettings aftership_settings(const json& given) {
  std::map<std::string, std::string> values;
  for (const auto& spec : aftership_specs()) values[spec.name] = setting(kAftership, given, spec);
  std::string header = values["signature_header"];
  std::ranges::transform(header, header.begin(), [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return {values["key"], values["webhook_secret"], header, base_url(kAftership, "api_base", values["api_base"]),
          CarrierCodes(Service::kAfterShip, values["carriers"]), timeout_seconds(kAftership, values["timeout_seconds"])};
}

class Aftership final : public Channel {
 public:
  explicit Aftership(AftershipSettings settings) : settings_(std::move(settings)) {}

  std::string_view kind() const override { return kAftership; }
  const Traits& traits() const override { return traits_; }

  bool authentic(const RawRequest& request) const override {
    const auto header = request.headers.find(settings_.signature_header);
    if (header == request.headers.end()) return false;
    std::string_view given = header->second;
    if (given.starts_with(kSignaturePrefix)) given.remove_prefix(kSignaturePrefix.size());
    return crypto::equal_in_constant_time(given, crypto::base64(crypto::hmac_sha256(settings_.secret, request.body)));
  }

  std::vector<InboundEvent> parse(const RawRequest& request) const override {
    return parse_aftership_push(request.body, settings_.codes);
  }

  SendOutcome send(const Outgoing&) override { return {SendStatus::kRejected, "", "aftership has no contacts", {}, "", {}}; }
  std::vector<std::string_view> errands() const override { return {"follow_parcel"}; }
  ErrandOutcome run(const Errand& errand) override;
  std::vector<ProbeLine> probe() override;

 private:
  HttpCall call_of(const char* method, const std::string& path) const {
    HttpCall call;
    call.method = method;
    call.url = settings_.api_base + path;
    call.headers = {{"as-api-key", settings_.key}};
    call.timeout = settings_.timeout;
    return call;
  }

  const AftershipSettings settings_;
  const Traits traits_{};
};

ErrandOutcome Aftership::run(const Errand& errand) {
  if (errand.kind != "follow_parcel") return {SendStatus::kRejected, "aftership takes no errand " + errand.kind, {}, {}};
  const auto parcel = follow_parcel_from(errand.data);
  json body{{"tracking_number", parcel.tracking_no}, {"custom_fields", {{"laoke", parcel.reference}}}};
  if (const auto slug = settings_.codes.theirs(parcel.carrier); !slug.empty()) body["slug"] = slug;
  HttpCall call = call_of("POST", "/trackings");
  call.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  const HttpAnswer answer = shared_http_client().call(call);
  if (const auto failed = outcome_of_transport(answer)) return *failed;
  const json reply = object_in(answer);
  const json& meta = loose_object(reply, "meta");
  const std::string code = loose_text(meta, "code"), words = loose_text(meta, "message");
  const auto known = std::ranges::find(kMetaCodes, code, &MetaCode::code);
  if (known != std::end(kMetaCodes)) return {known->status, said_by_service(code, words), {}, {}};
  const bool done = answer.status >= 200 && answer.status < 300;
  return {done ? SendStatus::kAccepted : SendStatus::kRejected,
          said_by_service(code.empty() ? "HTTP " + std::to_string(answer.status) : code, words), {}, {}};
}

std::vector<ProbeLine> Aftership::probe() {
  const HttpAnswer answer = shared_http_client().call(call_of("GET", "/trackings?limit=1"));
  if (answer.status == 401 || answer.status == 403)
    return {{false, "AfterShip refuses the key (HTTP " + std::to_string(answer.status) + "); make one under Settings, API keys"}};
  if (answer.status < 200 || answer.status >= 300)
    return {{false, "AfterShip does not answer: " + (answer.status == 0 ? answer.problem : "HTTP " + std::to_string(answer.status))}};
  return {{true, "the key is valid"}, {true, "set this channel's hook URL as a webhook under Notifications, Webhooks"}};
}

}  // namespace
}  // namespace laoke::channels::parcels

namespace laoke::channels {

Kind aftership_kind() {
  return {"aftership", parcels::aftership_specs(),
          [](const Account& account) -> std::unique_ptr<Channel> {
            return std::make_unique<parcels::Aftership>(parcels::aftership_settings(account.settings));
          },
          Purpose::kParcels};
}

}  // namespace laoke::channels

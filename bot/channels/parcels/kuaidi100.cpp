#include <algorithm>
#include <mutex>

#include "bot/channels/parcels/form.h"
#include "bot/channels/parcels/kinds.h"
#include "bot/channels/parcels/kuaidi100_push.h"
#include "bot/channels/parcels/kuaidi100_query.h"
#include "bot/channels/parcels/service.h"
#include "handlers/crypto.h"

namespace laoke::channels::parcels {
namespace {

using nlohmann::json;

constexpr std::string_view kKuaidi100 = "kuaidi100";
constexpr std::string_view kTokenParameter = "t";

// returnCode of the answer to a subscription: 快递100's page on subscribing.
struct ReturnCode {
  std::string_view code;
  SendStatus status;
};
constexpr ReturnCode kReturnCodes[] = {
    {"200", SendStatus::kAccepted},
    {"501", SendStatus::kAccepted},    // subscribed already and still watched
    {"500", SendStatus::kRetryLater},  // its own fault
    {"600", SendStatus::kBadConfig},   // the key is none
    {"601", SendStatus::kQuotaUsed},   // the key has run out
    {"700", SendStatus::kRejected},    // no such carrier, no such number, or a bad callback address
    {"701", SendStatus::kRejected},    // the carrier cannot be subscribed to
    {"702", SendStatus::kRejected},    // the carrier could not be recognised
};

std::vector<SettingSpec> kuaidi100_specs() {
  return {
      {"key", true, true, "the authorization key; 快递100 shows it at api.kuaidi100.com, 我的信息", ""},
      {"customer", false, false, "the customer code beside the key; with it parcels can be asked for (实时快递查询)", ""},
      {"salt", false, true, "signs pushes; keep it while parcels are on their way", "", true},
      {"token", false, true, "stands in the callback address; keep it while parcels are on their way", "", true},
      {"callback", false, false, "the account's public hook address, when it is not --public-url's", ""},
      {"api_base", false, false, "address of the subscription service", "https://poll.kuaidi100.com"},
      {"auto_base", false, false, "address of the service that guesses carriers (laoke channel test asks it)", "https://www.kuaidi100.com"},
      carriers_spec(),
      timeout_spec(),
  };
}

struct Kuaidi100Settings {
  std::string key, customer, salt, token, callback, api_base, auto_base;
  CarrierCodes codes;
  std::chrono::milliseconds timeout;
};

Kuaidi100Settings kuaidi100_settings(const json& given) {
  std::map<std::string, std::string> values;
  for (const auto& spec : kuaidi100_specs()) values[spec.name] = setting(kKuaidi100, given, spec);
  // An account that was written without them has the same ones on every node, and they tell nothing of the key.
  const auto made = [&](const char* name) {
    return values[name].empty() ? crypto::hmac_sha256_hex(values["key"], std::string("laoke kuaidi100 ") + name).substr(0, 32) : values[name];
  };
  return {values["key"],
          values["customer"],
          made("salt"),
          made("token"),
          values["callback"].empty() ? "" : base_url(kKuaidi100, "callback", values["callback"]),
          base_url(kKuaidi100, "api_base", values["api_base"]),
          base_url(kKuaidi100, "auto_base", values["auto_base"]),
          CarrierCodes(Service::kKuaidi100, values["carriers"]),
          timeout_seconds(kKuaidi100, values["timeout_seconds"])};
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return text;
}

class Kuaidi100 final : public Channel {
 public:
  explicit Kuaidi100(Kuaidi100Settings settings) : settings_(std::move(settings)), hook_url_(settings_.callback) {}

  std::string_view kind() const override { return kKuaidi100; }
  const Traits& traits() const override { return traits_; }

  // The token in the address we gave names the shop; the signature is MD5 over the decoded field and the salt.
  bool authentic(const RawRequest& request) const override {
    const auto token = request.query.find(std::string(kTokenParameter));
    if (token == request.query.end() || !crypto::equal_in_constant_time(token->second, settings_.token)) return false;
    const auto param = form_field(request.body, "param"), sign = form_field(request.body, "sign");
    return param && sign && crypto::equal_in_constant_time(lower(*sign), crypto::md5_hex(*param + settings_.salt));
  }

  std::vector<InboundEvent> parse(const RawRequest& request) const override {
    const auto param = form_field(request.body, "param");
    if (!param) throw BadPayload("the form has no field 'param'");
    return parse_kuaidi100_push(*param, settings_.codes);
  }

  HookAnswer answer(const RawRequest&, const std::optional<MessageContent>&) const override {
    return {200, R"({"result":true,"returnCode":"200","message":"成功"})", "application/json"};
  }

  SendOutcome send(const Outgoing&) override { return {SendStatus::kRejected, "", "kuaidi100 has no contacts", {}, "", {}}; }

  void connect(const std::string& public_hook_url) override {
    const std::lock_guard lock(mutex_);
    connected_ = true;
    if (settings_.callback.empty()) hook_url_ = public_hook_url;
    if (hook_url_.empty())
      throw std::runtime_error("kuaidi100: the server knows no public address to be told at; set public_url, or the setting 'callback' of this channel");
  }

  std::vector<std::string_view> errands() const override { return {"follow_parcel", "ask_parcel"}; }
  ErrandOutcome run(const Errand& errand) override;
  std::vector<ProbeLine> probe() override;

 private:
  ErrandOutcome follow(const FollowParcel& parcel);
  ErrandOutcome ask(const Errand& errand);
  std::string company_of(const FollowParcel& parcel) const;
  HttpAnswer post_form(const std::string& path, std::vector<std::pair<std::string_view, std::string>> fields) const;
  std::string param_of(const FollowParcel& parcel, const std::string& hook_url) const;

  const Kuaidi100Settings settings_;
  const Traits traits_{};
  std::mutex mutex_;  // guards the next two
  std::string hook_url_;
  bool connected_ = false;
};

std::string Kuaidi100::param_of(const FollowParcel& parcel, const std::string& hook_url) const {
  const std::string company = settings_.codes.theirs(parcel.carrier);
  json parameters{{"callbackurl", hook_url + "?" + std::string(kTokenParameter) + "=" + settings_.token},
                  {"salt", settings_.salt},
                  {"resultv2", "4"}};  // 4: with the finer states
  if (!parcel.phone.empty()) parameters["phone"] = parcel.phone;
  if (company.empty()) parameters["autoCom"] = "1";
  return json{{"company", company}, {"number", parcel.tracking_no}, {"from", ""}, {"to", ""}, {"key", settings_.key}, {"parameters", parameters}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

ErrandOutcome Kuaidi100::run(const Errand& errand) {
  if (errand.kind == "follow_parcel") return follow(follow_parcel_from(errand.data));
  if (errand.kind == "ask_parcel") return ask(errand);
  return {SendStatus::kRejected, "kuaidi100 takes no errand " + errand.kind, {}, {}};
}

HttpAnswer Kuaidi100::post_form(const std::string& path, std::vector<std::pair<std::string_view, std::string>> fields) const {
  HttpCall call;
  call.url = settings_.api_base + path;
  call.content_type = "application/x-www-form-urlencoded; charset=utf-8";
  call.body = form_body(fields);
  call.timeout = settings_.timeout;
  return shared_http_client().call(call);
}

ErrandOutcome Kuaidi100::follow(const FollowParcel& parcel) {
  std::string hook_url;
  {
    const std::lock_guard lock(mutex_);
    hook_url = hook_url_;
    if (hook_url.empty() && !connected_) return {SendStatus::kRetryLater, "not connected yet", {}, {}};
  }
  if (hook_url.empty()) return {SendStatus::kBadConfig, "no public address: set public_url, or this channel's setting 'callback'", {}, {}};
  const HttpAnswer answer = post_form("/poll", {{"schema", "json"}, {"param", param_of(parcel, hook_url)}});
  if (const auto failed = outcome_of_transport(answer)) return *failed;
  const json body = object_in(answer);
  const std::string code = loose_text(body, "returnCode");
  const auto known = std::ranges::find(kReturnCodes, code, &ReturnCode::code);
  const auto status = known != std::end(kReturnCodes) ? known->status : code.empty() ? SendStatus::kRetryLater : SendStatus::kRejected;
  return {status, said_by_service(code.empty() ? "HTTP " + std::to_string(answer.status) : code, loose_text(body, "message")), {}, {}};
}

// Theirs for the carrier, else their guess by the number; "" when they guess none. A query without it is refused.
std::string Kuaidi100::company_of(const FollowParcel& parcel) const {
  if (const std::string known = settings_.codes.theirs(parcel.carrier); !known.empty()) return known;
  HttpCall call;
  call.method = "GET";
  call.url = settings_.auto_base + "/autonumber/auto?num=" + parcel.tracking_no + "&key=" + settings_.key;
  call.timeout = settings_.timeout;
  const auto guesses = json::parse(shared_http_client().call(call).body, nullptr, false);
  return guesses.is_array() && !guesses.empty() ? loose_text(guesses.front(), "comCode") : "";
}

// Whatever comes back is an answer for who asked; only a service that is away is asked again.
ErrandOutcome Kuaidi100::ask(const Errand& errand) {
  const auto parcel = follow_parcel_from(errand.data);
  ParcelUpdate news;
  news.tracking_no = parcel.tracking_no;
  if (settings_.customer.empty()) {
    news.refused = "this account has no setting 'customer': laoke channel set … customer=…";
  } else {
    const std::string param = kuaidi100_query_param(company_of(parcel), parcel.tracking_no, parcel.phone);
    const HttpAnswer answer = post_form("/poll/query.do", {{"customer", settings_.customer},
                                                           {"sign", kuaidi100_query_sign(param, settings_.key, settings_.customer)},
                                                           {"param", param}});
    if (const auto failed = outcome_of_transport(answer)) return *failed;
    news = read_kuaidi100_answer(object_in(answer), parcel.tracking_no, settings_.codes);
  }
  if (news.carrier.empty()) news.carrier = parcel.carrier;
  return answered(errand, std::move(news));
}

// The guess costs nothing and needs the key; a subscription costs money.
std::vector<ProbeLine> Kuaidi100::probe() {
  HttpCall call;
  call.method = "GET";
  call.url = settings_.auto_base + "/autonumber/auto?num=YT0000000000001&key=" + settings_.key;
  call.timeout = settings_.timeout;
  const HttpAnswer answer = shared_http_client().call(call);
  if (answer.status != 200) return {{false, "快递100 does not answer: " + (answer.status == 0 ? answer.problem : "HTTP " + std::to_string(answer.status))}};
  const auto body = json::parse(answer.body, nullptr, false);
  if (body.is_array()) return {{true, "the key is valid; a parcel is followed when a shipment is recorded"}};
  return {{false, "快递100 refuses the key: " + said_by_service(loose_text(body, "returnCode"), loose_text(body, "message"))}};
}

}  // namespace
}  // namespace laoke::channels::parcels

namespace laoke::channels {

Kind kuaidi100_kind() {
  return {"kuaidi100", parcels::kuaidi100_specs(),
          [](const Account& account) -> std::unique_ptr<Channel> {
            return std::make_unique<parcels::Kuaidi100>(parcels::kuaidi100_settings(account.settings));
          },
          Purpose::kParcels};
}

}  // namespace laoke::channels

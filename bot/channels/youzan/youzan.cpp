#include "bot/channels/youzan/youzan.h"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

#include "bot/channels/shops/catch_up.h"
#include "bot/channels/shops/shop_api.h"
#include "bot/channels/shops/shop_fields.h"
#include "bot/channels/youzan/youzan_api.h"
#include "bot/channels/youzan/youzan_parse.h"
#include "handlers/crypto.h"

namespace laoke::channels {
namespace youzan {
namespace {

using nlohmann::json;
using namespace shops;

// A repeat is asked for by any answer without the word success (sheet 3.1).
constexpr const char* kTaken = R"({"code":0,"msg":"success"})";
constexpr const char* kComeAgain = R"({"code":0,"msg":"failed"})";

constexpr const char* kYouzanZone = "Asia/Shanghai";
constexpr int kTradesRead = 50;
constexpr std::int64_t kLongestSpanMs = 80LL * 24 * 3'600'000;  // trades are searched in at most three months

std::vector<SettingSpec> specs() {
  return {
      {"client_id", true, false, "client_id of the app in the Youzan developer console", ""},
      {"client_secret", true, true, "its client_secret", ""},
      {"kdt_id", false, false, "the shop's id (店铺 ID); messages of other shops are ignored, and the keys can be checked", ""},
      {"api_base", false, false, "address of the API", "https://open.youzanyun.com"},
      {"api_version", false, false, "version of youzan.trade.get and youzan.trades.sold.get", "4.0.0"},
      catch_up_spec(),
  };
}

struct Settings {
  std::string client_id, client_secret, kdt_id, api_base, api_version;
  std::chrono::minutes catch_up{0};
};

Settings settings_from(const json& settings) {
  const auto all = specs();
  const auto text = [&](const char* name) { return setting_of(settings, all, "youzan", name); };
  Settings read{text("client_id"), text("client_secret"), text("kdt_id"), address_setting(text("api_base"), "youzan", "api_base"), text("api_version"),
                catch_up_every("youzan", text("catch_up_minutes"))};
  if (read.api_version.find_first_not_of("0123456789.") != std::string::npos) wrong_setting("youzan", "api_version", "'" + read.api_version + "'", "a version such as 4.0.0");
  if (read.kdt_id.find_first_not_of("0123456789") != std::string::npos) wrong_setting("youzan", "kdt_id", "'" + read.kdt_id + "'", "the number of the shop");
  return read;
}

std::string md5_hex(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_md5(), nullptr) != 1) throw std::runtime_error("OpenSSL has no MD5");
  return crypto::hex({reinterpret_cast<const char*>(digest), size});
}

class Youzan final : public Channel {
 public:
  explicit Youzan(Settings settings)
      : settings_(std::move(settings)),
        api_({settings_.api_base, settings_.api_version, settings_.client_id, settings_.client_secret, settings_.kdt_id}),
        catch_up_(settings_.catch_up) {}

  std::string_view kind() const override { return "youzan"; }
  const Traits& traits() const override { return traits_; }
  // It knows no status but 200: a push with a wrong signature is told to come again, and nothing is read of it.
  std::optional<HookAnswer> handshake(const RawRequest& request) const override {
    if (request.method != "POST" || authentic(request)) return std::nullopt;
    return HookAnswer{200, kComeAgain, "application/json"};
  }
  // Lower-case hex MD5 of client_id + body + client_secret (sheet 3.1). The body's own "sign" is defined in several ways.
  bool authentic(const RawRequest& request) const override {
    return crypto::equal_in_constant_time(md5_hex(settings_.client_id + request.body + settings_.client_secret), header_of(request, "event-sign"));
  }
  std::vector<InboundEvent> parse(const RawRequest& request) const override { return youzan::parse(request, settings_.kdt_id); }
  HookAnswer answer(const RawRequest&, const std::optional<MessageContent>&) const override { return {200, kTaken, "application/json"}; }
  SendOutcome send(const Outgoing&) override { return takes_no_messages(); }
  std::vector<ProbeLine> probe() override;
  bool polls() const override { return api_.usable() && catch_up_.on(); }
  Polled poll(const std::string& cursor, std::chrono::milliseconds wait) override;
  void interrupt() override { catch_up_.interrupt(); }
  std::vector<std::string_view> errands() const override { return {"read_order"}; }
  ErrandOutcome run(const Errand& errand) override;

 private:
  ApiAnswer trades(int page, int size);
  ApiAnswer begin_span(std::int64_t from_ms);
  ReadPage trades_since(std::int64_t since_ms, bool first);

  const Settings settings_;
  Traits traits_;
  Api api_;
  CatchUp catch_up_;
  // The thread that polls:
  std::int64_t from_ms_ = 0, to_ms_ = 0, until_ms_ = 0;
  int page_ = 0;
};

std::int64_t youzan_clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

ApiAnswer Youzan::trades(int page, int size) {
  return api_.call("youzan.trades.sold.get", {{"start_update", plain_time(from_ms_, kYouzanZone)}, {"end_update", plain_time(to_ms_, kYouzanZone)}, {"page_no", page}, {"page_size", size}},
                   &catch_up_.cancel());
}

// How many pages the next stretch of time has; its last page is read first.
ApiAnswer Youzan::begin_span(std::int64_t from_ms) {
  from_ms_ = from_ms;
  to_ms_ = std::min(until_ms_, from_ms + kLongestSpanMs);
  auto answer = trades(1, kTradesRead);
  const std::int64_t all = count_of(answer.body, "total_results");
  page_ = static_cast<int>(std::max<std::int64_t>((all + kTradesRead - 1) / kTradesRead, 1));
  return answer;
}

// From the last page to the first: a trade that changes meanwhile leaves the span, and those behind it move to where they
// are still read. So only a whole span says up to when everything is known; what left comes with the next one.
ReadPage Youzan::trades_since(std::int64_t since_ms, bool first) {
  ReadPage page;
  if (first) until_ms_ = youzan_clock_ms();
  const bool new_span = first || page_ < 1;
  if (new_span) page.answer = begin_span(first ? since_ms : to_ms_);
  if (page.answer.ok() && (!new_span || page_ > 1)) page.answer = trades(page_, kTradesRead);
  if (!page.answer.ok()) return page;
  for (const auto& trade : list_of(page.answer.body, "full_order_info_list")) page.orders.push_back(as_push(trade, settings_.kdt_id));
  if (--page_ < 1) page.seen_ms = to_ms_;
  page.last = page_ < 1 && to_ms_ >= until_ms_;
  return page;
}

Polled Youzan::poll(const std::string& cursor, std::chrono::milliseconds wait) {
  return catch_up_.poll(cursor, wait,
                        {[] {},  // pushes are switched on in its console alone
                         [this](std::int64_t since_ms, bool first) { return trades_since(since_ms, first); },
                         [this](const std::string& trade) { return youzan::parse({"POST", trade, {}, {}}, settings_.kdt_id); }});
}

// A trade as its API tells it: with the numbers of its parcels, which no push holds.
ErrandOutcome Youzan::run(const Errand& errand) {
  if (errand.kind != "read_order") return {SendStatus::kRejected, "youzan takes no errand " + errand.kind, {}, {}};
  if (!api_.usable()) return {SendStatus::kRejected, "kdt_id is not set", {}, {}};
  const auto answer = api_.call("youzan.trade.get", {{"tid", id_of(errand.data, "external_id")}});
  if (!answer.ok()) {
    const bool throttled = answer.status == 429;
    return {throttled ? SendStatus::kThrottled : answer.refused ? SendStatus::kRejected : SendStatus::kRetryLater, answer.problem, answer.retry_after, {}};
  }
  // It may take a while before a trade can be read: sheet 3.1.
  if (object_of(answer.body, "full_order_info").empty()) return {SendStatus::kRetryLater, "the trade cannot be read yet", {}, {}};
  auto events = youzan::parse({"POST", as_push(answer.body, settings_.kdt_id), {}, {}}, settings_.kdt_id);
  for (auto& event : events) {
    if (!event.shop_order) continue;
    auto update = *event.shop_order;
    update.ask_more = false;
    event.shop_order = std::make_shared<const ShopOrderUpdate>(std::move(update));
  }
  return {SendStatus::kAccepted, "", {}, std::move(events)};
}

std::vector<ProbeLine> Youzan::probe() {
  if (settings_.kdt_id.empty()) return {{true, "no kdt_id is set: the keys show themselves with the first message; the console has a button that sends one"}};
  const auto answer = api_.token();
  if (answer.ok()) return {{true, "keys are valid for the shop " + settings_.kdt_id}};
  if (answer.status != 200) return {{false, "Youzan: " + answer.problem}};
  return {{false, "Youzan: " + answer.problem + ": copy client_id and client_secret again, and check that the shop authorised the app"}};
}

std::unique_ptr<Channel> make(const Account& account) { return std::make_unique<Youzan>(settings_from(account.settings)); }

}  // namespace
}  // namespace youzan

Kind youzan_kind() { return {"youzan", youzan::specs(), youzan::make, Purpose::kShopSystem}; }

}  // namespace laoke::channels

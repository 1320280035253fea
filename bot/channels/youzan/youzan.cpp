#include "bot/channels/youzan/youzan.h"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

#include "bot/channels/shops/shop_api.h"
#include "bot/channels/shops/shop_fields.h"
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

std::vector<SettingSpec> specs() {
  return {
      {"client_id", true, false, "client_id of the app in the Youzan developer console", ""},
      {"client_secret", true, true, "its client_secret", ""},
      {"kdt_id", false, false, "the shop's id (店铺 ID); messages of other shops are ignored, and the keys can be checked", ""},
      {"api_base", false, false, "address of the API", "https://open.youzanyun.com"},
  };
}

struct Settings {
  std::string client_id, client_secret, kdt_id, api_base;
};

Settings settings_from(const json& settings) {
  const auto all = specs();
  const auto text = [&](const char* name) { return setting_of(settings, all, "youzan", name); };
  Settings read{text("client_id"), text("client_secret"), text("kdt_id"), address_setting(text("api_base"), "youzan", "api_base")};
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
  explicit Youzan(Settings settings) : settings_(std::move(settings)) {}

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

 private:
  const Settings settings_;
  Traits traits_;
};

std::vector<ProbeLine> Youzan::probe() {
  if (settings_.kdt_id.empty()) return {{true, "no kdt_id is set: the keys show themselves with the first message; the console has a button that sends one"}};
  HttpCall call;
  call.url = settings_.api_base + "/auth/token";
  call.body = json{{"authorize_type", "silent"}, {"client_id", settings_.client_id}, {"client_secret", settings_.client_secret}, {"grant_id", settings_.kdt_id}, {"refresh", false}}.dump();
  const auto answer = ask_api(call);
  if (!answer.ok()) return {{false, "Youzan: " + answer.problem}};
  // An error, too, comes with 200: gw_err_resp, or success false.
  const json& data = object_of(answer.body, "data");
  if (!text_of(data, "access_token").empty()) return {{true, "keys are valid for the shop " + settings_.kdt_id}};
  const json& error = object_of(answer.body, "gw_err_resp");
  const std::string words = joined({text_of(error, "err_code"), text_of(error, "err_msg"), text_of(answer.body, "message")}, " ");
  return {{false, "Youzan refuses the keys" + (words.empty() ? "" : " (" + shorten(words, 200) + ")") + ": copy client_id and client_secret again, and check that the shop authorised the app"}};
}

std::unique_ptr<Channel> make(const Account& account) { return std::make_unique<Youzan>(settings_from(account.settings)); }

}  // namespace
}  // namespace youzan

Kind youzan_kind() { return {"youzan", youzan::specs(), youzan::make, Purpose::kShopSystem}; }

}  // namespace laoke::channels

// Verified callbacks into the database, by platform: signature, parsing, contact, customer, message, commit. Without HTTP,
// which is the same for all, so that the differences show more than they do in service. Interleaved rounds, medians,
// beside Telegram.
//   adapters_bench [callbacks a round, default 20000] [rounds, default 3]
#include <condition_variable>
#include <cstdlib>
#include <mutex>

#include "bench/figures.h"
#include "bot/channel_host.h"
#include "bot/channels/wechat_envelope.h"
#include "bot/clock.h"
#include "bot/default_shop.h"
#include "bot/intake.h"
#include "handlers/crypto.h"
#include "storage/channels.h"
#include "storage/shops.h"

using namespace laoke;
using namespace laoke::bench;
using channels::RawRequest;
using nlohmann::json;

namespace {

constexpr int kSenders = 2'000;
const std::string kText = "你好，玫瑰精油面膜还有货吗？我上次买的快用完了，想再要两盒，什么时候能发货？";
const std::string kAesKey = "LaokeTestEncodingAesKeyForUnitTestsOnly012E", kToken = "laoke2026token", kHex = "0123456789abcdef0123456789abcdef";

std::int64_t now_s() { return SystemClock().now_ms() / 1000; }
std::string padded(int number) { return std::to_string(100'000'000 + number); }

struct Platform {
  const char* kind;
  double goal;  // of Telegram's rate
  json settings;
  std::function<RawRequest(int number, int sender)> callback;
};

RawRequest post(std::string body, std::map<std::string, std::string> headers, std::map<std::string, std::string> query = {}) {
  return {"POST", std::move(body), std::move(headers), std::move(query)};
}

RawRequest telegram(int number, int sender) {
  const json from{{"id", 900'000 + sender}, {"is_bot", false}, {"first_name", "小美" + std::to_string(sender)}, {"language_code", "zh-hans"}};
  const json chat{{"id", 900'000 + sender}, {"type", "private"}, {"first_name", "小美" + std::to_string(sender)}};
  const json message{{"message_id", number}, {"from", from}, {"chat", chat}, {"date", now_s()}, {"text", kText}};
  return post(json{{"update_id", number}, {"message", message}}.dump(), {{"x-telegram-bot-api-secret-token", "bench-secret"}});
}

RawRequest line(int number, int sender) {
  const std::string user = "U" + std::string(23, 'a') + padded(sender);
  const json event{{"type", "message"}, {"message", {{"type", "text"}, {"id", padded(number)}, {"quoteToken", "q"}, {"text", kText}}},
                   {"timestamp", now_s() * 1000}, {"source", {{"type", "user"}, {"userId", user}}}, {"replyToken", kHex}, {"mode", "active"},
                   {"webhookEventId", "01KDW7Q8ZP3X5Y7A9" + padded(number)}, {"deliveryContext", {{"isRedelivery", false}}}};
  const std::string body = json{{"destination", "U11112222333344445555666677778888"}, {"events", json::array({event})}}.dump();
  return post(body, {{"x-line-signature", crypto::base64(crypto::hmac_sha256(kHex, body))}});
}

RawRequest meta(const std::string& body) { return post(body, {{"x-hub-signature-256", "sha256=" + crypto::hmac_sha256_hex(kHex, body)}}); }

RawRequest whatsapp(int number, int sender) {
  const json message{{"from", "86138" + std::to_string(10'000'000 + sender)}, {"id", "wamid." + padded(number)}, {"timestamp", std::to_string(now_s())},
                     {"type", "text"}, {"text", {{"body", kText}}}};
  const json contact{{"profile", {{"name", "小美" + std::to_string(sender)}}}, {"wa_id", "86138" + std::to_string(10'000'000 + sender)}};
  const json value{{"messaging_product", "whatsapp"}, {"metadata", {{"display_phone_number", "15550783881"}, {"phone_number_id", "106540352242922"}}},
                   {"contacts", json::array({contact})}, {"messages", json::array({message})}};
  return meta(json{{"object", "whatsapp_business_account"},
                   {"entry", json::array({{{"id", "102290129340398"}, {"changes", json::array({{{"value", value}, {"field", "messages"}}})}}})}}.dump());
}

RawRequest messenger(int number, int sender) {
  const json event{{"sender", {{"id", padded(sender)}}}, {"recipient", {{"id", "1029384756"}}}, {"timestamp", now_s() * 1000},
                   {"message", {{"mid", "m_" + padded(number)}, {"text", kText}}}};
  return meta(json{{"object", "page"}, {"entry", json::array({{{"id", "1029384756"}, {"time", now_s() * 1000}, {"messaging", json::array({event})}}})}}.dump());
}

RawRequest encrypted(const channels::WechatEnvelope& envelope, const std::string& to, const std::string& message) {
  const std::string at = std::to_string(now_s()), nonce = "889900", secret = envelope.encrypt(message);
  return post("<xml><ToUserName><![CDATA[" + to + "]]></ToUserName><Encrypt><![CDATA[" + secret + "]]></Encrypt></xml>", {},
              {{"timestamp", at}, {"nonce", nonce}, {"encrypt_type", "aes"}, {"msg_signature", envelope.sign(at, nonce, secret)},
               {"signature", channels::wechat_signature({kToken, at, nonce})}});
}

std::string wechat_xml(const std::string& to, const std::string& from, int number, const std::string& more) {
  return "<xml><ToUserName><![CDATA[" + to + "]]></ToUserName><FromUserName><![CDATA[" + from + "]]></FromUserName><CreateTime>" +
         std::to_string(now_s()) + "</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[" + kText + "]]></Content><MsgId>" +
         std::to_string(24'500'000'000'000'000 + number) + "</MsgId>" + more + "</xml>";
}

RawRequest wechat(int number, int sender) {
  static const channels::WechatEnvelope envelope(kToken, kAesKey, "wx1a2b3c4d5e6f7890");
  return encrypted(envelope, "gh_laoke000001", wechat_xml("gh_laoke000001", "oLaoke" + padded(sender), number, ""));
}

RawRequest wecom(int number, int sender) {
  static const channels::WechatEnvelope envelope(kToken, kAesKey, "ww0f1e2d3c4b5a6978");
  return encrypted(envelope, "ww0f1e2d3c4b5a6978", wechat_xml("ww0f1e2d3c4b5a6978", "seller" + padded(sender), number, "<AgentID>1000002</AgentID>"));
}

std::vector<Platform> platforms() {
  return {
      {"telegram", 1, {{"token", "7700112233:bench"}, {"secret", "bench-secret"}}, telegram},
      {"line", 0.7, {{"channel_secret", kHex}, {"token", "abc"}}, line},
      {"whatsapp", 0.7, {{"token", "EAAJtokenbench"}, {"app_secret", kHex}, {"verify_token", "lk-verify-7f3"}, {"phone_number_id", "106540352242922"},
                         {"waba_id", "102290129340398"}}, whatsapp},
      {"messenger", 0.7, {{"page_id", "1029384756"}, {"token", "EAAG1"}, {"app_secret", kHex}, {"verify_token", "lk-verify-7f3"}}, messenger},
      {"wechat", 0.5, {{"app_id", "wx1a2b3c4d5e6f7890"}, {"app_secret", kHex}, {"token", kToken}, {"encoding_aes_key", kAesKey}, {"mode", "safe"}}, wechat},
      {"wecom", 0.5, {{"corp_id", "ww0f1e2d3c4b5a6978"}, {"agent_id", 1000002}, {"secret", "made-up-secret"}, {"token", kToken}, {"encoding_aes_key", kAesKey}}, wecom},
  };
}

// A shop of its own for each platform, with the stock rules.
class Way {
 public:
  Way(const Folder& folder, const Platform& platform) : platform_(platform) {
    storage::DatabaseOptions options;
    options.url = folder.url(std::string(platform.kind) + ".db");
    database_ = storage::open_database(options);
    Config config;
    config.language = "zh-CN";
    create_default_shop(*database_, config, clock_.now_ms());
    database_->write([&](storage::Transaction& tx) {
      storage::ChannelRow row;
      row.shop_id = storage::find_shop(tx, "default")->shop_id;
      row.name = row.kind = platform.kind;
      row.settings = platform.settings.dump();
      storage::insert_channel(tx, row);
      storage::bump_config(tx, row.shop_id);
    });
    host_ = std::make_unique<ChannelHost>(*database_);
    host_->refresh();
    live_ = host_->by_hook(platform.kind);
    if (!live_ || !live_->channel) throw std::runtime_error(std::string(platform.kind) + ": " + (live_ ? live_->row.state_reason : "no channel"));
    intake_ = std::make_unique<Intake>(*database_, clock_);
  }
  // Callbacks a second; processor µs each.
  std::pair<double, double> take(int count) {
    std::vector<RawRequest> requests;
    for (int i = 0; i < count; ++i, ++number_) requests.push_back(platform_.callback(number_, number_ % kSenders));
    const double cpu = processor_seconds();
    const double seconds = seconds_of([&] {
      for (auto& request : requests) hand_over(std::move(request));
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return under_way_ == 0; });
    });
    if (failed_ > 0) throw std::runtime_error(std::string(platform_.kind) + ": callbacks failed");
    return {count / seconds, (processor_seconds() - cpu) * 1e6 / count};
  }

 private:
  static constexpr int kMostUnderWay = 32;  // as many wait for their commit as connections would
  void hand_over(RawRequest request) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return under_way_ < kMostUnderWay; });
      ++under_way_;
    }
    if (!live_->channel->authentic(request)) throw std::runtime_error(std::string(platform_.kind) + ": the signature is refused");
    Arrived arrived{live_, std::move(request), {}, {}};
    arrived.events = live_->channel->parse(arrived.request);
    if (arrived.events.size() != 1 || arrived.events.front().kind != InboundKind::kText)
      throw std::runtime_error(std::string(platform_.kind) + ": the text is not understood");
    arrived.done = [this](const Arrived&, const std::exception_ptr& failure) {
      const std::lock_guard lock(mutex_);
      failed_ += failure ? 1 : 0;
      --under_way_;
      changed_.notify_all();
    };
    intake_->take_later(std::move(arrived));
  }

  const Platform& platform_;
  SystemClock clock_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<ChannelHost> host_;
  LiveChannelPtr live_;
  std::unique_ptr<Intake> intake_;
  std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  int under_way_ = 0, failed_ = 0, number_ = 1;
};

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const int count = argc > 1 ? std::atoi(argv[1]) : 20'000, rounds = argc > 2 ? std::atoi(argv[2]) : 3;
  const auto all = platforms();
  const Folder folder("adapters");
  std::vector<std::unique_ptr<Way>> ways;
  for (const auto& platform : all) {
    ways.push_back(std::make_unique<Way>(folder, platform));
    ways.back()->take(kSenders);  // everybody has written once
  }
  std::vector<std::vector<double>> rates(all.size()), cpu(all.size());
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto [per_second, us] = ways[i]->take(count);
      rates[i].push_back(per_second), cpu[i].push_back(us);
    }
  for (std::size_t i = 0; i < all.size(); ++i)
    std::printf("%-10s %8.0f /s   %5.1f us processor   %.2f of telegram's rate (goal >= %.1f)\n", all[i].kind, median(rates[i]), median(cpu[i]),
                median(rates[i]) / median(rates[0]), all[i].goal);
  return 0;
}

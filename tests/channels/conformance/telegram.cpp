#include "tests/channels/conformance/rows.h"
#include "tests/fakes/fake_telegram.h"

namespace laoke::test::conformance {
namespace {

using nlohmann::json;

constexpr const char* kTelegramSecret = "conformance-secret";
constexpr std::int64_t kFirstChat = 5102233441;

class TelegramStage final : public Stage {
 public:
  TelegramStage() {
    json settings = fake.settings();
    settings["secret"] = kTelegramSecret;
    channel_ = channels::find_kind("telegram")->make({1, 2, "bot", "telegram", settings});
  }
  Channel& channel() override { return *channel_; }
  std::string address(int customer) override { return std::to_string(kFirstChat + customer); }
  std::vector<std::string> taken(int customer) override {
    std::vector<std::string> texts;
    for (const auto& sent : fake.accepted_by(kFirstChat + customer)) texts.push_back(sent.text);
    return texts;
  }

  FakeTelegram fake;

 private:
  std::unique_ptr<Channel> channel_;
};

Arrange with_telegram(void (*change)(FakeTelegram&)) {
  return [change](Stage& stage) { change(static_cast<TelegramStage&>(stage).fake); };
}

RawRequest telegram_request(const std::string& body, const std::string& secret) {
  return {"POST", body, {{"x-telegram-bot-api-secret-token", secret}}, {}};
}

json telegram_update(int number, const json& message) {
  json all{{"message_id", 800 + number},
           {"from", {{"id", kFirstChat}, {"is_bot", false}, {"first_name", "晓梅"}}},
           {"chat", {{"id", kFirstChat}, {"type", "private"}}},
           {"date", 1767225600}};
  all.update(message);
  return {{"update_id", 731004500 + number}, {"message", all}};
}

void telegram_callbacks(Row& row) {
  row.text_body = [](int number) {
    return telegram_update(number, {{"text", "text " + std::to_string(number)}}).dump();
  };
  row.genuine = row.raw = [](const std::string& body) { return telegram_request(body, kTelegramSecret); };
  row.forged = [](const std::string& body) { return telegram_request(body, "another-secret"); };
  row.tampered = None{"Telegram sends a secret word, it signs nothing"};
  row.stale = None{"callbacks carry no signed time"};
  row.unknown_kind = [] {
    return telegram_request(telegram_update(9, {{"hologram", {{"x", 1}}}}).dump(), kTelegramSecret);
  };
  row.oversize_body = [](std::size_t bytes) { return telegram_update(1, {{"text", std::string(bytes, 'a')}}).dump(); };
  row.deep_body = [] { return R"({"update_id":1,"x":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}"; };
}

void telegram_refusals(Row& row) {
  row.throttled = Refusal{"429 with retry_after", with_telegram([](auto& fake) { fake.throttle_next(1, 3); })};
  row.contact_busy = None{"429 does not say whom it means, so the whole account waits"};
  row.quota_used = None{"messages are free and not counted"};
  row.retry_later = Refusal{"no connection", with_telegram([](auto& fake) { fake.stop(); })};
  row.contact_gone =
      Refusal{"403 bot was blocked by the user", with_telegram([](auto& fake) { fake.block(kFirstChat); })};
  row.window_closed = None{"who started the bot can be written to at any time"};
  row.contact_moved =
      Refusal{"400 upgraded to a supergroup", with_telegram([](auto& fake) { fake.move(kFirstChat, -1001234567890); })};
  row.rejected = Refusal{"400 BUTTON_DATA_INVALID",
                         with_telegram([](auto& fake) { fake.fail_next(1, 400, "Bad Request: BUTTON_DATA_INVALID"); })};
  row.bad_config = Refusal{"401 Unauthorized", with_telegram([](auto& fake) { fake.revoke_token(); })};
  row.awaits_person = None{"a bot's messages need nobody's confirmation"};
  row.lost_answer = with_telegram([](auto& fake) { fake.lose_next_answer(); });
  row.token_expires = with_telegram([](auto& fake) { fake.revoke_token(); });
  row.text_limit_of_message = 4096;
}

}  // namespace

Row telegram_row() {
  Row row;
  row.kind = "telegram";
  row.stage = [] { return std::make_unique<TelegramStage>(); };
  telegram_callbacks(row);
  telegram_refusals(row);
  return row;
}

}  // namespace laoke::test::conformance

#include <catch2/catch.hpp>

#include "bot/channels/channel.h"
#include "handlers/text.h"
#include "tests/fakes/fake_telegram.h"

using namespace laoke;
using namespace laoke::channels;
using namespace std::chrono_literals;
using nlohmann::json;
using test::FakeTelegram;

namespace {

constexpr std::int64_t kXiaomei = 5102233441;

struct Bot {
  FakeTelegram fake;
  std::unique_ptr<Channel> channel;
  explicit Bot(const json& more = json::object()) {
    json settings = fake.settings();
    settings.update(more);
    channel = find_kind("telegram")->make({1, 2, "bot", "telegram", settings});
  }
  SendOutcome send(const MessageContent& content) {
    Outgoing message;
    message.external_id = std::to_string(kXiaomei);
    message.content = content;
    return channel->send(message);
  }
  SendOutcome send_text(const std::string& text) {
    MessageContent content;
    content.text = text;
    return send(content);
  }
};

std::string repeated(const std::string& piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

MessageContent content_of(const std::string& text) {
  MessageContent content;
  content.text = text;
  return content;
}

}  // namespace

TEST_CASE("a text with buttons arrives as it was written", "[telegram]") {
  Bot bot;
  MessageContent content = content_of("您的订单 #10087 已发货 <b>_*👩‍👩‍👧‍👦");
  content.buttons = {{{"查看物流", "", "https://shop.example.com/t/10087"}, {"联系客服", "svc:10087", ""}},
                     {{"好", "ok", ""}}};
  const SendOutcome outcome = bot.send(content);
  CHECK(outcome.status == SendStatus::kAccepted);
  const auto sent = bot.fake.accepted();
  REQUIRE(sent.size() == 1);
  CHECK(outcome.platform_message_id == std::to_string(sent[0].message_id));
  CHECK(outcome.part_ids.empty());
  CHECK(sent[0].chat_id == kXiaomei);
  CHECK(sent[0].text == content.text);
  CHECK(sent[0].markup["inline_keyboard"] ==
        json::parse(R"([[{"text":"查看物流","url":"https://shop.example.com/t/10087"},
                         {"text":"联系客服","callback_data":"svc:10087"}],[{"text":"好","callback_data":"ok"}]])"));
}

TEST_CASE("a picture carries its text, or is followed by a text that is too long for it", "[telegram]") {
  Bot bot;
  MessageContent content = content_of(repeated("好", 1024));
  content.image = "https://shop.example.com/a.jpg";
  content.buttons = {{{"买", "buy", ""}}};
  CHECK(bot.send(content).status == SendStatus::kAccepted);
  content.text += "。";
  const SendOutcome outcome = bot.send(content);
  CHECK(outcome.status == SendStatus::kAccepted);
  const auto sent = bot.fake.accepted();
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].photo == content.image);
  CHECK(length_utf16(sent[0].text) == 1024);
  CHECK(sent[1].photo == content.image);
  CHECK(sent[1].text.empty());
  CHECK(sent[1].button_data().empty());
  CHECK(sent[2].text == content.text);
  CHECK(sent[2].button_data() == std::vector<std::string>{"buy"});
  CHECK(outcome.part_ids.size() == 2);
}

TEST_CASE("the share-my-number button stands in the customer's keyboard", "[telegram]") {
  Bot bot;
  MessageContent content = content_of("请点下方按钮留下手机号");
  content.ask_phone = true;
  CHECK(bot.send(content).status == SendStatus::kAccepted);
  content.buttons = {{{"不用了", "no", ""}}};
  CHECK(bot.send(content).status == SendStatus::kAccepted);
  const auto sent = bot.fake.accepted();
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].markup["keyboard"][0][0]["request_contact"] == true);
  CHECK(sent[0].button_labels() == std::vector<std::string>{"📱 分享我的手机号"});
  CHECK(sent[1].button_data() == std::vector<std::string>{"no"});
  CHECK(sent[2].markup["keyboard"][0][0]["request_contact"] == true);
}

TEST_CASE("a reply names the message it answers, and goes even when that is gone", "[telegram]") {
  Bot bot;
  MessageContent content = content_of("好的");
  content.reply_to = "812";
  CHECK(bot.send(content).status == SendStatus::kAccepted);
  CHECK(bot.fake.accepted().at(0).reply_to == 812);
  bot.fake.fail_next(1, 400, "Bad Request: message to be replied not found");
  CHECK(bot.send(content).status == SendStatus::kAccepted);
  CHECK(bot.fake.accepted().at(1).reply_to == 0);
}

TEST_CASE("a text sent before is replaced, and the same text again is no failure", "[telegram]") {
  Bot bot;
  MessageContent content = content_of("已发送 10/100");
  const std::string id = bot.send(content).platform_message_id;
  content.edit_of = id;
  content.text = "已发送 100/100";
  for (int i = 0; i < 2; ++i) {
    const SendOutcome outcome = bot.send(content);
    CHECK(outcome.status == SendStatus::kAccepted);
    CHECK(outcome.platform_message_id == id);
  }
  REQUIRE(bot.fake.accepted().size() == 2);
  CHECK(bot.fake.accepted()[1].method == "editMessageText");
  CHECK(bot.fake.accepted()[1].text == "已发送 100/100");
  content.edit_of = "999";
  CHECK(bot.send(content).status == SendStatus::kRejected);
}

TEST_CASE("every refusal of Telegram means one thing for the shop", "[telegram]") {
  struct Row {
    int code;
    const char* description;
    SendStatus status;
  };
  const Row row = GENERATE(values<Row>({
      {403, "Forbidden: bot was blocked by the user", SendStatus::kContactGone},
      {403, "Forbidden: user is deactivated", SendStatus::kContactGone},
      {403, "Forbidden: bot can't initiate conversation with a user", SendStatus::kContactGone},
      {403, "Forbidden: bot was kicked from the group chat", SendStatus::kContactGone},
      {403, "Forbidden: bot is not a member of the channel chat", SendStatus::kContactGone},
      {400, "Bad Request: chat not found", SendStatus::kContactGone},
      {400, "BAD REQUEST: CHAT NOT FOUND", SendStatus::kContactGone},
      {400, "Bad Request: group chat was upgraded to a supergroup chat", SendStatus::kContactGone},
      {400, "Bad Request: message is too long", SendStatus::kRejected},
      {400, "Bad Request: can't parse entities: unclosed tag", SendStatus::kRejected},
      {400, "Bad Request: BUTTON_DATA_INVALID", SendStatus::kRejected},
      {400, "Bad Request: reply markup is too long", SendStatus::kRejected},
      {400, "Bad Request: something new", SendStatus::kRejected},
      {413, "Request Entity Too Large", SendStatus::kRejected},
      {401, "Unauthorized", SendStatus::kBadConfig},
      {404, "Not Found", SendStatus::kBadConfig},
      {404, "Not Found: method not found", SendStatus::kBadConfig},
      {409, "Conflict: terminated by other getUpdates request", SendStatus::kBadConfig},
      {500, "Internal Server Error", SendStatus::kUnknown},
      {502, "Bad Gateway", SendStatus::kUnknown},
  }));
  DYNAMIC_SECTION(row.code << " " << row.description) {
    Bot bot;
    bot.fake.fail_next(1, row.code, row.description);
    const SendOutcome outcome = bot.send_text("在吗");
    CHECK(name_of(outcome.status) == name_of(row.status));
    CHECK(outcome.platform_code == std::to_string(row.code) + " " + row.description);
    CHECK(outcome.platform_code.find(bot.fake.token()) == std::string::npos);
    CHECK(bot.fake.accepted().empty());
    CHECK(bot.fake.calls("sendMessage") == 1);
  }
}

TEST_CASE("people who cannot be written to are told apart from bad messages", "[telegram]") {
  Bot bot;
  SECTION("blocked") {
    bot.fake.block(kXiaomei);
    CHECK(bot.send_text("在吗").status == SendStatus::kContactGone);
    bot.fake.unblock(kXiaomei);
    CHECK(bot.send_text("在吗").status == SendStatus::kAccepted);
  }
  SECTION("deactivated") {
    bot.fake.deactivate(kXiaomei);
    CHECK(bot.send_text("在吗").status == SendStatus::kContactGone);
  }
  SECTION("never started") {
    bot.fake.forget(kXiaomei);
    CHECK(bot.send_text("在吗").status == SendStatus::kContactGone);
  }
  SECTION("moved") {
    bot.fake.move(kXiaomei, -1001234567890);
    const SendOutcome outcome = bot.send_text("在吗");
    CHECK(outcome.status == SendStatus::kContactMoved);
    CHECK(outcome.new_external_id == "-1001234567890");
  }
  SECTION("no Telegram address at all") {
    Outgoing message;
    message.external_id = "wx_openid";
    message.content.text = "x";
    CHECK(bot.channel->send(message).status == SendStatus::kContactGone);
    CHECK(bot.fake.calls("sendMessage") == 0);
  }
}

TEST_CASE("the platform's own wait is taken from the body or the header", "[telegram]") {
  const auto form =
      GENERATE(FakeTelegram::WaitForm::kBoth, FakeTelegram::WaitForm::kBody, FakeTelegram::WaitForm::kHeader);
  Bot bot;
  bot.fake.throttle_next(1, 17, form);
  const SendOutcome outcome = bot.send_text("在吗");
  CHECK(outcome.status == SendStatus::kThrottled);
  CHECK(outcome.retry_after == 17s);
  CHECK(bot.fake.accepted().empty());
  CHECK(bot.send_text("在吗").status == SendStatus::kAccepted);
}

TEST_CASE("odd answers never pass for a delivery, nor for a refusal", "[telegram]") {
  struct Row {
    int code;
    const char* body;
    SendStatus status;
  };
  const Row row = GENERATE(values<Row>({
      {200, "", SendStatus::kUnknown},
      {200, "<html>please log in</html>", SendStatus::kUnknown},
      {200, "[]", SendStatus::kUnknown},
      {200, R"({"ok":"yes"})", SendStatus::kUnknown},
      {200, R"({"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"})",
       SendStatus::kContactGone},
      {200, R"({"ok":true,"result":{}})", SendStatus::kAccepted},
      {429, "slow down", SendStatus::kThrottled},
      {429, R"({"ok":false,"parameters":{"retry_after":"x"}})", SendStatus::kThrottled},
      {429, R"({"ok":false,"parameters":{"retry_after":9223372036854775807}})", SendStatus::kThrottled},
      {403, "<html>", SendStatus::kContactGone},
      {302, "", SendStatus::kBadConfig},
      {503, "<html>", SendStatus::kUnknown},
  }));
  DYNAMIC_SECTION(row.code << " " << row.body) {
    Bot bot;
    bot.fake.answer_with(1, row.code, row.body);
    const SendOutcome outcome = bot.send_text("在吗");
    CHECK(name_of(outcome.status) == name_of(row.status));
    CHECK(outcome.retry_after <= 24h);
    CHECK((row.code != 429 || outcome.retry_after >= 1s));
  }
}

TEST_CASE("an answer that got lost leaves the outcome open, one that never left does not", "[telegram]") {
  const bool waits_in_vain = GENERATE(false, true);
  if (waits_in_vain) {
    Bot bot(json{{"timeout_seconds", 2}});
    bot.fake.hang_next_answer();
    CHECK(bot.send_text("在吗").status == SendStatus::kUnknown);
    CHECK(bot.fake.wait_for_accepted(1));
    bot.fake.answer_after(1h);
    CHECK(bot.send_text("在吗").status == SendStatus::kUnknown);
    return;
  }
  Bot bot;
  SECTION("taken, then the connection closed") {
    bot.fake.lose_next_answer();
    CHECK(bot.send_text("在吗").status == SendStatus::kUnknown);
    CHECK(bot.fake.accepted().size() == 1);
  }
  SECTION("closed before it was taken: nobody can know") {
    bot.fake.drop_next();
    CHECK(bot.send_text("在吗").status == SendStatus::kUnknown);
    CHECK(bot.fake.accepted().empty());
  }
  SECTION("nobody listens") {
    bot.fake.stop();
    const SendOutcome outcome = bot.send_text("在吗");
    CHECK(outcome.status == SendStatus::kRetryLater);
    CHECK(outcome.platform_code == "no connection to " + bot.fake.base_url());
    bot.fake.start();
    CHECK(bot.send_text("在吗").status == SendStatus::kAccepted);
  }
  SECTION("the token was revoked") {
    bot.fake.revoke_token();
    CHECK(bot.send_text("在吗").status == SendStatus::kBadConfig);
  }
}

TEST_CASE("what Telegram would refuse for certain is refused before anything is sent", "[telegram]") {
  struct Row {
    const char* says;
    MessageContent content;
  };
  const auto button = [](const Button& one) {
    MessageContent content = content_of(repeated("字", 5000));
    content.buttons = {{one}};
    return content;
  };
  const Row row = GENERATE_COPY(values<Row>({
      {"no text", content_of("")},
      {"blanks", content_of(" \n\u3000")},
      {"button data of 65 bytes", button({"好", repeated("x", 65), ""})},
      {"button data of 22 Chinese letters", button({"好", repeated("好", 22), ""})},
      {"a button that does nothing", button({"好", "", ""})},
      {"a button that does two things", button({"好", "x", "https://x"})},
      {"a button without label", button({" ", "x", ""})},
      {"more parts than anybody reads", content_of(repeated("word ", 100'000))},
  }));
  DYNAMIC_SECTION(row.says) {
    Bot bot;
    const SendOutcome outcome = bot.send(row.content);
    CHECK(outcome.status == SendStatus::kRejected);
    CHECK_FALSE(outcome.platform_code.empty());
    CHECK(bot.fake.calls("sendMessage") == 0);
  }
}

TEST_CASE("button data of exactly 64 bytes passes", "[telegram]") {
  Bot bot;
  MessageContent content = content_of("?");
  content.buttons = {{{"好", repeated("好", 21) + "x", ""}}};
  CHECK(bot.send(content).status == SendStatus::kAccepted);
}

TEST_CASE("a long text goes in parts that fit, in order, with the buttons on the last", "[telegram]") {
  Bot bot;
  MessageContent content = content_of(repeated("👍", 2048) + repeated("好", 4096) + "尾");
  content.buttons = {{{"好", "ok", ""}}};
  content.reply_to = "5";
  const SendOutcome outcome = bot.send(content);
  CHECK(outcome.status == SendStatus::kAccepted);
  const auto sent = bot.fake.accepted();
  REQUIRE(sent.size() == 3);
  std::string whole;
  for (const auto& part : sent) whole += part.text;
  CHECK(whole == content.text);
  CHECK(sent[0].button_data().empty());
  CHECK(sent[0].reply_to == 5);
  CHECK(sent[1].reply_to == 0);
  CHECK(sent[2].button_data() == std::vector<std::string>{"ok"});
  CHECK(outcome.part_ids.size() == 3);
  CHECK(outcome.platform_message_id == outcome.part_ids.back());
}

TEST_CASE("a text of 100 kB arrives whole", "[telegram]") {
  Bot bot;
  const std::string text = repeated("0123456789", 10'000);
  CHECK(bot.send_text(text).status == SendStatus::kAccepted);
  std::string whole;
  for (const auto& part : bot.fake.accepted()) whole += part.text;
  CHECK(whole == text);
}

TEST_CASE("a long text that fails on its way is never sent twice nor called complete", "[telegram]") {
  Bot bot;
  const std::string text = repeated("好", 4096) + repeated("坏", 4096);
  struct Row {
    const char* says;
    void (*fault)(FakeTelegram&);
    SendStatus status;
    std::size_t taken;
  };
  // The fault meets the second part: the first takes none.
  const Row row = GENERATE(values<Row>({
      {"a short wait is waited out", [](FakeTelegram& fake) { fake.throttle_next(1, 0); }, SendStatus::kAccepted, 2},
      {"a long wait is not", [](FakeTelegram& fake) { fake.throttle_next(1, 3600); }, SendStatus::kUnknown, 1},
      {"a lost answer", [](FakeTelegram& fake) { fake.lose_next_answer(); }, SendStatus::kUnknown, 2},
      {"blocked meanwhile",
       [](FakeTelegram& fake) { fake.fail_next(1, 403, "Forbidden: bot was blocked by the user"); },
       SendStatus::kUnknown, 1},
  }));
  DYNAMIC_SECTION(row.says) {
    // Orders the fault between the two: before the answer to the first leaves.
    class FaultAfterFirst final : public FakeTelegram::Judge {
     public:
      explicit FaultAfterFirst(std::function<void()> fault) : fault_(std::move(fault)) {}
      FakeTelegram::Twist befalls(std::int64_t, const std::string&) override { return {}; }
      void taken(const FakeTelegram::Sent&) override {
        if (first_.exchange(false)) fault_();
      }

     private:
      std::function<void()> fault_;
      std::atomic<bool> first_{true};
    } judge([&] { row.fault(bot.fake); });
    bot.fake.judge_sends(&judge);
    const SendOutcome outcome = bot.send_text(text);
    bot.fake.judge_sends(nullptr);
    CHECK(name_of(outcome.status) == name_of(row.status));
    CHECK(bot.fake.accepted().size() == row.taken);
    CHECK(bot.fake.accepted().at(0).text == repeated("好", 4096));
    if (row.status == SendStatus::kUnknown) {
      CHECK_THAT(outcome.platform_code, Catch::StartsWith("1 of 2 parts arrived, then: "));
      CHECK(outcome.platform_message_id == std::to_string(bot.fake.accepted()[0].message_id));
    }
  }
}

TEST_CASE("a picture Telegram could not fetch is tried once more", "[telegram]") {
  Bot bot;
  MessageContent content = content_of("春季上新");
  content.image = "https://shop.example.com/a.jpg";
  bot.fake.fail_next(1, 400, "Bad Request: failed to get HTTP URL content");
  CHECK(bot.send(content).status == SendStatus::kAccepted);
  bot.fake.fail_next(2, 400, "Bad Request: wrong file identifier/HTTP URL specified");
  CHECK(bot.send(content).status == SendStatus::kRejected);
  CHECK(bot.fake.accepted().size() == 1);
}

TEST_CASE("parts of a long text keep the pace of one chat", "[telegram]") {
  Bot bot(json{{"contact_messages_per_second", 20}});
  bot.fake.enforce_rates(1000, 20, 1);
  CHECK(bot.send_text(repeated("好", 4096 * 3)).status == SendStatus::kAccepted);
  CHECK(bot.fake.accepted().size() == 3);
}

TEST_CASE("the fake refuses a chat that is written to too fast", "[telegram]") {
  Bot bot;
  bot.fake.enforce_rates(1000, 1, 3);
  for (int i = 0; i < 3; ++i) CHECK(bot.send_text("在吗").status == SendStatus::kAccepted);
  const SendOutcome outcome = bot.send_text("在吗");
  CHECK(outcome.status == SendStatus::kThrottled);
  CHECK(outcome.retry_after == 1s);
}

TEST_CASE("a press is acknowledged, and one too old harms nobody", "[telegram]") {
  Bot bot;
  bot.fake.user_presses(kXiaomei, "晓梅", "rcv:1:y", 1);
  const Polled polled = bot.channel->poll("", 1s);
  const std::string press_id = polled.updates.at(0).events.at(0).press_id;
  bot.channel->acknowledge_press(press_id, repeated("好", 300));
  REQUIRE(bot.fake.press_answers().size() == 1);
  CHECK(length_code_points(bot.fake.press_answers()[0]["text"].get<std::string>()) == 200);
  CHECK_NOTHROW(bot.channel->acknowledge_press(press_id, ""));
  bot.fake.stop();
  CHECK_NOTHROW(bot.channel->acknowledge_press(press_id, ""));
}

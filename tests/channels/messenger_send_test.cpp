#include <catch2/catch.hpp>

#include "bot/channels/channel.h"
#include "handlers/text.h"
#include "tests/fakes/fake_messenger.h"

// Sending on Messenger and Instagram: windows, templates, and what can come of each call.
namespace laoke::channels::messenger_send_test {
namespace {

using nlohmann::json;
using test::FakeMessenger;
using Kind = FakeMessenger::Fault::Kind;
using namespace std::chrono_literals;

const std::string kAnna = "6789012345678901";
constexpr const char* kSendPath = "me/messages";
constexpr std::int64_t kHour = 3'600'000;

MessageContent words(const std::string& text) {
  MessageContent content;
  content.text = text;
  return content;
}

std::string times(const std::string& piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

struct Desk {
  std::int64_t now_ms = 1'767'225'600'000;
  FakeMessenger fake;
  std::unique_ptr<Channel> channel;
  explicit Desk(const json& more = json::object(), bool instagram = false) : fake(instagram) {
    json settings = fake.settings();
    settings.update(more);
    const std::string kind = instagram ? "instagram" : "messenger";
    channel = find_kind(kind)->make({1, 2, kind, kind, settings});
    fake.follow_clock([this] { return now_ms; });
    fake.says(kAnna, "在吗");
  }
  SendOutcome send(const MessageContent& content, bool marketing = false) {
    Outgoing message;
    message.external_id = kAnna;
    message.content = content;
    message.marketing = marketing;
    message.reference = "m:0:7:9";
    return channel->send(message);
  }
  std::vector<InboundEvent> hears(const test::Callback& callback) const {
    RawRequest request{"POST", callback.body, {{"x-hub-signature-256", callback.headers.at(0).second}}, {}};
    REQUIRE(channel->authentic(request));
    return channel->parse(request);
  }
};

}  // namespace

TEST_CASE("a text on Messenger arrives as it was written and is told back by its echo", "[messenger]") {
  Desk desk;
  const SendOutcome outcome = desk.send(words("您的订单 #10087 已发货 👩‍👩‍👧‍👦"));
  CHECK(outcome.status == SendStatus::kAccepted);
  const auto sent = desk.fake.accepted();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].text() == "您的订单 #10087 已发货 👩‍👩‍👧‍👦");
  CHECK(sent[0].message_id == outcome.platform_message_id);
  CHECK(sent[0].messaging_type == "RESPONSE");
  CHECK(desk.send(words("新品"), true).status == SendStatus::kAccepted);
  CHECK(desk.fake.accepted()[1].messaging_type == "UPDATE");
  const auto echo = desk.hears(desk.fake.echo(sent[0]));
  REQUIRE(echo.size() == 1);
  CHECK(echo[0].reference == "m:0:7:9");
  CHECK(echo[0].platform_message_id == outcome.platform_message_id);
}

TEST_CASE("outside of Messenger's window only an approved template goes", "[messenger]") {
  Desk desk;
  desk.now_ms += 24 * kHour;
  CHECK(desk.send(words("在吗")).status == SendStatus::kAccepted);
  desk.now_ms += 1;
  const SendOutcome closed = desk.send(words("在吗"));
  CHECK(closed.status == SendStatus::kWindowClosed);
  CHECK_THAT(closed.platform_code, Catch::StartsWith("10/2018278 ") && Catch::Contains("outside of allowed window"));
  MessageContent notice = words("订单 #10087 已发货");
  notice.platform_template = "order_shipped";
  notice.platform_template_language = "zh_TW";
  notice.platform_template_parameters = {"10087"};
  notice.buttons = {{{"查看", "", "https://x"}, {"收到", "rcv:10087:y", ""}}};
  CHECK(desk.send(notice).status == SendStatus::kRejected);  // not approved yet
  desk.fake.approve_template("order_shipped", "zh_TW", 1);
  CHECK(desk.send(notice).status == SendStatus::kAccepted);
  const auto sent = desk.fake.accepted().back();
  CHECK(sent.messaging_type == "UTILITY");
  CHECK(sent.message["attachment"]["payload"] ==
        json::parse(R"({"template_type":"utility_messages","name":"order_shipped","language":{"code":"zh_TW"},"components":[
          {"type":"body","parameters":[{"type":"text","text":"10087"}]},
          {"type":"button","sub_type":"postback","index":1,"parameters":[{"type":"text","text":"rcv:10087:y"}]}]})"));
  CHECK(sent.metadata == "m:0:7:9");
  notice.platform_template_parameters.push_back("too many");
  CHECK(desk.send(notice).status == SendStatus::kRejected);
}

TEST_CASE("Instagram has no template to open its window with", "[messenger]") {
  Desk desk(json::object(), true);
  CHECK(desk.send(words("在吗")).status == SendStatus::kAccepted);
  desk.now_ms += 24 * kHour + 1;
  CHECK(desk.send(words("在吗")).status == SendStatus::kWindowClosed);
  const int before = desk.fake.calls(kSendPath);
  MessageContent notice = words("订单 #10087 已发货");
  notice.platform_template = "order_shipped";
  const SendOutcome outcome = desk.send(notice);
  CHECK(outcome.status == SendStatus::kWindowClosed);
  CHECK_THAT(outcome.platform_code, Catch::Contains("Instagram has no templates"));
  CHECK(desk.fake.calls(kSendPath) == before);
}

TEST_CASE("every refusal of Meta means one thing for the shop", "[messenger]") {
  struct Row {
    int http;
    std::int64_t code, subcode;
    SendStatus means;
  };
  const Row row = GENERATE(values<Row>({
      {400, 190, 463, SendStatus::kBadConfig},
      {401, 190, 0, SendStatus::kBadConfig},
      {400, 10, 2018278, SendStatus::kWindowClosed},
      {400, 10, 2534022, SendStatus::kWindowClosed},
      {400, 10, 1893063, SendStatus::kThrottled},
      {403, 10, 0, SendStatus::kBadConfig},
      {403, 200, 0, SendStatus::kBadConfig},
      {403, 299, 7, SendStatus::kBadConfig},
      {400, 200, 1545041, SendStatus::kContactGone},
      {400, 200, 2018108, SendStatus::kBadConfig},
      {400, 551, 1545041, SendStatus::kContactGone},
      {400, 551, 0, SendStatus::kContactGone},
      {400, 100, 2018001, SendStatus::kContactGone},
      {400, 100, 2018109, SendStatus::kRejected},
      {400, 100, 0, SendStatus::kRejected},
      {400, 4, 0, SendStatus::kThrottled},
      {400, 17, 0, SendStatus::kThrottled},
      {400, 32, 0, SendStatus::kThrottled},
      {400, 613, 0, SendStatus::kThrottled},
      {400, 80006, 0, SendStatus::kThrottled},
      {400, 2018300, 0, SendStatus::kThrottled},
      {429, 999, 0, SendStatus::kThrottled},
      {500, 1200, 0, SendStatus::kRetryLater},
      {500, 2, 0, SendStatus::kRetryLater},
      {500, 1, 0, SendStatus::kRetryLater},
      {500, 1, 1357046, SendStatus::kUnknown},
      {503, 777, 0, SendStatus::kRetryLater},
      {400, 368, 0, SendStatus::kBadConfig},
      {400, 31337, 0, SendStatus::kRejected},
      {200, 551, 1545041, SendStatus::kContactGone},  // an error inside a 200 is one
  }));
  DYNAMIC_SECTION(row.http << " " << row.code << "/" << row.subcode) {
    Desk desk;
    desk.fake.fail_next({Kind::kRefuse, row.http, row.code, row.subcode, "(#1) words of Meta"});
    const SendOutcome outcome = desk.send(words("在吗"));
    CHECK(name_of(outcome.status) == name_of(row.means));
    CHECK_THAT(outcome.platform_code, Catch::StartsWith(std::to_string(row.code)) && Catch::Contains("words of Meta [AbCdEfGh123]"));
    CHECK_THAT(outcome.platform_code, !Catch::Contains(FakeMessenger::kToken));
    CHECK((outcome.status != SendStatus::kThrottled || outcome.retry_after >= 1s));
    CHECK(desk.fake.calls(kSendPath) == 1);
  }
}

TEST_CASE("Meta's wait is taken from its usage header, else it grows", "[messenger]") {
  Desk desk;
  SECTION("the header, in minutes") {
    desk.fake.fail_next({Kind::kRefuse, 400, 613, 0, "slow", {{"X-Business-Use-Case-Usage", R"({"108234567890123":[{"type":"messenger","estimated_time_to_regain_access":19}]})"}}});
    CHECK(desk.send(words("在吗")).retry_after == 19min);
  }
  SECTION("a header of another shape") {
    const char* header = GENERATE("", "x", "[]", R"({"1":7})", R"({"1":[7]})", R"({"1":[{"estimated_time_to_regain_access":"x"}]})", R"({"1":[{"estimated_time_to_regain_access":-5}]})");
    desk.fake.fail_next({Kind::kRefuse, 400, 613, 0, "slow", {{"X-Business-Use-Case-Usage", header}}});
    CHECK(desk.send(words("在吗")).retry_after == 1s);
  }
  SECTION("a wait beyond a day") {
    desk.fake.fail_next({Kind::kRefuse, 400, 613, 0, "slow", {{"X-Business-Use-Case-Usage", R"({"1":[{"estimated_time_to_regain_access":9223372036854775807}]})"}}});
    CHECK(desk.send(words("在吗")).retry_after == 24h);
  }
  SECTION("longer each time, and short again after a success") {
    desk.fake.fail_next({Kind::kRefuse, 400, 4, 0, "slow"}, 3);
    for (const auto wait : {1s, 2s, 4s}) CHECK(desk.send(words("在吗")).retry_after == wait);
    CHECK(desk.send(words("在吗")).status == SendStatus::kAccepted);
    desk.fake.fail_next({Kind::kRefuse, 400, 4, 0, "slow"});
    CHECK(desk.send(words("在吗")).retry_after == 1s);
  }
  SECTION("a Page that may not send waits hours") {
    desk.fake.fail_next({Kind::kRefuse, 400, 10, 1893063, "restricted"});
    CHECK(desk.send(words("在吗")).retry_after >= 1h);
  }
}

TEST_CASE("who cannot be written to on Messenger is told apart from bad messages", "[messenger]") {
  Desk desk;
  SECTION("blocked") {
    desk.fake.block(kAnna);
    CHECK(desk.send(words("在吗")).status == SendStatus::kContactGone);
  }
  SECTION("unknown") {
    desk.fake.forget(kAnna);
    CHECK(desk.send(words("在吗")).status == SendStatus::kContactGone);
  }
  SECTION("no address of Meta's") {
    Outgoing message;
    message.content = words("x");
    for (const char* address : {"", "wx_openid", "-5", "123456789012345678901234567890123"}) {
      message.external_id = address;
      CHECK(desk.channel->send(message).status == SendStatus::kContactGone);
    }
    CHECK(desk.fake.calls(kSendPath) == 0);
  }
}

TEST_CASE("odd answers of Meta never pass for a delivery", "[messenger]") {
  struct Row {
    int http;
    const char* body;
    SendStatus means;
  };
  const Row row = GENERATE(values<Row>({
      {200, "", SendStatus::kUnknown},
      {200, "<html>please log in</html>", SendStatus::kUnknown},
      {200, "[]", SendStatus::kUnknown},
      {200, "{}", SendStatus::kUnknown},
      {200, R"({"message_id":7})", SendStatus::kUnknown},
      {200, R"({"message_id":"m1"})", SendStatus::kAccepted},
      {200, R"({"error":{}})", SendStatus::kUnknown},
      {400, R"({"error":{"code":"x","message":7}})", SendStatus::kRejected},
      {403, "<html>", SendStatus::kRejected},
      {401, "", SendStatus::kBadConfig},
      {302, "", SendStatus::kBadConfig},
      {429, "slow down", SendStatus::kThrottled},
      {503, "<html>", SendStatus::kUnknown},
  }));
  DYNAMIC_SECTION(row.http << " " << row.body) {
    Desk desk;
    desk.fake.fail_next({Kind::kOdd, row.http, 0, 0, row.body});
    CHECK(name_of(desk.send(words("在吗")).status) == name_of(row.means));
  }
}

TEST_CASE("an answer of Meta that got lost leaves the outcome open, one that never left does not", "[messenger]") {
  Desk desk(json{{"timeout_seconds", 3}});
  SECTION("taken, then the connection closed") {
    desk.fake.fail_next({Kind::kLose});
    CHECK(desk.send(words("在吗")).status == SendStatus::kUnknown);
    CHECK(desk.fake.accepted().size() == 1);
  }
  SECTION("taken, and never answered") {
    desk.fake.fail_next({Kind::kHang});
    CHECK(desk.send(words("在吗")).status == SendStatus::kUnknown);
    CHECK(desk.hears(desk.fake.echo(desk.fake.accepted().at(0))).at(0).reference == "m:0:7:9");  // this settles it
  }
  SECTION("taken, and called a failure of an answer") {
    desk.fake.fail_next({Kind::kTakenFail, 500, 1, 1357046, "invalid JSON reply"});
    CHECK(desk.send(words("在吗")).status == SendStatus::kUnknown);
  }
  SECTION("closed before it was taken: nobody can know") {
    desk.fake.fail_next({Kind::kDrop});
    CHECK(desk.send(words("在吗")).status == SendStatus::kUnknown);
  }
  SECTION("nobody listens") {
    desk.fake.stop();
    CHECK(desk.send(words("在吗")).status == SendStatus::kRetryLater);
    desk.fake.start();
    CHECK(desk.send(words("在吗")).status == SendStatus::kAccepted);
  }
  SECTION("the token was revoked") {
    desk.fake.revoke_token();
    CHECK(desk.send(words("在吗")).status == SendStatus::kBadConfig);
  }
}

TEST_CASE("buttons on Messenger stay with a short text, and many are quick replies", "[messenger]") {
  Desk desk;
  MessageContent content = words("您的订单 #10087 已发货");
  content.buttons = {{{"查看物流", "", "https://shop.example.com/t/10087"}}, {{"联系客服", "svc:10087", ""}, {"好", "ok", ""}}};
  SECTION("three with a short text make one message") {
    CHECK(desk.send(content).status == SendStatus::kAccepted);
    REQUIRE(desk.fake.accepted().size() == 1);
    const auto sent = desk.fake.accepted()[0];
    CHECK(sent.text() == content.text);
    CHECK(sent.button_labels() == std::vector<std::string>{"查看物流", "联系客服", "好"});
    CHECK(sent.button_data() == std::vector<std::string>{"svc:10087", "ok"});
  }
  SECTION("a longer text stands above them") {
    content.text = times("字", 641);
    const SendOutcome outcome = desk.send(content);
    CHECK(outcome.status == SendStatus::kAccepted);
    CHECK(outcome.part_ids.size() == 2);
    REQUIRE(desk.fake.accepted().size() == 2);
    CHECK(desk.fake.accepted()[0].text() == content.text);
    CHECK(desk.fake.accepted()[1].text() == "👇");
    CHECK(desk.fake.accepted()[1].button_labels().size() == 3);
  }
  SECTION("thirteen are quick replies") {
    content.buttons.clear();
    for (int i = 0; i < 13; ++i) content.buttons.push_back({{times("很长的按钮", 5), "b:" + std::to_string(i), ""}});
    CHECK(desk.send(content).status == SendStatus::kAccepted);
    const auto sent = desk.fake.accepted().at(0);
    CHECK(sent.message["text"] == content.text);
    CHECK(sent.button_data().size() == 13);
    CHECK(length_code_points(sent.button_labels()[0]) == 20);
  }
  SECTION("a picture first, then the words with the buttons") {
    content.image = "https://shop.example.com/a.jpg";
    CHECK(desk.send(content).status == SendStatus::kAccepted);
    REQUIRE(desk.fake.accepted().size() == 2);
    CHECK(desk.fake.accepted()[0].image() == content.image);
    CHECK(desk.fake.accepted()[1].button_labels().size() == 3);
  }
}

TEST_CASE("what Meta would refuse for certain is refused before anything is sent", "[messenger]") {
  struct Row {
    const char* says;
    MessageContent content;
  };
  const auto with = [](auto&& change) {
    MessageContent content = words("好");
    change(content);
    return content;
  };
  const Row row = GENERATE_COPY(values<Row>({
      {"no text", words("")},
      {"blanks", words(" \n\u3000")},
      {"fourteen buttons", with([](auto& c) { c.buttons.assign(14, {{"好", "x", ""}}); })},
      {"a link among many", with([](auto& c) { c.buttons = {{{"好", "x", ""}, {"好", "x", ""}, {"好", "x", ""}, {"好", "", "https://x"}}}; })},
      {"a button that does nothing", with([](auto& c) { c.buttons = {{{"好", "", ""}}}; })},
      {"a button that does two things", with([](auto& c) { c.buttons = {{{"好", "x", "https://x"}}}; })},
      {"a button without label", with([](auto& c) { c.buttons = {{{" ", "x", ""}}}; })},
      {"a link of another world", with([](auto& c) { c.buttons = {{{"好", "", "tel:1"}}}; })},
      {"a picture of another platform", with([](auto& c) { c.image = "AgACAgUAAxkBAAIDT"; })},
      {"a change of a message", with([](auto& c) { c.edit_of = "m_Out1"; })},
      {"more parts than anybody reads", words(times("word ", 100'000))},
  }));
  DYNAMIC_SECTION(row.says) {
    Desk desk;
    const SendOutcome outcome = desk.send(row.content);
    CHECK(outcome.status == SendStatus::kRejected);
    CHECK_FALSE(outcome.platform_code.empty());
    CHECK(desk.fake.calls(kSendPath) == 0);
  }
}

TEST_CASE("a long text is cut at letters in the product's own unit and goes in order", "[messenger]") {
  const bool instagram = GENERATE(false, true);
  Desk desk(json::object(), instagram);
  const std::string text = instagram ? times("好", 333) + times("👍", 250) + "尾" : times("👍", 1000) + times("好", 2000) + "尾";
  const SendOutcome outcome = desk.send(words(text));
  CHECK(outcome.status == SendStatus::kAccepted);
  const auto sent = desk.fake.accepted();
  REQUIRE(sent.size() == 3);
  std::string whole;
  for (const auto& part : sent) {
    CHECK(is_valid_utf8(part.text()));
    whole += part.text();
  }
  CHECK(whole == text);
  CHECK(outcome.part_ids.size() == 3);
  CHECK(outcome.platform_message_id == outcome.part_ids.back());
}

TEST_CASE("a long text that stops halfway is never sent twice nor called complete", "[messenger]") {
  Desk desk;
  struct Row {
    const char* says;
    FakeMessenger::Fault second;
    SendStatus means;
    std::size_t taken;
  };
  const Row row = GENERATE(values<Row>({
      {"a short wait is waited out", {Kind::kRefuse, 400, 613, 0, "slow"}, SendStatus::kAccepted, 2},
      {"a long wait is not", {Kind::kRefuse, 400, 10, 1893063, "restricted"}, SendStatus::kUnknown, 1},
      {"a lost answer", {Kind::kLose}, SendStatus::kUnknown, 2},
      {"blocked meanwhile", {Kind::kRefuse, 400, 551, 1545041, "not available"}, SendStatus::kUnknown, 1},
  }));
  DYNAMIC_SECTION(row.says) {
    desk.fake.fail_next({Kind::kOdd, 200, 0, 0, R"({"message_id":"m_first"})"});  // the first part, as far as we know
    desk.fake.fail_next(row.second);
    const SendOutcome outcome = desk.send(words(times("好", 2000) + times("坏", 2000)));
    CHECK(name_of(outcome.status) == name_of(row.means));
    CHECK(desk.fake.accepted().size() == row.taken - 1);
    if (row.means == SendStatus::kUnknown) {
      CHECK_THAT(outcome.platform_code, Catch::StartsWith("1 of 2 parts arrived, then: "));
      CHECK(outcome.platform_message_id == "m_first");
    }
  }
}

TEST_CASE("connecting subscribes the Page, and registers the callback where the app's number is known", "[messenger]") {
  Desk desk(json{{"app_id", FakeMessenger::kAppId}});
  for (int i = 0; i < 2; ++i) desk.channel->connect("https://shop.example.com/hooks/fb");
  CHECK(desk.fake.callback_url() == "https://shop.example.com/hooks/fb");
  CHECK(desk.fake.subscribed_fields().contains("message_echoes"));
  CHECK(desk.fake.get_started());
  Desk without;
  without.channel->connect("https://shop.example.com/hooks/fb");
  CHECK(without.fake.callback_url().empty());
  CHECK(without.fake.subscribed_fields().contains("messages"));
  Desk ig(json::object(), true);
  ig.channel->connect("https://shop.example.com/hooks/ig");
  CHECK(ig.fake.subscribed_fields().contains("messaging_seen"));
  CHECK_FALSE(ig.fake.get_started());
}

TEST_CASE("a Page that cannot be subscribed says what to do", "[messenger]") {
  Desk desk;
  SECTION("no public address") { CHECK_THROWS_WITH(desk.channel->connect(""), Catch::Contains("public_url")); }
  SECTION("token not valid") {
    desk.fake.revoke_token();
    CHECK_THROWS_WITH(desk.channel->connect("https://x.example.com"), Catch::Contains("pages_messaging") && !Catch::Contains(FakeMessenger::kToken));
  }
  SECTION("nobody there") {
    desk.fake.stop();
    CHECK_THROWS_WITH(desk.channel->connect("https://x.example.com"), Catch::Contains(desk.fake.base_url()));
  }
  SECTION("not allowed") {
    desk.fake.forbid_subscribing();
    CHECK_THROWS_WITH(desk.channel->connect("https://x.example.com"), Catch::Contains("could not be subscribed"));
  }
  SECTION("on Instagram the dashboard does it") {
    Desk ig(json::object(), true);
    ig.fake.forbid_subscribing();
    CHECK_NOTHROW(ig.channel->connect("https://x.example.com"));
  }
  SECTION("a callback URL that Meta cannot reach") {
    Desk app(json{{"app_id", FakeMessenger::kAppId}});
    CHECK_THROWS_WITH(app.channel->connect("http://x.example.com"), Catch::Contains("must be https"));
  }
}

TEST_CASE("testing a Page says in words how it stands", "[messenger]") {
  Desk desk;
  const auto text = [](Channel& channel) {
    std::string all;
    for (const auto& line : channel.probe()) all += (line.ok ? "+ " : "- ") + line.text + "\n";
    return all;
  };
  SECTION("all well") {
    desk.channel->connect("https://shop.example.com/hooks/fb");
    CHECK_THAT(text(*desk.channel), Catch::StartsWith("+ token is valid: 小美的店\n+ the account is subscribed to the app\n+ once, by hand: in the app dashboard"));
  }
  SECTION("not subscribed") { CHECK_THAT(text(*desk.channel), Catch::Contains("- the account is not subscribed to messages, messaging_postbacks")); }
  SECTION("token not valid") {
    desk.fake.revoke_token();
    CHECK_THAT(text(*desk.channel), Catch::StartsWith("- Meta refuses the account") && !Catch::Contains(FakeMessenger::kToken));
  }
  SECTION("another account's token") {
    json settings = desk.fake.settings();
    settings["page_id"] = "999";
    CHECK_THAT(text(*find_kind("messenger")->make({1, 2, "fb", "messenger", settings})), Catch::StartsWith("- Meta refuses the account"));
  }
  SECTION("nobody there") {
    desk.fake.stop();
    CHECK_THAT(text(*desk.channel), Catch::StartsWith("- no answer"));
  }
  SECTION("with the app's number the callback URL is seen") {
    Desk app(json{{"app_id", FakeMessenger::kAppId}});
    CHECK_THAT(text(*app.channel), Catch::Contains("- no callback URL is registered"));
    app.channel->connect("https://shop.example.com/hooks/fb");
    CHECK_THAT(text(*app.channel), Catch::Contains("+ callbacks go to https://shop.example.com/hooks/fb"));
  }
  SECTION("on Instagram") {
    Desk ig(json::object(), true);
    ig.fake.forbid_subscribing();
    CHECK_THAT(text(*ig.channel), Catch::StartsWith("+ token is valid: xiaomei.shop\n+ whether the account is subscribed cannot be asked"));
  }
}

TEST_CASE("a proof that comes from another app is seen, and can be left out", "[messenger]") {
  json settings;
  Desk desk;
  settings = desk.fake.settings();
  settings["app_secret"] = std::string(32, 'a');
  Outgoing message;
  message.external_id = kAnna;
  message.content = words("在吗");
  CHECK(find_kind("messenger")->make({1, 2, "fb", "messenger", settings})->send(message).status == SendStatus::kRejected);
  settings["appsecret_proof"] = "off";
  CHECK(find_kind("messenger")->make({1, 2, "fb", "messenger", settings})->send(message).status == SendStatus::kAccepted);
}

}  // namespace laoke::channels::messenger_send_test

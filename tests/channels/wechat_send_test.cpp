#include <catch2/catch.hpp>
#include <thread>

#include "bot/channels/wechat/api.h"
#include "bot/channels/wechat/wechat.h"
#include "tests/fakes/fake_wechat.h"
#include "tests/support/manual_clock.h"

namespace laoke::test::wechat_send_test {

using namespace channels;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr const char* kLiLei = "oLaokeOpenId_LiLei";
constexpr const char* kCustomPath = "/cgi-bin/message/custom/send";
constexpr const char* kTokenPath = "/cgi-bin/stable_token";
constexpr const char* kUploadPath = "/cgi-bin/media/upload";
const std::string kPng = std::string("\x89PNG\r\n\x1a\n", 8) + "made up for a test";

// An account whose follower 李雷 has just written.
struct Desk {
  test::ManualClock clock{1767225600000};
  FakeWechat fake;
  std::unique_ptr<Channel> channel;

  explicit Desk(const json& more = json::object(), bool trial = false) : fake({"safe", [this] { return clock.now_ms(); }, trial}) {
    json settings = fake.settings();
    settings.update(more);
    channel = make_wechat({1, 2, "gzh", "wechat", settings}, [this] { return clock.now_ms(); });
    fake.writes(kLiLei, "在吗");
  }
  SendOutcome send(const MessageContent& content, bool marketing = false) {
    Outgoing message;
    message.external_id = kLiLei;
    message.content = content;
    message.idempotency_key = "0123456789abcdef0123456789abcdef";
    message.marketing = marketing;
    return channel->send(message);
  }
  SendOutcome send_text(const std::string& text) {
    MessageContent content;
    content.text = text;
    return send(content);
  }
};

MessageContent picture_of(const std::string& url, const std::string& text = "") {
  MessageContent content;
  content.image = url;
  content.text = text;
  return content;
}

MessageContent template_of(const std::string& id, std::vector<std::string> parameters) {
  MessageContent content;
  content.platform_template = id;
  content.platform_template_parameters = std::move(parameters);
  return content;
}

std::string repeated(const std::string& piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

}  // namespace

TEST_CASE("a WeChat text within the window arrives as it was written, without an id", "[wechat]") {
  Desk desk;
  const SendOutcome outcome = desk.send_text("您好，老客 👩‍👩‍👧‍👦 \"<b>&");
  CHECK(outcome.status == SendStatus::kAccepted);
  CHECK(outcome.platform_message_id.empty());
  REQUIRE(desk.fake.accepted().size() == 1);
  CHECK(desk.fake.accepted()[0].text == "您好，老客 👩‍👩‍👧‍👦 \"<b>&");
  CHECK(desk.fake.accepted()[0].openid == kLiLei);
}

TEST_CASE("buttons are a menu that can be pressed, links are lines of text", "[wechat]") {
  MessageContent content;
  content.text = "订单 #1001 收到了吗？";
  content.buttons = {{{"收到了", "rcv:1001:y", ""}, {"有问题", "rcv:1001:n", ""}}, {{"看物流", "", "https://shop.example.com/t/1"}}};
  SECTION("as a menu") {
    Desk desk;
    CHECK(desk.channel->traits().buttons);
    CHECK(desk.send(content).status == SendStatus::kAccepted);
    const auto sent = desk.fake.accepted().at(0);
    CHECK(sent.type == "msgmenu");
    CHECK(sent.text == "订单 #1001 收到了吗？\n看物流: https://shop.example.com/t/1");
    CHECK(sent.menu == std::vector<std::pair<std::string, std::string>>{{"rcv:1001:y", "收到了"}, {"rcv:1001:n", "有问题"}});
    const auto press = desk.channel->parse(desk.fake.sign(desk.fake.presses_menu(kLiLei, "rcv:1001:y", "收到了"))).at(0);
    CHECK(press.kind == InboundKind::kPress);
    CHECK(press.press_data == "rcv:1001:y");
  }
  SECTION("switched off, or on a trial account, as text") {
    for (const bool trial : {true, false}) {
      Desk desk(trial ? json::object() : json{{"menu_buttons", "no"}}, trial);
      CHECK(desk.send(content).status == SendStatus::kAccepted);
      const auto sent = desk.fake.accepted().at(0);
      CHECK(sent.type == "text");
      CHECK_THAT(sent.text, Catch::Contains("· 收到了") && Catch::Contains("· 有问题") && Catch::Contains("https://shop.example.com/t/1"));
    }
  }
}

TEST_CASE("a long WeChat text goes in parts that fit, in order, five at most", "[wechat]") {
  Desk desk;
  const std::string text = repeated("好", 2000);
  CHECK(desk.send_text(text).status == SendStatus::kAccepted);
  std::string whole;
  for (const auto& part : desk.fake.accepted()) {
    CHECK(part.text.size() <= 2048);
    whole += part.text;
  }
  CHECK(whole == text);
  CHECK(desk.fake.accepted().size() == 3);
  const SendOutcome too_long = desk.send_text(repeated("好", 4000));
  CHECK(too_long.status == SendStatus::kRejected);
  CHECK_THAT(too_long.platform_code, Catch::Contains("5"));
  CHECK(desk.fake.accepted().size() == 3);
}

TEST_CASE("a long WeChat text that stops halfway is neither sent twice nor called complete", "[wechat]") {
  Desk desk;
  for (int i = 0; i < 4; ++i) desk.send_text("一");
  const SendOutcome outcome = desk.send_text(repeated("好", 1000));  // the second part is the sixth message
  CHECK(outcome.status == SendStatus::kUnknown);
  CHECK_THAT(outcome.platform_code, Catch::StartsWith("1 of 2 parts arrived, then: 45047"));
}

TEST_CASE("the window closes after five messages and after two days, and a click opens it for a minute", "[wechat]") {
  Desk desk;
  for (int i = 0; i < 5; ++i) CHECK(desk.send_text("好").status == SendStatus::kAccepted);
  SendOutcome sixth = desk.send_text("好");
  CHECK(sixth.status == SendStatus::kWindowClosed);
  CHECK_THAT(sixth.platform_code, Catch::StartsWith("45047"));
  desk.fake.clicks(kLiLei, "menu");
  for (int i = 0; i < 3; ++i) CHECK(desk.send_text("好").status == SendStatus::kAccepted);
  CHECK(desk.send_text("好").status == SendStatus::kWindowClosed);
  desk.fake.writes(kLiLei, "在");
  desk.clock.advance(48 * 3'600'000 - 1);
  CHECK(desk.send_text("好").status == SendStatus::kAccepted);
  desk.clock.advance(1);
  CHECK_THAT(desk.send_text("好").platform_code, Catch::StartsWith("45015"));
}

TEST_CASE("every errcode means one thing for the shop", "[wechat]") {
  struct Row {
    int code;
    SendStatus status;
    int calls;
  };
  const Row row = GENERATE(values<Row>({
      {-1, SendStatus::kRetryLater, 1},      {42010, SendStatus::kRetryLater, 1},   {45066, SendStatus::kRetryLater, 1},
      {9500001, SendStatus::kRetryLater, 1}, {9500002, SendStatus::kRetryLater, 1}, {45011, SendStatus::kThrottled, 1},
      {45009, SendStatus::kQuotaUsed, 1},    {45028, SendStatus::kQuotaUsed, 1},    {48006, SendStatus::kQuotaUsed, 1},
      {45015, SendStatus::kWindowClosed, 1}, {45047, SendStatus::kWindowClosed, 1}, {40003, SendStatus::kContactGone, 1},
      {43004, SendStatus::kContactGone, 1},  {43019, SendStatus::kContactGone, 1},  {48002, SendStatus::kContactGone, 1},
      {50005, SendStatus::kContactGone, 1},  {46004, SendStatus::kContactGone, 1},  {43101, SendStatus::kRejected, 1},
      {40008, SendStatus::kRejected, 1},     {40031, SendStatus::kRejected, 1},     {40032, SendStatus::kRejected, 1},
      {40033, SendStatus::kRejected, 1},     {40035, SendStatus::kRejected, 1},     {40037, SendStatus::kRejected, 1},
      {40130, SendStatus::kRejected, 1},     {40152, SendStatus::kRejected, 1},     {45159, SendStatus::kRejected, 1},
      {43002, SendStatus::kRejected, 1},     {44002, SendStatus::kRejected, 1},     {44004, SendStatus::kRejected, 1},
      {45002, SendStatus::kRejected, 1},     {45067, SendStatus::kRejected, 1},     {45157, SendStatus::kRejected, 1},
      {45158, SendStatus::kRejected, 1},     {47001, SendStatus::kRejected, 1},     {47003, SendStatus::kRejected, 1},
      {45056, SendStatus::kRejected, 1},     {45057, SendStatus::kRejected, 1},     {45058, SendStatus::kRejected, 1},
      {45059, SendStatus::kRejected, 1},     {49003, SendStatus::kRejected, 1},     {99999, SendStatus::kRejected, 1},
      {48001, SendStatus::kBadConfig, 1},    {48003, SendStatus::kBadConfig, 1},    {48004, SendStatus::kBadConfig, 1},
      {48008, SendStatus::kBadConfig, 1},    {50001, SendStatus::kBadConfig, 1},    {50002, SendStatus::kBadConfig, 1},
      {45113, SendStatus::kBadConfig, 1},    {89504, SendStatus::kBadConfig, 1},    {89505, SendStatus::kBadConfig, 1},
      {40164, SendStatus::kBadConfig, 1},    {40001, SendStatus::kAccepted, 2},     {40014, SendStatus::kAccepted, 2},
      {41001, SendStatus::kAccepted, 2},     {42001, SendStatus::kAccepted, 2},     {42007, SendStatus::kAccepted, 2},
  }));
  DYNAMIC_SECTION(row.code) {
    Desk desk;
    desk.fake.fail_next(1, row.code, "words of WeChat");
    const SendOutcome outcome = desk.send_text("在吗");
    CHECK(name_of(outcome.status) == name_of(row.status));
    CHECK(desk.fake.calls(kCustomPath) == row.calls);
    if (row.status == SendStatus::kAccepted) return;
    CHECK_THAT(outcome.platform_code, Catch::StartsWith(std::to_string(row.code) + " words of WeChat rid: 65f0-fake"));
    CHECK(desk.fake.accepted().empty());
    CHECK((outcome.retry_after > 0ms) == (row.status == SendStatus::kQuotaUsed || row.code == 45011 || row.code == 45066));
  }
}

TEST_CASE("the day's calls come back at midnight in Beijing", "[wechat]") {
  Desk desk;  // it is 8 in the morning there
  desk.fake.fail_next(1, 45009, "reach max api daily quota limit");
  CHECK(desk.send_text("在吗").retry_after == 16h);
  desk.clock.advance(16 * 3'600'000 - 1000);
  desk.fake.fail_next(1, 45009, "reach max api daily quota limit");
  CHECK(desk.send_text("在吗").retry_after == 1s);
}

TEST_CASE("one access token serves until five minutes before its end", "[wechat]") {
  Desk desk;
  for (int i = 0; i < 3; ++i) CHECK(desk.send_text("好").status == SendStatus::kAccepted);
  CHECK(desk.fake.calls(kTokenPath) == 1);
  desk.clock.advance((7200 - 300) * 1000 - 1);
  desk.send_text("好");
  CHECK(desk.fake.calls(kTokenPath) == 1);
  desk.clock.advance(1);
  CHECK(desk.send_text("好").status == SendStatus::kAccepted);
  CHECK(desk.fake.calls(kTokenPath) == 2);
}

TEST_CASE("a token that WeChat refuses is fetched again once, and the message repeated once", "[wechat][concurrent]") {
  Desk desk;
  SECTION("another program made it invalid") {
    desk.send_text("好");
    desk.fake.expire_token();
    CHECK(desk.send_text("好").status == SendStatus::kAccepted);
    CHECK(desk.fake.calls(kTokenPath) == 2);
    CHECK(desk.fake.accepted().size() == 2);
  }
  SECTION("and never a third time") {
    desk.fake.refuse_tokens(100);
    const SendOutcome outcome = desk.send_text("好");
    CHECK(outcome.status == SendStatus::kRetryLater);
    CHECK_THAT(outcome.platform_code, Catch::StartsWith("42001"));
    CHECK(desk.fake.calls(kCustomPath) == 2);
  }
  SECTION("many senders at once fetch one between them") {
    desk.send_text("好");
    desk.fake.expire_token();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { desk.send_text("好"); });
    for (auto& thread : threads) thread.join();
    CHECK(desk.fake.accepted().size() == 5);
    CHECK(desk.fake.calls(kTokenPath) == 2);
  }
}

TEST_CASE("what keeps the account from getting a token is told with what to click", "[wechat]") {
  Desk desk;
  SECTION("the secret changed") {
    desk.fake.change_secret();
    const SendOutcome outcome = desk.send_text("好");
    CHECK(outcome.status == SendStatus::kBadConfig);
    CHECK_THAT(outcome.platform_code, Catch::StartsWith("40125") && Catch::Contains("基本配置") && Catch::Contains("AppSecret"));
    CHECK_THAT(outcome.platform_code, !Catch::Contains("secretofthefakeaccount"));
  }
  SECTION("this server is not on the list") {
    desk.fake.block_address();
    const SendOutcome outcome = desk.send_text("好");
    CHECK(outcome.status == SendStatus::kBadConfig);
    CHECK_THAT(outcome.platform_code, Catch::StartsWith("40164") && Catch::Contains("IP白名单"));
  }
  CHECK(desk.fake.calls(kCustomPath) == 0);
}

TEST_CASE("an answer of WeChat that got lost leaves the outcome open", "[wechat]") {
  Desk desk;
  desk.send_text("好");  // the token is there
  SECTION("taken, then the connection closed") {
    desk.fake.lose_next_answer();
    CHECK(desk.send_text("在吗").status == SendStatus::kUnknown);
    CHECK(desk.fake.accepted().size() == 2);
    CHECK(desk.fake.calls(kCustomPath) == 2);
  }
  SECTION("closed before it was taken: nobody can know") {
    desk.fake.drop_next();
    CHECK(desk.send_text("在吗").status == SendStatus::kUnknown);
  }
  SECTION("nobody listens") {
    desk.fake.stop();
    CHECK(desk.send_text("在吗").status == SendStatus::kRetryLater);
    desk.fake.start();
    CHECK(desk.send_text("在吗").status == SendStatus::kAccepted);
  }
}

TEST_CASE("odd answers of WeChat never pass for a delivery, nor for a refusal", "[wechat]") {
  struct Row {
    int status;
    const char* body;
    SendStatus means;
  };
  const Row row = GENERATE(values<Row>({
      {200, "", SendStatus::kUnknown},
      {200, "<html>please log in</html>", SendStatus::kUnknown},
      {200, "[]", SendStatus::kUnknown},
      {200, R"({"errcode":"0"})", SendStatus::kUnknown},
      {200, R"({"errcode":4294967296})", SendStatus::kRejected},
      {200, R"({"errcode":0,"errmsg":"ok"})", SendStatus::kAccepted},
      {200, R"({"msgid":1})", SendStatus::kAccepted},
      {500, "<html>", SendStatus::kUnknown},
      {502, R"({"errcode":-1,"errmsg":"system error"})", SendStatus::kRetryLater},
      {413, "<html>", SendStatus::kRejected},
      {302, "", SendStatus::kBadConfig},
  }));
  DYNAMIC_SECTION(row.status << " " << row.body) {
    Desk desk;
    desk.fake.answer_with(1, row.status, row.body);
    CHECK(name_of(desk.send_text("在吗").status) == name_of(row.means));
  }
}

TEST_CASE("a picture is uploaded once and shown by its id until that expires", "[wechat]") {
  Desk desk;
  const MessageContent content = picture_of(desk.fake.add_picture("/a.png", kPng), "新品");
  CHECK(desk.send(content).status == SendStatus::kAccepted);
  CHECK(desk.send(content).status == SendStatus::kAccepted);
  CHECK(desk.fake.calls(kUploadPath) == 1);
  const auto sent = desk.fake.accepted();
  REQUIRE(sent.size() == 4);
  CHECK(sent[0].type == "image");
  CHECK(sent[1].text == "新品");
  CHECK(sent[2].media_id == sent[0].media_id);
  desk.clock.advance(3 * 86'400'000);
  desk.fake.writes(kLiLei, "在");
  CHECK(desk.send(content).status == SendStatus::kAccepted);
  CHECK(desk.fake.calls(kUploadPath) == 2);
  desk.fake.expire_media();
  CHECK(desk.send(content).status == SendStatus::kAccepted);
  CHECK(desk.fake.calls(kUploadPath) == 3);
}

TEST_CASE("a picture that WeChat would not take is refused before the message", "[wechat]") {
  Desk desk;
  struct Row {
    const char* says;
    std::string url;
    SendStatus status;
  };
  const std::vector<Row> rows{
      {"a page", desk.fake.add_picture("/page", "<html>"), SendStatus::kRejected},
      {"nothing", desk.fake.add_picture("/empty", ""), SendStatus::kRejected},
      {"larger than 10 MB", desk.fake.add_picture("/big", kPng + std::string(11 << 20, 'x')), SendStatus::kRejected},
      {"of another protocol", "ftp://shop.example.com/a.png", SendStatus::kRejected},
      {"a file of ours", "file:///etc/passwd", SendStatus::kRejected},
      {"an address with a blank", "https://shop.example.com/a b.png", SendStatus::kRejected},
      {"where nobody listens", "http://127.0.0.1:1/a.png", SendStatus::kRetryLater},
      {"a media id that is gone", "MEDIA_unknown", SendStatus::kRejected},
  };
  for (const Row& row : rows) {
    INFO(row.says);
    CHECK(name_of(desk.send(picture_of(row.url, "x")).status) == name_of(row.status));
  }
  CHECK(desk.fake.calls(kUploadPath) == 0);
  CHECK(desk.fake.accepted().empty());
}

TEST_CASE("an https account fetches no picture over plain http", "[wechat]") {
  Desk desk(json{{"api_base", "https://api.weixin.qq.com"}});
  CHECK(desk.send(picture_of(desk.fake.add_picture("/a.png", kPng))).status == SendStatus::kRejected);
  CHECK(desk.fake.calls("/a.png") == 0);
}

TEST_CASE("a template message names its parts, fits them and brings its own id", "[wechat]") {
  Desk desk;
  desk.fake.add_template("TPL-ship", {"thing1", "character_string2", "keyword3"});
  desk.clock.advance(50 * 3'600'000);  // the window is long over
  const SendOutcome outcome = desk.send(
      template_of("TPL-ship", {"thing1=" + repeated("很长的商品名", 5), "character_string2=SF1234567890123", "顺丰", "url=https://shop.example.com/t/1"}));
  CHECK(outcome.status == SendStatus::kAccepted);
  const auto sent = desk.fake.accepted().at(0);
  CHECK(sent.way == "template");
  CHECK(outcome.platform_message_id == sent.msg_id);
  CHECK(sent.data["thing1"]["value"] == "很长的商品名很长的商品名很长的商品名很…");
  CHECK(sent.data["character_string2"]["value"] == "SF1234567890123");
  CHECK(sent.data["keyword3"]["value"] == "顺丰");
  CHECK_FALSE(sent.data.contains("url"));
  const auto result = desk.channel->parse(desk.fake.sign(desk.fake.results("failed:user block").at(0))).at(0);
  CHECK(result.platform_message_id == outcome.platform_message_id);
  CHECK(result.receipt == ReceiptKind::kFailed);
}

TEST_CASE("a template message whose answer got lost is asked for again and sent once", "[wechat]") {
  Desk desk;
  desk.fake.add_template("TPL-ship", {"thing1"});
  desk.fake.lose_next_answer();
  const SendOutcome outcome = desk.send(template_of("TPL-ship", {"thing1=面膜"}));
  CHECK(outcome.status == SendStatus::kAccepted);
  REQUIRE(desk.fake.accepted().size() == 1);
  CHECK(outcome.platform_message_id == desk.fake.accepted()[0].msg_id);
}

TEST_CASE("a subscription notice goes as often as the customer agreed to it", "[wechat]") {
  Desk desk;
  desk.fake.add_template("TPL-care", {"thing1"});
  desk.fake.agrees(kLiLei, "TPL-care");
  const MessageContent content = template_of("notice:TPL-care", {"thing1=面膜", "page=https://shop.example.com"});
  CHECK(desk.send(content).status == SendStatus::kAccepted);
  CHECK(desk.fake.accepted().at(0).way == "notice");
  const SendOutcome again = desk.send(content);
  CHECK(again.status == SendStatus::kRejected);  // only this notice; other messages still reach them
  CHECK_THAT(again.platform_code, Catch::StartsWith("43101") && Catch::Contains("订阅"));
  CHECK(desk.send_text("在吗").status == SendStatus::kAccepted);
}

TEST_CASE("templates that WeChat would refuse or ban are refused with the reason", "[wechat]") {
  Desk desk;
  desk.fake.add_template("TPL-ship", {"thing1"});
  const SendOutcome unknown = desk.send(template_of("TPL-none", {"thing1=x"})), bare = desk.send(template_of("TPL-ship", {})),
                    odd = desk.send(template_of("notice:发货 通知", {})), advert = desk.send(template_of("TPL-ship", {"thing1=x"}), true);
  CHECK_THAT(unknown.platform_code, Catch::StartsWith("40037") && Catch::Contains("模板库"));
  CHECK_THAT(bare.platform_code, Catch::StartsWith("47003") && Catch::Contains("模板参数"));
  CHECK_THAT(odd.platform_code, Catch::Contains("no template id"));
  CHECK_THAT(advert.platform_code, Catch::Contains("营销"));
  for (const auto& outcome : {unknown, bare, odd, advert}) CHECK(outcome.status == SendStatus::kRejected);
  CHECK(desk.fake.accepted().empty());
}

TEST_CASE("followers who cannot be written to are told apart from bad messages", "[wechat]") {
  Desk desk;
  SECTION("they switched messages off") {
    desk.fake.blocks(kLiLei);
    CHECK(desk.send_text("在吗").status == SendStatus::kContactGone);
  }
  SECTION("they left: a template says so, a text only that the window is over") {
    desk.fake.add_template("T", {});
    desk.fake.unfollows(kLiLei);
    CHECK(desk.send_text("在吗").status == SendStatus::kWindowClosed);
    CHECK(desk.send(template_of("T", {})).status == SendStatus::kContactGone);
  }
  SECTION("no openid at all") {
    for (const char* address : {"", "5102233441 ", "李雷", "o\"}"}) {
      Outgoing message;
      message.external_id = address;
      message.content.text = "x";
      CHECK(desk.channel->send(message).status == SendStatus::kContactGone);
    }
    CHECK(desk.fake.calls(kCustomPath) == 0);
  }
}

TEST_CASE("what WeChat would refuse for certain is refused before anything is sent", "[wechat]") {
  struct Row {
    const char* says;
    MessageContent content;
  };
  const auto content = [](auto change) {
    MessageContent made;
    made.text = "字";
    change(made);
    return made;
  };
  const Row row = GENERATE_COPY(values<Row>({
      {"no text", content([](MessageContent& c) { c.text.clear(); })},
      {"blanks", content([](MessageContent& c) { c.text = " \n\u3000"; })},
      {"an edit", content([](MessageContent& c) { c.edit_of = "7"; })},
      {"a button without a label", content([](MessageContent& c) { c.buttons = {{{" ", "x", ""}}}; })},
      {"a button that does nothing", content([](MessageContent& c) { c.buttons = {{{"好", "", ""}}}; })},
      {"button data of 65 bytes", content([](MessageContent& c) { c.buttons = {{{"好", std::string(65, 'x'), ""}}}; })},
      {"a menu under nothing", content([](MessageContent& c) {
         c.text.clear();
         c.image = "MEDIA_1";
         c.buttons = {{{"好", "x", ""}}};
       })},
  }));
  DYNAMIC_SECTION(row.says) {
    Desk desk;
    const SendOutcome outcome = desk.send(row.content);
    CHECK(outcome.status == SendStatus::kRejected);
    CHECK_FALSE(outcome.platform_code.empty());
    CHECK(desk.fake.calls(kCustomPath) == 0);
  }
}

}  // namespace laoke::test::wechat_send_test

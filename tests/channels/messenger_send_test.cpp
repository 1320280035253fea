#include <catch2/catch.hpp>

#include "handlers/text.h"
#include "tests/channels/messenger_desk.h"

// Sending on Messenger and Instagram: windows, templates, and what can come of each call.
namespace laoke::channels::messenger_send_test {

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

}  // namespace laoke::channels::messenger_send_test

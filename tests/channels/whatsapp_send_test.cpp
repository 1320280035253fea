#include <catch2/catch.hpp>

#include "bot/channels/whatsapp/contact_limits.h"
#include "handlers/text.h"
#include "tests/channels/whatsapp_number.h"

using namespace laoke;
using namespace laoke::channels;
using namespace laoke::channels::whatsapp_send_test;
using namespace std::chrono_literals;
using nlohmann::json;

TEST_CASE("every code of WhatsApp means one thing for the shop", "[whatsapp]") {
  struct Row {
    int http, code;
    SendStatus status;
    const char* hint;  // "" none
  };
  const Row row = GENERATE(values<Row>({
      {401, 0, SendStatus::kBadConfig, "Generate new token"},
      {401, 190, SendStatus::kBadConfig, "Generate new token"},
      {400, 3, SendStatus::kBadConfig, "whatsapp_business_messaging"},
      {403, 10, SendStatus::kBadConfig, "whatsapp_business_messaging"},
      {403, 200, SendStatus::kBadConfig, "whatsapp_business_messaging"},
      {403, 299, SendStatus::kBadConfig, "whatsapp_business_messaging"},
      {500, 1, SendStatus::kRetryLater, ""},
      {503, 2, SendStatus::kRetryLater, ""},
      {500, 131000, SendStatus::kRetryLater, ""},
      {503, 131016, SendStatus::kRetryLater, ""},
      {500, 999999, SendStatus::kRetryLater, ""},
      {400, 4, SendStatus::kThrottled, ""},
      {400, 80007, SendStatus::kThrottled, ""},
      {429, 130429, SendStatus::kThrottled, ""},
      {400, 613, SendStatus::kThrottled, ""},
      {400, 131056, SendStatus::kContactBusy, ""},
      {400, 131048, SendStatus::kQuotaUsed, "WhatsApp Manager"},
      {400, 131049, SendStatus::kRejected, "24 hours"},
      {400, 131050, SendStatus::kRejected, "stopped marketing"},
      {400, 130472, SendStatus::kRejected, ""},
      {400, 131026, SendStatus::kRejected, ""},
      {400, 131047, SendStatus::kWindowClosed, ""},
      {400, 131051, SendStatus::kRejected, ""},
      {400, 131008, SendStatus::kRejected, ""},
      {400, 131009, SendStatus::kRejected, ""},
      {400, 100, SendStatus::kRejected, ""},
      {400, 33, SendStatus::kBadConfig, "phone_number_id"},
      {400, 131021, SendStatus::kRejected, ""},
      {400, 131030, SendStatus::kRejected, "add this phone"},
      {403, 131031, SendStatus::kBadConfig, "business-support-home"},
      {403, 368, SendStatus::kBadConfig, "business-support-home"},
      {400, 131042, SendStatus::kBadConfig, "add a payment method"},
      {400, 131045, SendStatus::kBadConfig, "register it"},
      {400, 133010, SendStatus::kBadConfig, "register it"},
      {400, 132000, SendStatus::kRejected, "parameters"},
      {404, 132001, SendStatus::kRetryLater, "no approved template"},
      {400, 132005, SendStatus::kRejected, "too long"},
      {400, 132007, SendStatus::kRejected, "policy"},
      {400, 132012, SendStatus::kRejected, "parameters"},
      {400, 132015, SendStatus::kRetryLater, "paused"},
      {400, 132016, SendStatus::kRetryLater, "disabled"},
      {400, 132018, SendStatus::kRejected, "parameters"},
      {400, 131062, SendStatus::kRejected, "phone number"},
      {400, 133016, SendStatus::kRetryLater, ""},
      {400, 777777, SendStatus::kRejected, ""},
      {401, 777777, SendStatus::kBadConfig, "Generate new token"},
      {429, 777777, SendStatus::kThrottled, ""},
  }));
  DYNAMIC_SECTION(row.http << " " << row.code) {
    WhatsappNumber number;
    number.fake.fail_next(1, row.http, row.code, "Meta's words");
    const SendOutcome outcome = number.send_text("在吗");
    CHECK(name_of(outcome.status) == name_of(row.status));
    CHECK_THAT(outcome.platform_code, Catch::StartsWith(std::to_string(row.code) + " Meta's words"));
    CHECK_THAT(outcome.platform_code, Catch::Contains(row.hint));
    CHECK(outcome.platform_code.find(number.fake.token()) == std::string::npos);
    CHECK(number.fake.accepted().empty());
    const bool waits = row.status == SendStatus::kThrottled || row.status == SendStatus::kContactBusy ||
                       row.status == SendStatus::kQuotaUsed;
    const bool for_hours = row.code == 132001 || row.code == 132015 || row.code == 132016 || row.code == 133016;
    CHECK((outcome.retry_after > 0ms) == (waits || for_hours));
  }
}

TEST_CASE("a hint is there in both languages", "[whatsapp]") {
  WhatsappNumber number;
  number.fake.revoke_token();
  const std::string told = number.send_text("x").platform_code;
  CHECK_THAT(told, Catch::StartsWith("190 ") && Catch::Contains("系统用户") && Catch::Contains("System users") &&
                       Catch::Contains("laoke channel set"));
}

TEST_CASE("odd answers never pass for a delivery, nor for a refusal without cause", "[whatsapp]") {
  struct Row {
    int http;
    const char* body;
    SendStatus status;
  };
  const Row row = GENERATE(values<Row>({
      {200, "", SendStatus::kUnknown},
      {200, "<html>please log in</html>", SendStatus::kUnknown},
      {200, "[]", SendStatus::kUnknown},
      {200, "{}", SendStatus::kUnknown},
      {200, R"({"messages":[]})", SendStatus::kUnknown},
      {200, R"({"messages":[{"id":5}]})", SendStatus::kUnknown},
      {200, R"({"error":{"code":131047,"message":"x"}})", SendStatus::kWindowClosed},
      {200, R"({"messages":[{"id":"wamid.X","message_status":"held_for_quality_assessment"}]})", SendStatus::kAccepted},
      {400, R"({"error":{"code":"131047"}})", SendStatus::kRejected},
      {400, R"({"error":{"code":100,"message":"Unsupported post request. Object with ID '1' does not exist"}})",
       SendStatus::kBadConfig},
      {400, R"({"error":7})", SendStatus::kRejected},
      {401, "<html>", SendStatus::kBadConfig},
      {404, "<html>", SendStatus::kBadConfig},
      {302, "", SendStatus::kBadConfig},
      {429, "slow down", SendStatus::kThrottled},
      {500, "<html>", SendStatus::kUnknown},
      {503, "", SendStatus::kUnknown},
  }));
  DYNAMIC_SECTION(row.http << " " << row.body) {
    WhatsappNumber number;
    number.fake.answer_with(1, row.http, row.body);
    CHECK(name_of(number.send_text("在吗").status) == name_of(row.status));
  }
}

TEST_CASE("an answer of WhatsApp that got lost leaves the outcome open, one that never left does not", "[whatsapp]") {
  WhatsappNumber number;
  SECTION("taken, then the connection closed") {
    number.fake.lose_next_answer();
    CHECK(number.send_text("在吗").status == SendStatus::kUnknown);
    REQUIRE(number.fake.accepted().size() == 1);
    CHECK(number.fake.accepted()[0].reference == "b:7:12 CN.4471023998812");
  }
  SECTION("closed before it was taken: nobody can know") {
    number.fake.drop_next();
    CHECK(number.send_text("在吗").status == SendStatus::kUnknown);
    CHECK(number.fake.accepted().empty());
  }
  SECTION("nobody listens") {
    number.fake.stop();
    CHECK(number.send_text("在吗").status == SendStatus::kRetryLater);
    number.fake.start();
    CHECK(number.send_text("在吗").status == SendStatus::kAccepted);
  }
}

TEST_CASE("waits grow while the number is too fast, and the platform's own wait wins", "[whatsapp]") {
  WhatsappNumber number;
  number.fake.fail_next(3, 429, 130429, "Rate limit hit");
  for (const auto wait : {1s, 2s, 4s}) CHECK(number.send_text("x").retry_after == wait);
  CHECK(number.send_text("x").status == SendStatus::kAccepted);
  number.fake.fail_next(1, 429, 130429, "Rate limit hit");
  CHECK(number.send_text("x").retry_after == 1s);
  number.fake.fail_next(
      1, 400, 80007, "Rate limit",
      R"(X-Business-Use-Case-Usage: {"1":[{"type":"messages","estimated_time_to_regain_access":7}]})");
  CHECK(number.send_text("x").retry_after == 7min);
  number.fake.fail_next(1, 400, 80007, "Rate limit", "X-Business-Use-Case-Usage: nonsense");
  CHECK(number.send_text("x").retry_after == 5min);
}

TEST_CASE("too much to one person holds up this person alone", "[whatsapp]") {
  WhatsappNumber number;
  number.fake.enforce_pair_rate(2);
  CHECK(number.send_text("1").status == SendStatus::kAccepted);
  CHECK(number.send_text("2").status == SendStatus::kAccepted);
  const SendOutcome third = number.send_text("3");
  CHECK(third.status == SendStatus::kContactBusy);
  CHECK(third.retry_after == 1s);
  const int calls = number.fake.calls("messages");
  CHECK(number.send_text("4").status == SendStatus::kContactBusy);  // known to be too early: not even tried
  CHECK(number.fake.calls("messages") == calls);
  CHECK(number.send(whatsapp_words("hi"), kWhatsappKerry.user_id).status == SendStatus::kAccepted);
}

TEST_CASE("the pace to one person lets a few go ahead and then waits", "[whatsapp]") {
  WhatsappNumber number(json{{"contact_messages_per_second", 0.01}, {"contact_burst", 3}});
  for (int i = 0; i < 3; ++i) CHECK(number.send_text("x").status == SendStatus::kAccepted);
  const SendOutcome fourth = number.send_text("x");
  CHECK(fourth.status == SendStatus::kContactBusy);
  CHECK(fourth.retry_after > 90s);
  CHECK(number.fake.calls("messages") == 3);
  CHECK(number.send(whatsapp_words("hi"), kWhatsappKerry.user_id).status == SendStatus::kAccepted);
}

TEST_CASE("what is remembered of a contact follows its clock", "[whatsapp]") {
  using whatsapp::ContactLimits;
  const ContactLimits::Clock::time_point start{1000s};
  ContactLimits limits(1.0 / 6, 3);
  for (int i = 0; i < 3; ++i) CHECK(limits.take("a", 1, start) == 0ms);
  CHECK(limits.take("a", 1, start) > 5900ms);
  CHECK(limits.take("a", 1, start + 6s + 1ms) == 0ms);
  CHECK(limits.take("a", 1, start + 6s + 1ms) > 0ms);
  CHECK(limits.take("b", 30, start) == 0ms);  // the parts of one text go together
  CHECK(limits.take("b", 1, start + 160s) > 0ms);
  for (const auto wait : {1s, 4s, 16s, 64s, 256s, 256s}) CHECK(limits.busy("c", start) == wait);
  CHECK(limits.take("c", 1, start + 255s) == 1s);
  limits.reached("c");
  CHECK(limits.take("c", 1, start) == 0ms);
  CHECK(limits.busy("c", start) == 1s);
  CHECK_FALSE(limits.dead("d"));
  CHECK_FALSE(limits.dead("d"));
  limits.reached("d");
  CHECK_FALSE(limits.dead("d"));
  CHECK_FALSE(limits.dead("d"));
  CHECK(limits.dead("d"));
}

TEST_CASE("when WhatsApp distrusts the number, marketing rests and answers go on", "[whatsapp]") {
  WhatsappNumber number;
  number.fake.fail_next(1, 400, 131048, "Spam rate limit hit");
  const SendOutcome refused = number.send_text("大促", true);
  CHECK(refused.status == SendStatus::kRetryLater);
  CHECK(refused.retry_after == 4h);
  const SendOutcome held = number.send_text("大促", true);
  CHECK(held.status == SendStatus::kRetryLater);
  CHECK(held.retry_after > 3h);
  CHECK(number.fake.calls("messages") == 1);
  CHECK(number.send_text("您好，还有货").status == SendStatus::kAccepted);
}

TEST_CASE("people who cannot be reached are given up after three times, others' messages alone", "[whatsapp]") {
  WhatsappNumber number;
  number.fake.forgets(kWhatsappLi.user_id);
  CHECK(number.send_text("1").status == SendStatus::kRejected);
  CHECK(number.send_text("2").status == SendStatus::kRejected);
  CHECK(number.send_text("3").status == SendStatus::kContactGone);
  for (const char* address : {"", "+8613800138000", "wx_openid", "CN.", "CN.44 55", "C1.44", "123"})
    CHECK(number.send(whatsapp_words("x"), address).status == SendStatus::kContactGone);
  CHECK(number.fake.calls("messages") == 3);
}

TEST_CASE("outside the window WhatsApp takes the template and no free words", "[whatsapp]") {
  std::int64_t now_ms = 1'767'225'600'000;
  FakeWhatsapp fake([&] { return now_ms; });
  fake.knows(kWhatsappLi);
  fake.opens_window(kWhatsappLi.user_id);
  fake.add_template({"order_shipped_v2", "zh_CN", "UTILITY", "APPROVED", 2, {"quick_reply"}});
  const auto channel = find_kind("whatsapp")->make({1, 2, "wa", "whatsapp", fake.settings()});
  Outgoing message;
  message.external_id = kWhatsappLi.user_id;
  message.content = whatsapp_words("在吗");
  now_ms += channel->traits().window_ms - 1;
  CHECK(channel->send(message).status == SendStatus::kAccepted);
  now_ms += 1;
  CHECK(channel->send(message).status == SendStatus::kWindowClosed);
  message.content = whatsapp_template();
  CHECK(channel->send(message).status == SendStatus::kAccepted);
}

TEST_CASE("who stopped marketing still gets what is not marketing", "[whatsapp]") {
  WhatsappNumber number;
  number.fake.add_template({"order_shipped_v2", "zh_CN", "UTILITY", "APPROVED", 2, {"quick_reply"}});
  number.fake.add_template({"sale", "zh_CN", "MARKETING"});
  number.fake.preference_of(kWhatsappLi, true);
  MessageContent sale;
  sale.platform_template = "sale";
  sale.platform_template_language = "zh_CN";
  const SendOutcome outcome = number.send(sale, kWhatsappLi.user_id, true);
  CHECK(outcome.status == SendStatus::kRejected);
  CHECK_THAT(outcome.platform_code, Catch::Contains("客户在 WhatsApp 里停止了营销消息"));
  CHECK(number.send(whatsapp_template()).status == SendStatus::kAccepted);
}

TEST_CASE("a picture WhatsApp could not fetch is tried twice more", "[whatsapp]") {
  WhatsappNumber number;
  MessageContent content = whatsapp_words("上新");
  content.image = "https://shop.example.com/a.jpg";
  number.fake.fail_next(2, 400, 131053, "Media upload error");
  CHECK(number.send(content).status == SendStatus::kAccepted);
  number.fake.fail_next(3, 400, 131052, "Media download error");
  CHECK(number.send(content).status == SendStatus::kRejected);
  CHECK(number.fake.calls("messages") == 6);
}

TEST_CASE("what WhatsApp would refuse for certain is refused before anything is sent", "[whatsapp]") {
  struct Row {
    const char* says;
    MessageContent content;
  };
  const auto button = [](const Button& one) {
    MessageContent content = whatsapp_words("x");
    content.buttons = {{one}};
    return content;
  };
  MessageContent edit = whatsapp_words("已发送 10/100");
  edit.edit_of = "wamid.1";
  const Row row = GENERATE_COPY(values<Row>({
      {"no text", whatsapp_words("")},
      {"blanks", whatsapp_words(" \n\u3000")},
      {"a change of an old message", edit},
      {"a button that does nothing", button({"好", "", ""})},
      {"a button that does two things", button({"好", "x", "https://x"})},
      {"a button without label", button({" ", "x", ""})},
      {"button data of 257 bytes", button({"好", std::string(257, 'x'), ""})},
      {"more parts than anybody reads", whatsapp_words(many_times("word ", 100'000))},
  }));
  DYNAMIC_SECTION(row.says) {
    WhatsappNumber number;
    const SendOutcome outcome = number.send(row.content);
    CHECK(outcome.status == SendStatus::kRejected);
    CHECK_FALSE(outcome.platform_code.empty());
    CHECK(number.fake.calls("messages") == 0);
  }
}

TEST_CASE("a long text goes in parts, in order, and only the last carries the reference", "[whatsapp]") {
  WhatsappNumber number;
  const std::string text = many_times("👍", 2048) + many_times("好", 4096) + "尾";
  const SendOutcome outcome = number.send_text(text);
  CHECK(outcome.status == SendStatus::kAccepted);
  const auto sent = number.fake.accepted();
  REQUIRE(sent.size() == 3);
  std::string whole;
  for (const auto& part : sent) whole += part.text;
  CHECK(whole == text);
  CHECK((sent[0].reference.empty() && sent[1].reference.empty()));
  CHECK(sent[2].reference == "b:7:12 CN.4471023998812");
  CHECK(outcome.part_ids == std::vector<std::string>{sent[0].id, sent[1].id, sent[2].id});
  CHECK(outcome.platform_message_id == sent[2].id);
}

TEST_CASE("a long WhatsApp text that fails on its way is never sent twice nor called complete", "[whatsapp]") {
  WhatsappNumber number;
  const std::string text = many_times("好", 4096) + many_times("坏", 4096);
  struct Row {
    const char* says;
    int http, code;
    SendStatus status;
  };
  const Row row = GENERATE(values<Row>({
      {"the window closed meanwhile", 400, 131047, SendStatus::kUnknown},
      {"the token went meanwhile", 401, 190, SendStatus::kUnknown},
      {"a wait of a second is waited out", 400, 131056, SendStatus::kAccepted},
      {"a wait of minutes is not", 400, 80007, SendStatus::kUnknown},
  }));
  DYNAMIC_SECTION(row.says) {
    number.fake.fail_after(1, row.http, row.code, "meanwhile");
    const SendOutcome outcome = number.send_text(text);
    CHECK(name_of(outcome.status) == name_of(row.status));
    CHECK(number.fake.accepted().at(0).text == many_times("好", 4096));
    if (row.status == SendStatus::kUnknown) {
      CHECK_THAT(outcome.platform_code, Catch::StartsWith("1 of 2 parts arrived, then: "));
      CHECK(outcome.platform_message_id == number.fake.accepted()[0].id);
      CHECK(number.fake.accepted().size() == 1);
    }
  }
}

#include <catch2/catch.hpp>

#include "handlers/text.h"
#include "tests/channels/line_shop.h"

// What a message looks like on LINE: buttons, pictures, long texts.
namespace laoke::channels::line_send_test {

TEST_CASE("buttons on LINE stay with a short text, and many are quick replies", "[line]") {
  Shop shop;
  MessageContent content = words("您的订单 #10087 已发货");
  const auto add = [&](int count) {
    content.buttons = {{{"查看物流", "", "https://shop.example.com/t/10087"}}};
    for (int i = 1; i < count; ++i) content.buttons.push_back({{"按钮" + std::to_string(i), "b:" + std::to_string(i), ""}});
  };
  SECTION("four with a short text make one bubble") {
    add(4);
    CHECK(shop.send(content).status == SendStatus::kAccepted);
    const auto sent = shop.fake.accepted().at(0);
    REQUIRE(sent.messages.size() == 1);
    CHECK(sent.messages[0]["altText"] == content.text);
    CHECK(sent.text() == content.text);
    CHECK(sent.button_labels() == std::vector<std::string>{"查看物流", "按钮1", "按钮2", "按钮3"});
    CHECK(sent.button_data() == std::vector<std::string>{"b:1", "b:2", "b:3"});
  }
  SECTION("a longer text stands above them") {
    add(2);
    content.text = times("字", 161);
    CHECK(shop.send(content).status == SendStatus::kAccepted);
    const auto sent = shop.fake.accepted().at(0);
    REQUIRE(sent.messages.size() == 2);
    CHECK(sent.messages[0]["text"] == content.text);
    CHECK(sent.text() == content.text + "\n👇");
    CHECK(sent.button_data() == std::vector<std::string>{"b:1"});
  }
  SECTION("thirteen are quick replies of the last bubble") {
    add(13);
    CHECK(shop.send(content).status == SendStatus::kAccepted);
    const auto sent = shop.fake.accepted().at(0);
    REQUIRE(sent.messages.size() == 1);
    CHECK(sent.messages[0]["quickReply"]["items"].size() == 13);
    CHECK(sent.messages[0]["quickReply"]["items"][1]["action"]["displayText"] == "按钮1");
  }
  SECTION("under a picture without a word") {
    add(2);
    content.text.clear();
    content.image = "https://shop.example.com/a.jpg";
    CHECK(shop.send(content).status == SendStatus::kAccepted);
    CHECK(shop.fake.accepted().at(0).image() == content.image);
    CHECK(shop.fake.accepted().at(0).text() == "👇");
  }
  SECTION("a long label is cut") {
    content.buttons = {{{times("字", 21), "x", ""}}};
    CHECK(shop.send(content).status == SendStatus::kAccepted);
    CHECK(shop.fake.accepted().at(0).button_labels().at(0) == times("字", 19) + "…");
  }
}

TEST_CASE("a picture on LINE comes before its text in one call", "[line]") {
  Shop shop;
  MessageContent content = words("春季上新");
  content.image = "https://shop.example.com/a.jpg";
  const SendOutcome outcome = shop.send(content);
  CHECK(outcome.status == SendStatus::kAccepted);
  CHECK(outcome.part_ids.size() == 2);
  CHECK(outcome.platform_message_id == outcome.part_ids.back());
  const auto sent = shop.fake.accepted();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].messages[0]["type"] == "image");
  CHECK(sent[0].messages[1]["text"] == "春季上新");
  SECTION("one a customer sent cannot be shown to the seller, the words can") {
    content.image = "571039485720193900";
    CHECK(shop.send(content, "", "k2").status == SendStatus::kAccepted);
    CHECK(shop.fake.accepted().at(1).image().empty());
  }
}

TEST_CASE("what LINE would refuse for certain is refused before anything is sent", "[line]") {
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
      {"a button that does nothing", with([](auto& c) { c.buttons = {{{"好", "", ""}}}; })},
      {"a button that does two things", with([](auto& c) { c.buttons = {{{"好", "x", "https://x"}}}; })},
      {"a button without label", with([](auto& c) { c.buttons = {{{" ", "x", ""}}}; })},
      {"a link of another world", with([](auto& c) { c.buttons = {{{"好", "", "ftp://x"}}}; })},
      {"a link too long", with([](auto& c) { c.buttons = {{{"好", "", "https://" + std::string(1000, 'x')}}}; })},
      {"a picture without https", with([](auto& c) { c.image = "http://shop.example.com/a.jpg"; })},
      {"a picture of another platform", with([](auto& c) { c.image = "AgACAgUAAxkBAAIDT"; })},
      {"a picture by its number and no word", with([](auto& c) { c.image = "571039485720193900"; c.text.clear(); })},
      {"a change of a message", with([](auto& c) { c.edit_of = "571039999990000001"; })},
      {"more parts than anybody reads", words(times("word ", 100'000))},
  }));
  DYNAMIC_SECTION(row.says) {
    Shop shop;
    const SendOutcome outcome = shop.send(row.content, shop.fake.last_reply_token());
    CHECK(outcome.status == SendStatus::kRejected);
    CHECK_FALSE(outcome.platform_code.empty());
    CHECK(shop.fake.calls(kPushPath) + shop.fake.calls(kReplyPath) == 0);
    const auto batch = shop.send_to({kAnna, person(2)}, row.content);
    REQUIRE(batch.size() == 2);
    CHECK(batch[1].status == SendStatus::kRejected);
    CHECK(shop.fake.calls(kMulticastPath) == 0);
  }
}

TEST_CASE("a long LINE text is cut at letters and goes whole, five bubbles to a call", "[line]") {
  Shop shop;
  const std::string text = times("👍", 2500 * 5) + "尾";
  const SendOutcome outcome = shop.send(words(text), shop.fake.last_reply_token());
  CHECK(outcome.status == SendStatus::kAccepted);
  CHECK(outcome.part_ids.size() == 6);
  const auto sent = shop.fake.accepted();
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].call == "push");  // a reply could not be repeated as a whole
  std::string whole;
  for (const auto& call : sent)
    for (const auto& bubble : call.messages) {
      CHECK(length_utf16(bubble["text"].get<std::string>()) <= 5000);
      whole += bubble["text"];
    }
  CHECK(whole == text);
}

TEST_CASE("a long LINE text that stops halfway is continued, never repeated", "[line]") {
  Shop shop;
  const std::string text = times("好", 5000 * 5) + times("坏", 10);
  struct Row {
    const char* says;
    FakeLine::Fault fault;
    SendStatus means;
  };
  const Row row = GENERATE(values<Row>({
      {"asked to wait", {Kind::kRefuse, 429, ""}, SendStatus::kThrottled},
      {"the quota", {Kind::kRefuse, 429, "You have reached your monthly limit."}, SendStatus::kQuotaUsed},
      {"refused", {Kind::kRefuse, 400, "The request body has 1 error(s)"}, SendStatus::kUnknown},
      {"gone meanwhile", {Kind::kRefuse, 400, "Failed to send messages"}, SendStatus::kUnknown},
  }));
  DYNAMIC_SECTION(row.says) {
    CHECK(shop.send(words(times("好", 5000 * 5))).status == SendStatus::kAccepted);  // the first part's key is known now
    shop.fake.fail_next({Kind::kRefuse, 409, "The retry key is already accepted"});
    shop.fake.fail_next(row.fault);
    const SendOutcome outcome = shop.send(words(text));
    CHECK(name_of(outcome.status) == name_of(row.means));
    CHECK_THAT(outcome.platform_code, Catch::StartsWith("1 of 2 parts arrived, then: "));
    CHECK(shop.send(words(text)).status == SendStatus::kAccepted);
    CHECK(shop.fake.accepted().size() == 2);
  }
}

}  // namespace laoke::channels::line_send_test

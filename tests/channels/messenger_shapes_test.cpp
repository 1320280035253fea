#include <catch2/catch.hpp>

#include "handlers/text.h"
#include "tests/channels/messenger_desk.h"

// What a message looks like on Messenger and Instagram: buttons, long texts, what is refused beforehand.
namespace laoke::channels::messenger_send_test {

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

}  // namespace laoke::channels::messenger_send_test

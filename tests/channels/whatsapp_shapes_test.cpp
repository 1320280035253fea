#include <catch2/catch.hpp>

#include "bot/channels/whatsapp/template_message.h"
#include "handlers/text.h"
#include "tests/channels/whatsapp_number.h"

using namespace laoke;
using namespace laoke::channels;
using namespace laoke::channels::whatsapp_send_test;
using namespace std::chrono_literals;
using nlohmann::json;

TEST_CASE("a text goes to the user id, or to the number where there is no id", "[whatsapp]") {
  WhatsappNumber number;
  const SendOutcome outcome = number.send_text("您的订单已发货 <b>_*👩‍👩‍👧‍👦");
  CHECK(outcome.status == SendStatus::kAccepted);
  const auto sent = number.fake.accepted();
  REQUIRE(sent.size() == 1);
  CHECK(outcome.platform_message_id == sent[0].id);
  CHECK(outcome.part_ids.empty());
  CHECK(sent[0].body ==
        json{{"messaging_product", "whatsapp"},
             {"recipient_type", "individual"},
             {"recipient", kWhatsappLi.user_id},
             {"type", "text"},
             {"text", {{"body", "您的订单已发货 <b>_*👩‍👩‍👧‍👦"}, {"preview_url", false}}},
             {"biz_opaque_callback_data", "b:7:12 CN.4471023998812"}});
  CHECK(number.send(whatsapp_words("hi"), kWhatsappLi.phone).status == SendStatus::kAccepted);
  CHECK(number.fake.accepted()[1].body["to"] == kWhatsappLi.phone);
  CHECK_FALSE(number.fake.accepted()[1].body.contains("recipient"));
}

TEST_CASE("the template of the description is called as it is printed there", "[whatsapp]") {
  WhatsappNumber number;
  number.fake.add_template({"order_shipped_v2", "zh_CN", "UTILITY", "APPROVED", 2, {"quick_reply"}});
  CHECK(number.send(whatsapp_template(), kWhatsappLi.phone).status == SendStatus::kAccepted);
  json expected = json::parse(
      R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"8613800138000","type":"template",
    "template":{"name":"order_shipped_v2","language":{"code":"zh_CN"},"components":[
    {"type":"body","parameters":[{"type":"text","text":"10087"},{"type":"text","text":"SF1122334455"}]},
    {"type":"button","sub_type":"quick_reply","index":"0","parameters":[{"type":"payload","payload":"track:10087"}]}]}})");
  expected["biz_opaque_callback_data"] = "b:7:12 8613800138000";
  CHECK(number.fake.accepted().at(0).body == expected);
}

TEST_CASE("a template carries its picture, and the end of a link only where it is dynamic", "[whatsapp]") {
  WhatsappNumber number;
  number.fake.add_template({"sale", "en", "MARKETING", "APPROVED", 0, {"url", "dynamic_url"}});
  MessageContent content;
  content.platform_template = "sale";
  content.platform_template_language = "en";
  content.image = "https://shop.example.com/a.jpg";
  content.buttons = {{{"Shop", "", "https://shop.example.com"}, {"Yours", "", "c/10087"}}};
  CHECK(number.send(content).status == SendStatus::kAccepted);
  const json components = number.fake.accepted().at(0).body["template"]["components"];
  CHECK(components ==
        json::parse(
            R"([{"type":"header","parameters":[{"type":"image","image":{"link":"https://shop.example.com/a.jpg"}}]},
    {"type":"button","sub_type":"url","index":"1","parameters":[{"type":"text","text":"c/10087"}]}])"));
}

TEST_CASE("what WhatsApp refuses in a template's parameter is made fit, or refused here", "[whatsapp]") {
  CHECK(whatsapp::template_parameter(" 面膜\n买二\t送一 ") == "面膜 买二 送一");
  CHECK(whatsapp::template_parameter("a         b") == "a    b");
  CHECK(whatsapp::template_language("zh-CN") == "zh_CN");
  struct Row {
    const char* says;
    void (*change)(MessageContent&);
    const char* words;
  };
  const Row row = GENERATE(values<Row>({
      {"an empty parameter", [](auto& c) { c.platform_template_parameters[1] = " \n"; }, "parameter 2"},
      {"no language", [](auto& c) { c.platform_template_language.clear(); }, "language"},
      {"a name in capitals", [](auto& c) { c.platform_template = "Order"; }, "a-z"},
      {"too many letters", [](auto& c) { c.platform_template_parameters[0] = std::string(1100, 'a'); }, "1024"},
      {"eleven buttons", [](auto& c) { c.buttons = with_whatsapp_buttons("", 11).buttons; }, "10 buttons"},
  }));
  DYNAMIC_SECTION(row.says) {
    WhatsappNumber number;
    MessageContent content = whatsapp_template();
    row.change(content);
    const SendOutcome outcome = number.send(content);
    CHECK(outcome.status == SendStatus::kRejected);
    CHECK_THAT(outcome.platform_code, Catch::Contains(row.words));
    CHECK(number.fake.calls("messages") == 0);
  }
}

TEST_CASE("the fake refuses templates as WhatsApp does", "[whatsapp]") {
  WhatsappNumber number;
  number.fake.add_template({"order_shipped_v2", "zh_CN", "UTILITY", "APPROVED", 2, {"quick_reply"}});
  number.fake.add_template({"paused", "zh_CN", "UTILITY", "PAUSED"});
  number.fake.add_template({"dead", "zh_CN", "UTILITY", "DISABLED"});
  struct Row {
    const char* says;
    void (*change)(MessageContent&);
    SendStatus status;
    const char* code;
  };
  const Row row = GENERATE(values<Row>({
      {"not there", [](auto& c) { c.platform_template = "other"; }, SendStatus::kRetryLater, "132001"},
      {"not in this language", [](auto& c) { c.platform_template_language = "en"; }, SendStatus::kRetryLater, "132001"},
      {"a parameter too few", [](auto& c) { c.platform_template_parameters.pop_back(); }, SendStatus::kRejected,
       "132000"},
      {"a button it has not",
       [](auto& c) {
         c.buttons.push_back({{"x", "y", ""}});
       },
       SendStatus::kRejected, "132018"},
      {"paused",
       [](auto& c) {
         c = {};
         c.platform_template = "paused";
         c.platform_template_language = "zh_CN";
       },
       SendStatus::kRetryLater, "132015"},
      {"disabled",
       [](auto& c) {
         c = {};
         c.platform_template = "dead";
         c.platform_template_language = "zh_CN";
       },
       SendStatus::kRetryLater, "132016"},
  }));
  DYNAMIC_SECTION(row.says) {
    MessageContent content = whatsapp_template();
    row.change(content);
    const SendOutcome outcome = number.send(content);
    CHECK(name_of(outcome.status) == name_of(row.status));
    CHECK_THAT(outcome.platform_code, Catch::StartsWith(row.code));
  }
}

TEST_CASE("buttons take the shape that holds them", "[whatsapp]") {
  WhatsappNumber number;
  SECTION("up to three short ones are reply buttons") {
    CHECK(number.send(with_whatsapp_buttons("收到了吗？", 3)).status == SendStatus::kAccepted);
    const auto sent = number.fake.accepted().at(0);
    CHECK(sent.body["interactive"]["type"] == "button");
    CHECK(sent.text == "收到了吗？");
    CHECK(sent.button_ids() == std::vector<std::string>{"b0", "b1", "b2"});
  }
  SECTION("four are a list") {
    CHECK(number.send(with_whatsapp_buttons("选一个", 4)).status == SendStatus::kAccepted);
    const auto sent = number.fake.accepted().at(0);
    CHECK(sent.body["interactive"]["type"] == "list");
    CHECK(sent.body["interactive"]["action"]["button"] == "请选择");
    CHECK(sent.button_ids().size() == 4);
  }
  SECTION("so is one with a long label, which stands whole below") {
    const std::string label = "Please keep it for me until next Friday";
    CHECK(number.send(with_whatsapp_buttons("Still wanted?", 1, label)).status == SendStatus::kAccepted);
    const json row = number.fake.accepted().at(0).body["interactive"]["action"]["sections"][0]["rows"][0];
    CHECK(length_utf16(row["title"].get<std::string>()) == 24);
    CHECK(row["description"] == label + "0");
  }
  SECTION("more than ten are several lists") {
    const SendOutcome outcome = number.send(with_whatsapp_buttons("选", 23));
    CHECK(outcome.status == SendStatus::kAccepted);
    CHECK(outcome.part_ids.size() == 3);
    CHECK(number.fake.accepted().size() == 3);
    CHECK(number.fake.accepted()[2].button_ids() == std::vector<std::string>{"b20", "b21", "b22"});
  }
  SECTION("one link is a link button, links beside others stand in the text") {
    MessageContent content = whatsapp_words("已发货");
    content.buttons = {{{"查看物流", "", "https://t.example.com/1"}}};
    CHECK(number.send(content).status == SendStatus::kAccepted);
    CHECK(number.fake.accepted().at(0).body["interactive"]["action"]["parameters"]["url"] == "https://t.example.com/1");
    content.buttons.push_back({{"已收到", "rcv:1:y", ""}});
    CHECK(number.send(content).status == SendStatus::kAccepted);
    const auto sent = number.fake.accepted().at(1);
    CHECK(sent.text == "已发货\n查看物流: https://t.example.com/1");
    CHECK(sent.button_ids() == std::vector<std::string>{"rcv:1:y"});
  }
  SECTION("a text too long to stand above them goes before") {
    CHECK(number.send(with_whatsapp_buttons(many_times("好", 1025), 2)).status == SendStatus::kAccepted);
    const auto sent = number.fake.accepted();
    REQUIRE(sent.size() == 2);
    CHECK(sent[0].type == "text");
    CHECK(sent[1].text == "请选择：");
    CHECK(sent[0].reference.empty());
    CHECK(sent[1].reference == "b:7:12 CN.4471023998812");
  }
}

TEST_CASE("a picture carries its words, or is followed by those too long for it", "[whatsapp]") {
  WhatsappNumber number;
  MessageContent content = whatsapp_words(many_times("好", 1024));
  content.image = "https://shop.example.com/a.jpg";
  CHECK(number.send(content).status == SendStatus::kAccepted);
  CHECK(number.fake.accepted().at(0).body["image"]["link"] == content.image);
  CHECK(number.fake.accepted().at(0).text == content.text);
  content.text += "。";
  CHECK(number.send(content).status == SendStatus::kAccepted);
  CHECK(number.fake.accepted().size() == 3);
  CHECK(number.fake.accepted()[1].text.empty());
  CHECK(number.fake.accepted()[2].text == content.text);
  content = with_whatsapp_buttons("买？", 2);
  content.image = "https://shop.example.com/a.jpg";
  CHECK(number.send(content).status == SendStatus::kAccepted);
  CHECK(number.fake.accepted().at(3).body["interactive"]["header"]["image"]["link"] == content.image);
  content.image = "2754859441498128";
  CHECK(number.send(content).status == SendStatus::kAccepted);
  CHECK(number.fake.accepted().at(4).body["image"]["id"] == "2754859441498128");
  CHECK(number.fake.accepted().at(5).type == "interactive");
}

TEST_CASE("a reply names the message it answers, when that is one of WhatsApp", "[whatsapp]") {
  WhatsappNumber number;
  MessageContent content = whatsapp_words("好的");
  content.reply_to = "wamid.HBgN1";
  CHECK(number.send(content).status == SendStatus::kAccepted);
  CHECK(number.fake.accepted().at(0).body["context"]["message_id"] == "wamid.HBgN1");
  content.reply_to = "812";
  CHECK(number.send(content).status == SendStatus::kAccepted);
  CHECK_FALSE(number.fake.accepted().at(1).body.contains("context"));
}

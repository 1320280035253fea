// WhatsApp's 24 hours on a simulated clock, its approved templates, and answers that get lost.
#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "storage/channels.h"
#include "storage/messages.h"
#include "tests/support/story_platforms.h"
#include "tests/support/story_windows.h"

namespace laoke::test::whatsapp_windows {
namespace {

using nlohmann::json;

const std::string kSeller = "CN.13800", kBuyer = "CN.13801", kFriend = "CN.13802";

bool holds(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

// A shop whose text "promo" WhatsApp has approved as promo_v1, with one parameter.
struct Windows {
  Windows() : shop(platform) {
    platform.fake.add_template({"promo_v1", "zh_CN", "MARKETING", "APPROVED", 1});
    save_text(shop, "promo", "{{customer.name}}，新品到了");
    save_approved(shop, "promo", "{{customer.name}}，新品到了", "promo_v1");
    save_text(shop, "plain", "今晚上新");
  }
  void hears(const std::string& address, const std::string& name) {
    shop.writes(address, "在吗");
    shop.call(address, name);
  }
  FakeWhatsapp::Sent last_to(const std::string& address) { return platform.fake.accepted_by(address).back(); }
  int sent_to(const std::string& address) { return static_cast<int>(platform.fake.accepted_by(address).size()); }
  int status(const FakeWhatsapp::Sent& sent, const std::string& what, int error = 0) {
    return shop.take(WhatsappStory::callback(platform.fake.status_of(sent, what, error)));
  }
  WhatsappStory platform;
  ChannelStory shop;
};

}  // namespace

TEST_CASE("the same broadcast goes to WhatsApp in words within 24 hours and as the approved template after them", "[story][windows][whatsapp]") {
  struct Row {
    const char* says;
    const char* text;
    std::int64_t silent_ms;
    const char *end, *type, *reads;
  };
  const auto row = GENERATE(values<Row>({
      {"just now", "promo", kMinuteMs, "accepted", "text", "李雷，新品到了"},
      {"a minute before the window ends", "promo", kDayMs - kMinuteMs, "accepted", "text", "李雷，新品到了"},
      {"a minute after it", "promo", kDayMs + kMinuteMs, "accepted approved_template", "template", "李雷"},
      {"a month later", "promo", 30 * kDayMs, "accepted approved_template", "template", "李雷"},
      {"inside, a text without a template", "plain", kHourMs, "accepted", "text", "今晚上新"},
      {"outside, a text without a template", "plain", kDayMs + kMinuteMs, "dropped window_closed", "", ""},
  }));
  DYNAMIC_SECTION(row.says) {
    Windows w;
    w.hears(kBuyer, "李雷");
    w.shop.wait(row.silent_ms);
    const auto broadcast = broadcast_to_all(w.shop, row.text);
    CHECK(end_of(w.shop, broadcast, kBuyer) == row.end);
    REQUIRE(w.sent_to(kBuyer) == (*row.type ? 1 : 0));
    if (!*row.type) return;
    CHECK(w.last_to(kBuyer).type == row.type);
    CHECK(w.last_to(kBuyer).text == row.reads);
  }
}

TEST_CASE("`why` tells by which way a WhatsApp broadcast went, or why it did not", "[story][windows][whatsapp]") {
  Windows w;
  w.hears(kBuyer, "李雷");
  w.shop.wait(25 * kHourMs);
  w.shop.pair_owner(kSeller, "美姐");
  broadcast_to_all(w.shop, "promo", "notice");
  CHECK(holds(w.shop.asks(kSeller, "为什么 李雷"), "按平台审核过的模板发出"));
  broadcast_to_all(w.shop, "plain", "notice");
  CHECK(holds(w.shop.asks(kSeller, "为什么 李雷"), "平台规定的回复时间窗口已过"));
}

TEST_CASE("a press of the template's button opens WhatsApp's window again", "[story][windows][whatsapp]") {
  Windows w;
  w.hears(kBuyer, "李雷");
  w.shop.wait(25 * kHourMs);
  broadcast_to_all(w.shop, "promo", "notice");
  CHECK(w.last_to(kBuyer).type == "template");
  w.shop.clock.advance(kMinuteMs);
  const auto press = w.platform.fake.message_from(WhatsappStory::person(kBuyer),
                                                  {{"type", "button"}, {"context", {{"id", w.last_to(kBuyer).id}}}, {"button", {{"payload", "rcv:1:y"}, {"text", "已收到"}}}});
  CHECK(w.shop.take(WhatsappStory::callback(press)) == 200);
  const auto broadcast = broadcast_to_all(w.shop, "promo", "notice");
  CHECK(end_of(w.shop, broadcast, kBuyer) == "accepted");
  CHECK(w.last_to(kBuyer).type == "text");
}

TEST_CASE("an answer after WhatsApp's window ended is not sent, and the customer's next word lets the next one go", "[story][windows][whatsapp]") {
  Windows w;
  w.hears(kBuyer, "李雷");
  w.shop.wait(kDayMs + kMinuteMs);
  answer(w.shop, kBuyer, "到货了");
  CHECK(last_message(w.shop, kBuyer) == "dropped window_closed");
  CHECK(w.sent_to(kBuyer) == 0);
  w.shop.writes(kBuyer, "还在吗");
  answer(w.shop, kBuyer, "在的");
  CHECK(last_message(w.shop, kBuyer) == "accepted");
  CHECK(w.last_to(kBuyer).text == "在的");
}

TEST_CASE("a template whose parameters WhatsApp refuses fails with what to click", "[story][templates][whatsapp]") {
  Windows w;
  w.platform.fake.add_template({"sale_v1", "zh_CN", "MARKETING", "APPROVED", 2});
  save_approved(w.shop, "promo", "{{customer.name}}，新品到了", "sale_v1");
  w.hears(kBuyer, "李雷");
  w.shop.wait(25 * kHourMs);
  w.shop.pair_owner(kSeller, "美姐");
  const auto broadcast = broadcast_to_all(w.shop, "promo");
  CHECK(end_of(w.shop, broadcast, kBuyer) == "failed rejected");
  const auto why = w.shop.asks(kSeller, "为什么 李雷");
  INFO(why);
  CHECK(holds(why, "平台拒绝了这条消息"));
  CHECK(holds(why, "消息模板 里核对"));
  CHECK(w.sent_to(kBuyer) == 0);
}

TEST_CASE("a template that is not approved, or disabled, loses nobody: the owner is told what to click, and it goes once that is done", "[story][templates][whatsapp]") {
  struct Row {
    const char *says, *status, *words;
  };
  const auto row = GENERATE(values<Row>({
      {"not approved", "REJECTED", "WhatsApp 管理工具 > 消息模板 里新建"},
      {"disabled", "DISABLED", "请换一个模板"},
  }));
  DYNAMIC_SECTION(row.says) {
    Windows w;
    w.platform.fake.add_template({"sale_v1", "zh_CN", "MARKETING", row.status, 1});
    save_approved(w.shop, "promo", "{{customer.name}}，新品到了", "sale_v1");
    w.hears(kBuyer, "李雷");
    w.shop.wait(25 * kHourMs);
    w.shop.pair_owner(kSeller, "美姐");
    const auto broadcast = broadcast_to_all(w.shop, "promo");
    CHECK(end_of(w.shop, broadcast, kBuyer) == "deferred retry");
    CHECK(w.shop.got(kSeller, row.words) == 1);
    CHECK(w.sent_to(kBuyer) == 0);
    w.platform.fake.set_template_status("sale_v1", "APPROVED");
    w.shop.wait(4 * kHourMs + kMinuteMs);
    CHECK(end_of(w.shop, broadcast, kBuyer) == "accepted approved_template");
    CHECK(w.sent_to(kBuyer) == 1);
  }
}

TEST_CASE("Meta's word on a template holds the broadcast, reaches the owner once, and lets it go on", "[story][templates][whatsapp]") {
  Windows w;
  w.hears(kBuyer, "李雷");
  w.hears(kFriend, "王芳");
  w.shop.wait(25 * kHourMs);
  w.shop.pair_owner(kSeller, "美姐");
  const auto meta_says = [&](const char* event, const json& more) {
    json value{{"event", event}, {"message_template_id", 1'689'556'908'129'832}, {"message_template_name", "promo_v1"},
               {"message_template_language", "zh_CN"}, {"reason", "NONE"}};
    value.update(more);
    const json change{{"value", value}, {"field", "message_template_status_update"}};
    const json body{{"object", "whatsapp_business_account"},
                    {"entry", json::array({{{"id", FakeWhatsapp::kAccount}, {"time", w.shop.clock.now_ms() / 1'000}, {"changes", json::array({change})}}})}};
    return w.shop.take(WhatsappStory::callback(body));
  };
  const json paused{{"other_info", {{"title", "FIRST_PAUSE"}, {"description", "Paused for 3 hours."}}}};
  CHECK(meta_says("PAUSED", paused) == 200);
  CHECK(meta_says("PAUSED", paused) == 200);
  CHECK(w.shop.got(kSeller, "暂停了模板“promo_v1”") == 1);
  CHECK(w.shop.got(kSeller, "换一个模板") == 1);
  CHECK(holds(w.shop.asks(kSeller, "待办"), "promo_v1"));
  const auto calls = w.platform.fake.calls("messages");
  const auto broadcast = broadcast_to_all(w.shop, "promo");
  for (const auto& address : {kBuyer, kFriend}) CHECK(end_of(w.shop, broadcast, address) == "deferred template_held");
  CHECK(w.platform.fake.calls("messages") == calls);
  CHECK(holds(w.shop.asks(kSeller, "为什么 李雷"), "平台暂停或停用了它用的审核模板"));
  // Who writes meanwhile needs no template.
  w.shop.writes(kFriend, "在吗");
  CHECK(meta_says("APPROVED", json::object()) == 200);
  CHECK(w.shop.got(kSeller, "又可以用了") == 1);
  w.shop.wait(kHourMs + kMinuteMs);
  CHECK(end_of(w.shop, broadcast, kBuyer) == "accepted approved_template");
  CHECK(end_of(w.shop, broadcast, kFriend) == "accepted");
}

TEST_CASE("a template that WhatsApp paused waits, the owner is told once what to click, and it goes when it is allowed again", "[story][templates][whatsapp]") {
  Windows w;
  w.platform.fake.set_template_status("promo_v1", "PAUSED");
  w.hears(kBuyer, "李雷");
  w.hears(kFriend, "王芳");
  w.shop.wait(25 * kHourMs);
  w.shop.pair_owner(kSeller, "美姐");
  const auto broadcast = broadcast_to_all(w.shop, "promo");
  CHECK(end_of(w.shop, broadcast, kBuyer) == "deferred retry");
  CHECK(w.shop.got(kSeller, "在 WhatsApp 管理工具里改进它") == 1);
  CHECK(holds(w.shop.asks(kSeller, "待办"), "渠道“whatsapp”有消息要等几个小时"));
  w.platform.fake.set_template_status("promo_v1", "APPROVED");
  w.shop.wait(4 * kHourMs + kMinuteMs);
  for (const auto& address : {kBuyer, kFriend}) {
    CHECK(end_of(w.shop, broadcast, address) == "accepted approved_template");
    CHECK(w.sent_to(address) == 1);
  }
}

TEST_CASE("a WhatsApp send whose answer was lost is settled by its status, and nobody is written to twice", "[story][lost][whatsapp]") {
  struct Row {
    const char* says;
    std::vector<std::string> statuses;
    int error;
    const char* end;
  };
  const auto row = GENERATE(values<Row>({
      {"sent", {"sent"}, 0, "accepted"},
      {"delivered", {"delivered"}, 0, "delivered"},
      {"read before the others came", {"read", "delivered", "sent"}, 0, "read"},
      {"the same twice", {"sent", "sent"}, 0, "accepted"},
      {"failed after all", {"failed"}, 131026, "failed platform_reported_failure"},
      {"nothing comes", {}, 0, "unknown no_answer"},
  }));
  DYNAMIC_SECTION(row.says) {
    Windows w;
    w.hears(kBuyer, "李雷");
    w.hears(kFriend, "王芳");
    w.platform.fake.lose_next_answer(2);
    const auto broadcast = broadcast_to_all(w.shop, "promo");
    for (const auto& address : {kBuyer, kFriend}) {
      CHECK(end_of(w.shop, broadcast, address) == "unknown no_answer");
      REQUIRE(w.sent_to(address) == 1);
    }
    for (const auto& status : row.statuses) CHECK(w.status(w.last_to(kBuyer), status, row.error) == 200);
    w.shop.wait(kHourMs);
    CHECK(end_of(w.shop, broadcast, kBuyer) == row.end);
    CHECK(end_of(w.shop, broadcast, kFriend) == "unknown no_answer");
    CHECK(w.sent_to(kBuyer) == 1);
    CHECK(w.sent_to(kFriend) == 1);
  }
}

TEST_CASE("what a lost answer was about is in the history once the status came, and once only", "[story][lost][whatsapp]") {
  Windows w;
  w.hears(kBuyer, "李雷");
  const auto said = [&] {
    const auto customer_id = w.shop.customer_of(kBuyer);
    int count = 0;
    for (const auto& message : w.shop.in([&](const Context& context) { return storage::list_messages(context.tx, context.shop_id(), customer_id, 0, 20); }))
      count += message.direction == "out" ? 1 : 0;
    return count;
  };
  w.platform.fake.lose_next_answer();
  answer(w.shop, kBuyer, "有的");
  CHECK(last_message(w.shop, kBuyer) == "unknown no_answer");
  CHECK(said() == 0);
  w.status(w.last_to(kBuyer), "sent");
  w.status(w.last_to(kBuyer), "delivered");
  CHECK(last_message(w.shop, kBuyer) == "delivered");
  CHECK(said() == 1);
}

TEST_CASE("a WhatsApp call that never arrived is not taken for sent, and the seller decides", "[story][lost][whatsapp]") {
  Windows w;
  w.hears(kBuyer, "李雷");
  w.shop.pair_owner(kSeller, "美姐");
  w.platform.fake.drop_next();
  answer(w.shop, kBuyer, "有的");
  CHECK(last_message(w.shop, kBuyer) == "unknown no_answer");
  CHECK(w.sent_to(kBuyer) == 0);
  CHECK(holds(w.shop.asks(kSeller, "未送达"), "李雷"));
  w.shop.asks(kSeller, "重发 全部");
  w.shop.wait(kMinuteMs);
  CHECK(w.sent_to(kBuyer) == 1);
}

TEST_CASE("a status that names nothing of ours moves nobody's message", "[story][lost][whatsapp]") {
  Windows w;
  w.hears(kBuyer, "李雷");
  w.platform.fake.lose_next_answer();
  answer(w.shop, kBuyer, "有的");
  auto other = w.last_to(kBuyer);
  for (const char* reference : {"", "m:0:7:9", "another program's", "b:999999:1:"}) {
    other.reference = reference;
    other.id = "wamid.HBgNOTHER" + std::to_string(std::string(reference).size());
    CHECK(w.status(other, "delivered") == 200);
    CHECK(last_message(w.shop, kBuyer) == "unknown no_answer");
  }
}

}  // namespace laoke::test::whatsapp_windows

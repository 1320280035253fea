#include <catch2/catch.hpp>
#include <thread>

#include "bot/channels/wecom/wecom.h"
#include "tests/fakes/fake_wecom.h"

using namespace laoke;
using namespace laoke::channels;
using laoke::test::FakeWecom;
using nlohmann::json;

namespace {

constexpr std::int64_t kHour = 3'600'000;

// A corporation with two members and their customers, and a clock that stands until it is moved.
struct Desk {
  explicit Desk(json more = json::object()) {
    for (const char* member : {"seller01", "seller02"}) wecom.add_member(member);
    wecom.befriend("seller01", "wm1", "李雷");
    wecom.befriend("seller01", "wm2", "韩梅梅");
    wecom.befriend("seller02", "wm3", "周小明");
    settings = wecom.settings();
    settings["max_age_seconds"] = 0;
    settings.update(more);
    channel = wecom::make_with_clock({1, 2, "企微", "wecom", settings}, [this] { return now_ms; });
  }
  Outgoing to(const std::string& address, const std::string& text, const std::string& reply_token = "") const {
    Outgoing message;
    message.external_id = address;
    message.content.text = text;
    message.idempotency_key = "0123456789abcdef0123456789abcdef";
    message.reply_token = reply_token;
    return message;
  }
  SendOutcome send(const std::string& address, const std::string& text, const std::string& reply_token = "") {
    return channel->send(to(address, text, reply_token));
  }
  std::vector<SendOutcome> send_all(const std::vector<std::string>& addresses, const std::string& text) {
    std::vector<Outgoing> all;
    for (const auto& address : addresses) all.push_back(to(address, text));
    return channel->send_batch(all.front().content, all);
  }
  std::string welcome_code(const std::string& customer) {
    return channel->parse(wecom.added("seller01", customer)).at(0).reply_token;
  }

  std::int64_t now_ms = 1'767'225'600'000;
  FakeWecom wecom{[this] { return now_ms; }};
  json settings;
  std::unique_ptr<Channel> channel;
};

bool has(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

}  // namespace

TEST_CASE("who adds a member is known by name at once, and welcomed within 20 seconds", "[wecom]") {
  Desk desk;
  desk.wecom.befriend("seller01", "wm9", "安娜", "union-9");
  const auto events = desk.channel->parse(desk.wecom.added("seller01", "wm9", "parcel-card"));
  REQUIRE(events.size() == 1);
  CHECK(events[0].display_name == "安娜");
  CHECK(events[0].person_id == "union-9");
  const auto sent = desk.send("ext:wm9", "安娜您好", events[0].reply_token);
  CHECK(sent.status == SendStatus::kAccepted);
  REQUIRE(desk.wecom.sent_to("wm9").size() == 1);
  CHECK(desk.wecom.sent_to("wm9")[0].path == "externalcontact/send_welcome_msg");
  CHECK(desk.wecom.tasks().empty());

  CHECK(desk.send("ext:wm9", "again", events[0].reply_token).status == SendStatus::kRejected);  // 41051
  const auto late = desk.welcome_code("wm1");
  desk.now_ms += 20'001;
  const auto over = desk.send("ext:wm1", "您好", late);
  CHECK(over.status == SendStatus::kRejected);
  CHECK(has(over.platform_code, "41050"));
  const auto busy = desk.welcome_code("wm2");
  desk.wecom.refuse_next("externalcontact/send_welcome_msg", 41096, "another app is sending");
  CHECK(desk.send("ext:wm2", "您好", busy).status == SendStatus::kAccepted);
}

TEST_CASE("a customer whose details cannot be read is taken without a name", "[wecom]") {
  Desk desk;
  desk.wecom.refuse_next("externalcontact/get", -1, "system busy");
  const auto nameless = desk.channel->parse(desk.wecom.added("seller01", "wm1"));
  CHECK(nameless.at(0).kind == InboundKind::kFollowed);
  CHECK(nameless.at(0).display_name.empty());
  // The platform is left in peace for a while: the next callback does not ask at all.
  const int asked = desk.wecom.calls("externalcontact/get");
  desk.channel->parse(desk.wecom.added("seller01", "wm2"));
  CHECK(desk.wecom.calls("externalcontact/get") == asked);
}

TEST_CASE("a customer is lost with the last member who has them", "[wecom]") {
  Desk desk;
  desk.wecom.befriend("seller02", "wm1", "李雷");
  desk.wecom.part("seller01", "wm1");
  CHECK(desk.channel->parse(desk.wecom.customer_event("del_follow_user", "seller01", "wm1")).at(0).kind == InboundKind::kOther);
  desk.wecom.part("seller02", "wm1");
  CHECK(desk.channel->parse(desk.wecom.customer_event("del_external_contact", "seller02", "wm1")).at(0).kind == InboundKind::kBlocked);
}

TEST_CASE("a message to many is one task for each member, with each customer's own outcome", "[wecom]") {
  Desk desk;
  desk.wecom.limit_reached("wm2");
  const auto outcomes = desk.send_all({"ext:wm1", "ext:wm3", "ext:wm2", "ext:wmStranger", "member:seller01", "nonsense"}, "老客户专享");
  REQUIRE(outcomes.size() == 6);
  CHECK(outcomes[0].status == SendStatus::kAwaitsPerson);
  CHECK(outcomes[1].status == SendStatus::kAwaitsPerson);
  CHECK(outcomes[0].platform_message_id != outcomes[1].platform_message_id);
  CHECK(outcomes[2].status == SendStatus::kRejected);
  CHECK(has(outcomes[2].platform_code, "fail_list"));
  CHECK(outcomes[3].status == SendStatus::kRejected);
  CHECK(outcomes[4].status == SendStatus::kAccepted);
  CHECK(outcomes[5].status == SendStatus::kContactGone);
  const auto tasks = desk.wecom.tasks();
  REQUIRE(tasks.size() == 2);
  for (const auto& task : tasks) {
    CHECK(task.text == "老客户专享");
    CHECK(task.customers == (task.sender == "seller01" ? std::vector<std::string>{"wm1"} : std::vector<std::string>{"wm3"}));
  }
  CHECK(desk.channel->traits().person_confirms_bulk);
  CHECK(desk.channel->traits().batch_size == 10'000);
}

TEST_CASE("the member a shop prefers sends to whom several have", "[wecom]") {
  Desk desk(json{{"sender", "seller02"}});
  desk.wecom.befriend("seller02", "wm1", "李雷");
  desk.send_all({"ext:wm1", "ext:wm2"}, "上新");
  REQUIRE(desk.wecom.tasks().size() == 2);
  for (const auto& task : desk.wecom.tasks()) CHECK(task.sender == (task.customers[0] == "wm1" ? "seller02" : "seller01"));
}

TEST_CASE("a task whose answer was lost is found and not made twice", "[wecom]") {
  Desk desk;
  desk.wecom.lose_next_answer("externalcontact/add_msg_template");
  const auto sent = desk.send("ext:wm1", "您的订单已发货");
  CHECK(sent.status == SendStatus::kAwaitsPerson);
  REQUIRE(desk.wecom.tasks().size() == 1);
  CHECK(sent.platform_message_id == desk.wecom.tasks()[0].id);
  desk.wecom.lose_next_answer("externalcontact/add_msg_template");
  desk.wecom.refuse_next("externalcontact/get_groupmsg_list_v2", -1, "system busy");
  CHECK(desk.send("ext:wm2", "x").status == SendStatus::kUnknown);
}

TEST_CASE("what a task can never hold is refused before the call", "[wecom]") {
  Desk desk;
  CHECK(desk.send("ext:wm1", "   ").status == SendStatus::kRejected);
  CHECK(desk.send("ext:wm1", std::string(4001, 'a')).status == SendStatus::kRejected);
  CHECK(desk.wecom.calls("externalcontact/add_msg_template") == 0);
  Outgoing picture = desk.to("ext:wm1", "看");
  picture.content.image = "https://shop.example/a.jpg";
  picture.content.buttons = {{{"去看看", "", "https://shop.example/a"}, {"好", "yes", ""}}};
  CHECK(desk.channel->send(picture).status == SendStatus::kAwaitsPerson);
  CHECK(desk.wecom.tasks()[0].text == "看\n去看看: https://shop.example/a");
}

TEST_CASE("a member reads long answers in parts and no more a minute than WeCom keeps", "[wecom]") {
  Desk desk;
  std::string line;
  for (int i = 0; i < 1500; ++i) line += "面";
  const auto sent = desk.send("member:seller01", line);
  CHECK(sent.status == SendStatus::kAccepted);
  CHECK(sent.part_ids.size() == 3);
  std::string all;
  for (const auto& part : desk.wecom.sent_to("seller01")) all += part.text;
  CHECK(all == line);
  for (int i = 0; i < 27; ++i) CHECK(desk.send("member:seller01", "x").status == SendStatus::kAccepted);
  const auto busy = desk.send("member:seller01", "x");
  CHECK(busy.status == SendStatus::kContactBusy);
  CHECK(busy.retry_after == std::chrono::seconds(60));
  CHECK(desk.send("member:seller02", "x").status == SendStatus::kAccepted);
  desk.now_ms += 60'001;
  CHECK(desk.send("member:seller01", "x").status == SendStatus::kAccepted);
  CHECK(desk.wecom.sent_to("seller01").size() == 31);
  CHECK(desk.send("member:nobody", "x").status == SendStatus::kContactGone);
}

TEST_CASE("微信客服 answers within its window, five times, and in a session that is ours", "[wecom]") {
  Desk desk;
  desk.wecom.service_message("wk1", "wm7", "在吗");
  CHECK(desk.send("kf:wk1:wm7", "在的").status == SendStatus::kAccepted);
  CHECK(desk.wecom.sent_to("wm7")[0].body["msgid"].get<std::string>().size() <= 32);
  for (int i = 0; i < 4; ++i) CHECK(desk.send("kf:wk1:wm7", "还有").status == SendStatus::kAccepted);
  CHECK(desk.send("kf:wk1:wm7", "第六条").status == SendStatus::kWindowClosed);
  desk.wecom.service_message("wk1", "wm7", "好");
  desk.now_ms += 48 * kHour + 1;
  CHECK(desk.send("kf:wk1:wm7", "晚了").status == SendStatus::kWindowClosed);

  desk.wecom.service_message("wk1", "wm8", "在吗");
  desk.wecom.employee_took_session("wm8", true);
  CHECK(desk.send("kf:wk1:wm8", "在的").status == SendStatus::kAccepted);
  desk.wecom.employee_took_session("wm8", false);
  CHECK(desk.send("kf:wk1:wm8", "在的").status == SendStatus::kWindowClosed);
  CHECK(desk.send("kf:wk1:wm8", std::string(6 * 2048, 'a')).status == SendStatus::kRejected);

  desk.wecom.service_event("wk1", {{"event_type", "enter_session"}, {"external_userid", "wm6"}, {"welcome_code", "CODE6"}});
  CHECK(desk.send("kf:wk1:wm6", "欢迎", "CODE6").status == SendStatus::kAccepted);
  CHECK(desk.wecom.sent_to("wm6")[0].path == "kf/send_msg_on_event");
}

TEST_CASE("every refusal of WeCom has its meaning, though all of them are 200", "[wecom]") {
  struct Row {
    int errcode;
    const char* errmsg;
    SendStatus status;
    std::int64_t wait_s;
  };
  const Row row = GENERATE(values<Row>({
      {-1, "system busy", SendStatus::kRetryLater, 2},
      {40001, "invalid credential", SendStatus::kBadConfig, 0},
      {60020, "not allow to access from your ip", SendStatus::kBadConfig, 0},
      {48002, "api forbidden", SendStatus::kBadConfig, 0},
      {45033, "api concurrent out of limit", SendStatus::kThrottled, 2},
      {45009, "api freq out of limit", SendStatus::kThrottled, 60},
      {45009, "api freq out of hour limit", SendStatus::kThrottled, 3600},
      {45009, "api freq out of day limit", SendStatus::kQuotaUsed, 21600},
      {40096, "invalid external userid", SendStatus::kContactGone, 0},
      {84061, "not external contact", SendStatus::kContactGone, 0},
      {45002, "content size out of limit", SendStatus::kRejected, 0},
      {99999, "something new", SendStatus::kRejected, 0},
  }));
  Desk desk;
  desk.wecom.refuse_next("message/send", row.errcode, row.errmsg);
  const auto outcome = desk.send("member:seller01", "x");
  INFO(row.errcode << " " << row.errmsg << " => " << outcome.platform_code);
  CHECK(outcome.status == row.status);
  CHECK(outcome.retry_after == std::chrono::seconds(row.wait_s));
  CHECK(has(outcome.platform_code, std::to_string(row.errcode)));
  CHECK(has(outcome.platform_code, row.errmsg));
}

TEST_CASE("an answer that is none leaves open whether the message arrived", "[wecom]") {
  Desk desk;
  desk.wecom.answer_next("message/send", 200, "<html>");
  CHECK(desk.send("member:seller01", "x").status == SendStatus::kUnknown);
  desk.wecom.answer_next("message/send", 500, "oops");
  CHECK(desk.send("member:seller01", "x").status == SendStatus::kUnknown);
  desk.wecom.answer_next("message/send", 503, "");
  CHECK(desk.send("member:seller01", "x").status == SendStatus::kRetryLater);
  desk.wecom.lose_next_answer("message/send");
  CHECK(desk.send("member:seller01", "x").status == SendStatus::kUnknown);
  json nowhere = desk.settings;
  nowhere["api_base"] = "http://127.0.0.1:1";
  CHECK(find_kind("wecom")->make({1, 2, "企微", "wecom", nowhere})->send(desk.to("member:seller01", "x")).status == SendStatus::kRetryLater);
}

TEST_CASE("a token that ended in the middle of a broadcast is fetched anew", "[wecom]") {
  Desk desk;
  CHECK(desk.send("member:seller01", "x").status == SendStatus::kAccepted);
  const int fetched = desk.wecom.calls("gettoken");
  desk.wecom.end_tokens();
  CHECK(desk.send("member:seller01", "y").status == SendStatus::kAccepted);
  CHECK(desk.wecom.calls("gettoken") == fetched + 1);
  desk.wecom.revoke();
  const auto outcome = desk.send("member:seller01", "z");
  CHECK(outcome.status == SendStatus::kBadConfig);
  CHECK_FALSE(has(outcome.platform_code, desk.settings["secret"].get<std::string>()));
}

TEST_CASE("many threads share one token", "[wecom][concurrent]") {
  Desk desk;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) threads.emplace_back([&] { desk.send_all({"ext:wm1", "ext:wm3"}, "上新"); });
  for (auto& thread : threads) thread.join();
  CHECK(desk.wecom.calls("gettoken") == 1);
  CHECK(desk.wecom.tasks().size() == 12);
}

TEST_CASE("an account is checked with real calls", "[wecom]") {
  Desk desk;
  CHECK_NOTHROW(desk.channel->connect(""));
  for (const auto& line : desk.channel->probe()) CHECK(line.ok);
  desk.wecom.refuse_next("externalcontact/get_follow_user_list", 48002, "api forbidden");
  const auto lines = desk.channel->probe();
  REQUIRE(lines.size() >= 2);
  CHECK_FALSE(lines[1].ok);
  CHECK(has(lines[1].text, "可调用接口的应用"));
  json wrong = desk.settings;
  wrong["secret"] = "wrongsecret";
  const auto other = find_kind("wecom")->make({1, 2, "企微", "wecom", wrong});
  CHECK_THROWS_WITH(other->connect(""), Catch::Contains("40001") && !Catch::Contains("wrongsecret"));
  CHECK_FALSE(other->probe().at(0).ok);
}

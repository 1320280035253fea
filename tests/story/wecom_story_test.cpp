#include <catch2/catch.hpp>

#include "bot/channel_host.h"
#include "bot/default_shop.h"
#include "bot/errands.h"
#include "bot/hooks.h"
#include "bot/http/router.h"
#include "bot/http/server.h"
#include "bot/http_client.h"
#include "bot/scheduler.h"
#include "bot/sender.h"
#include "handlers/calendar.h"
#include "handlers/pairing.h"
#include "storage/broadcasts.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/staff.h"
#include "storage/tags.h"
#include "tests/fakes/fake_wecom.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_database.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using namespace laoke::test;

namespace {

bool has(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

// The whole program against a WeCom on loopback, but for its threads. The seller is the member "seller01".
class WecomStory {
 public:
  WecomStory()
      : database(storage::open_database(home.options())),
        channels((make_shop(), *database)),
        intake(*database, clock),
        sender(*database, channels, clock, "story"),
        errands(*database, channels, intake, sender.leases(), clock),
        scheduler(*database, clock),
        server(any_port(), [this](http::Request& request) { return router(request); }) {
    channels.refresh();
    add_hook_routes(router, channels, intake, sender);
    server.start();
    for (const char* member : {"seller01", "seller02"}) wecom.add_member(member);
    settle();
  }
  ~WecomStory() { server.stop(std::chrono::seconds(1)); }

  template <class F>
  auto in(F&& work) {
    return database->write([&](storage::Transaction& tx) {
      const auto row = storage::find_shop(tx, "default");
      return work(Context{tx, *row, clock.now_ms()});
    });
  }
  int post(const channels::RawRequest& request) {
    HttpCall call;
    call.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/hooks/wecom?";
    for (const auto& [name, value] : request.query) call.url += name + "=" + value + "&";
    call.body = request.body;
    call.content_type = "text/xml";
    return shared_http_client().call(call).status;
  }
  // Everything due now has happened: sender, scheduler, errands, and a page of polling.
  void settle() {
    for (int round = 0; round < 8; ++round) {
      scheduler.run_due();
      sender.drain();
      errands.round();
      poll();
      clock.advance(20);
    }
  }
  void poll() {
    const auto live = channels.by_hook("wecom");
    const auto page = live->channel->poll(cursor, std::chrono::milliseconds(0));
    CHECK(page.problem.empty());
    for (const auto& update : page.updates) intake.take(*live, update.events, update.raw);
    if (!page.cursor.empty()) cursor = page.cursor;
  }
  int takes(const channels::RawRequest& request) {
    clock.advance(1'000);
    const int status = post(request);
    settle();
    return status;
  }
  void customer(const std::string& id, const std::string& name, const std::string& member = "seller01") {
    wecom.befriend(member, id, name);
    REQUIRE(takes(wecom.added(member, id, "poster")) == 200);
  }
  // What the seller types in the app, and reads there.
  std::string asks(const std::string& line) {
    const auto before = wecom.sent_to("seller01").size();
    REQUIRE(takes(wecom.member_says("seller01", line)) == 200);
    const auto all = wecom.sent_to("seller01");
    std::string answer;
    for (std::size_t i = before; i < all.size(); ++i) answer += (answer.empty() ? "" : "\n---\n") + all[i].text;
    return answer;
  }
  void tells(const std::string& line, const std::string& piece) {
    const auto answer = asks(line);
    INFO(line << " => " << answer);
    CHECK(has(answer, piece));
  }
  void pair_seller() {
    const auto code = in([&](const Context& context) {
      storage::Staff staff;
      staff.name = "美姐";
      staff.role = "owner";
      staff.created_at_ms = context.now_ms;
      return issue_code(context, storage::insert_staff(context.tx, context.shop_id(), staff));
    });
    tells(code, "你现在是");
  }
  storage::Contact contact(const std::string& address) {
    return in([&](const Context& context) {
      const auto found = storage::find_contact_by_address(context.tx, context.shop_id(), channels.by_hook("wecom")->row.channel_id, address);
      return found ? *found : storage::Contact{};
    });
  }
  std::map<std::string, std::int64_t> counts(std::string_view klass) {
    return in([&](const Context& context) {
      std::map<std::string, std::int64_t> all;
      for (const auto& one : storage::list_broadcasts(context.tx, context.shop_id(), 0, 20)) {
        if (one.klass != klass || one.state == "cancelled") continue;
        for (const auto& count : storage::broadcast_counts(context.tx, context.shop_id(), one.broadcast_id))
          all[count.state + (count.reason.empty() ? "" : " " + count.reason)] += count.count;
      }
      return all;
    });
  }

  // As a welcome within its 20 seconds, or as a task when those were over.
  int greetings(const std::string& text) const {
    int count = 0;
    for (const auto& sent : wecom.sent()) count += has(sent.text, text) ? 1 : 0;
    for (const auto& task : wecom.tasks()) count += has(task.text, text) ? 1 : 0;
    return count;
  }

  TestDatabase home;
  FakeWecom wecom;
  ManualClock clock{kMonday10};
  std::unique_ptr<storage::Database> database;
  ChannelHost channels;
  Intake intake;
  Sender sender;
  Errands errands;
  Scheduler scheduler;
  http::Router router;
  http::Server server;
  std::string cursor;

 private:
  static http::ServerOptions any_port() {
    http::ServerOptions options;
    options.port = 0;
    return options;
  }
  void make_shop() {
    Config config;
    config.language = "zh-CN";
    create_default_shop(*database, config, kMonday10);
    database->write([&](storage::Transaction& tx) {
      auto settings = wecom.settings();
      settings["sync_tags"] = "yes";
      storage::ChannelRow channel;
      channel.shop_id = storage::find_shop(tx, "default")->shop_id;
      channel.name = channel.kind = "wecom";
      channel.settings = settings.dump();
      channel.created_at_ms = kMonday10;
      storage::insert_channel(tx, channel);
    });
  }
};

using Counts = std::map<std::string, std::int64_t>;

}  // namespace

TEST_CASE("a customer who adds a member is a record with a welcome, and the seller runs the shop in WeCom", "[story][wecom]") {
  WecomStory shop;
  shop.pair_seller();
  shop.customer("wm1", "李雷");
  const auto contact = shop.contact("ext:wm1");
  REQUIRE(contact.customer_id != 0);
  CHECK(contact.display_name == "李雷");
  CHECK(shop.greetings("李雷您好") == 1);

  shop.tells("+肤质/油性皮肤 李雷", "加上 油性皮肤");
  CHECK(shop.wecom.tags_of("seller01", "wm1") == std::vector<std::string>{"油性皮肤"});
  CHECK(shop.wecom.group_of_tag("油性皮肤") == "肤质");

  // An order and its notice: a task for this one customer, which the member confirms.
  shop.tells("产品 面膜 99 用30天", "用 30 天");
  shop.asks("订单 李雷 面膜x2 198");
  shop.tells("付款 #1001", "已付款");
  const auto before = shop.wecom.tasks().size();
  shop.tells("发货 #1001 顺丰 SF1234567890123", "SF1234567890123");
  REQUIRE(shop.wecom.tasks().size() == before + 1);
  CHECK(shop.wecom.tasks().back().customers == std::vector<std::string>{"wm1"});
  CHECK(has(shop.wecom.tasks().back().text, "SF1234567890123"));

  shop.wecom.part("seller01", "wm1");
  CHECK(shop.takes(shop.wecom.customer_event("del_follow_user", "seller01", "wm1")) == 200);
  CHECK(shop.contact("ext:wm1").state == "blocked");
  shop.wecom.befriend("seller01", "wm1", "李雷");
  CHECK(shop.takes(shop.wecom.added("seller01", "wm1")) == 200);
  CHECK(shop.contact("ext:wm1").state == "active");
}

TEST_CASE("a moment and a group message to the same tag are made, confirmed by the staff, and their results are counted", "[story][wecom]") {
  WecomStory shop;
  shop.pair_seller();
  shop.customer("wm1", "李雷");
  shop.customer("wm2", "韩梅梅");
  shop.customer("wm3", "周小明", "seller02");
  shop.customer("wm4", "安娜");
  for (const char* name : {"李雷", "韩梅梅", "周小明"}) shop.tells("+油性皮肤 " + std::string(name), "油性皮肤");
  REQUIRE(shop.wecom.tags_of("seller02", "wm3") == std::vector<std::string>{"油性皮肤"});

  shop.tells("朋友圈 tag:油性皮肤 上新：只给老客户看", "可见：3 人");
  CHECK(shop.wecom.moments().empty());
  shop.tells("是", "点“发表”");
  REQUIRE(shop.wecom.moments().size() == 1);
  CHECK(shop.wecom.moments()[0].text == "上新：只给老客户看");
  CHECK(shop.counts("moment") == Counts{{"accepted awaits_person", 3}});
  shop.wecom.publish_moment("seller01");
  shop.settle();
  CHECK(shop.counts("moment") == Counts{{"accepted awaits_person", 1}, {"delivered", 2}});
  shop.wecom.publish_moment("seller02");
  shop.settle();
  CHECK(shop.counts("moment") == Counts{{"delivered", 3}});
  shop.tells("朋友圈", "已展示 3");

  shop.tells("群发 tag:油性皮肤 刚发了一条朋友圈，给你留了一份", "人数：3");
  shop.tells("是", "开始了");
  shop.settle();
  std::size_t reached = 0;
  for (const auto& task : shop.wecom.tasks()) {
    if (!has(task.text, "给你留了一份")) continue;
    reached += task.customers.size();
    CHECK((task.sender == "seller02") == (task.customers.front() == "wm3"));
    shop.wecom.confirm_task(task.id);
  }
  CHECK(reached == 3);
  shop.settle();
  CHECK(shop.counts("marketing") == Counts{{"accepted", 3}});
}

TEST_CASE("what a customer writes to 微信客服 is shown in the seller's app", "[story][wecom]") {
  WecomStory shop;
  shop.pair_seller();
  shop.customer("wm1", "李雷");
  shop.clock.advance(kMinuteMs);
  shop.wecom.service_message("wk1", "wm1", "面膜多少钱");
  REQUIRE(shop.takes(shop.wecom.service_nudge("wk1")) == 200);
  const auto service = shop.contact("kf:wk1:wm1");
  REQUIRE(service.contact_id != 0);
  CHECK(service.display_name == "李雷");
  CHECK(service.replies_left == 5);
  CHECK(has(shop.wecom.sent_to("seller01").back().text, "面膜多少钱"));
}

TEST_CASE("a forged callback is refused and a repeated one changes nothing", "[story][wecom]") {
  WecomStory shop;
  shop.wecom.befriend("seller01", "wm1", "李雷");
  const auto added = shop.wecom.added("seller01", "wm1");
  auto forged = added;
  forged.query["msg_signature"][0] = forged.query["msg_signature"][0] == 'a' ? 'b' : 'a';
  CHECK(shop.takes(forged) == 401);
  CHECK(shop.contact("ext:wm1").contact_id == 0);
  CHECK(shop.takes(added) == 200);
  CHECK(shop.takes(added) == 200);
  CHECK(shop.greetings("李雷您好") == 1);
}

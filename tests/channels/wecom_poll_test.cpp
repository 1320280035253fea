#include <catch2/catch.hpp>
#include <thread>

#include "bot/channels/wecom/wecom.h"
#include "tests/fakes/fake_wecom.h"

using namespace laoke;
using namespace laoke::channels;
using laoke::test::FakeWecom;
using nlohmann::json;

namespace {

constexpr std::int64_t kMinute = 60'000;

// An account that polls, and whoever keeps its cursor.
struct PollDesk {
  explicit PollDesk(json more = json::object()) {
    for (const char* member : {"seller01", "seller02"}) wecom.add_member(member);
    wecom.befriend("seller01", "wm1", "李雷");
    wecom.befriend("seller01", "wm2", "韩梅梅");
    wecom.befriend("seller02", "wm3", "周小明");
    settings = wecom.settings();
    settings["max_age_seconds"] = 0;
    settings["sync_tags"] = "yes";
    settings.update(more);
    restart();
  }
  void restart() {
    channel.reset();
    channel = wecom::make_with_clock({1, 2, "企微", "wecom", settings}, [this] { return now_ms; });
  }
  // One page; what it says is kept, as the program keeps it.
  std::vector<InboundEvent> poll(bool keep = true) {
    now_ms += 5;
    page = channel->poll(cursor, std::chrono::milliseconds(0));
    if (keep && !page.cursor.empty()) cursor = page.cursor;
    std::vector<InboundEvent> events;
    for (const auto& update : page.updates) {
      CHECK(update.error.empty());
      // What is kept of a page says the same again.
      CHECK(channel->parse({"POST", update.raw, {}, {}}) == update.events);
      events.insert(events.end(), update.events.begin(), update.events.end());
    }
    return events;
  }
  std::vector<InboundEvent> poll_all() {
    std::vector<InboundEvent> all;
    for (int i = 0; i < 6; ++i)
      for (auto& event : poll()) all.push_back(std::move(event));
    return all;
  }
  std::string make_task(const std::string& customer) {
    Outgoing message;
    message.external_id = "ext:" + customer;
    message.content.text = "上新";
    return channel->send(message).platform_message_id;
  }
  ErrandOutcome errand(const std::string& kind, json data) { return channel->run({kind, "e7", std::move(data)}); }
  // Done once poll() has kept what is to be watched.
  SendStatus moment(const json& wish) {
    for (int i = 0; i < 2; ++i) {
      if (const auto status = errand("moment", wish).status; status != SendStatus::kContactBusy) return status;
      poll_all();
    }
    return errand("moment", wish).status;
  }

  std::int64_t now_ms = 1'767'225'600'000;
  FakeWecom wecom{[this] { return now_ms; }};
  json settings;
  std::string cursor;
  Polled page;
  std::unique_ptr<Channel> channel;
};

std::vector<std::string> told(const std::vector<InboundEvent>& events) {
  std::vector<std::string> all;
  for (const auto& event : events) {
    if (event.kind == InboundKind::kText) all.push_back(event.text);
    if (event.kind == InboundKind::kReceipt)
      all.push_back(event.external_id + " " + (event.receipt == ReceiptKind::kSent ? "sent" : event.receipt == ReceiptKind::kDelivered ? "shown" : "failed"));
  }
  return all;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("messages of 微信客服 come page by page, each once, with the customer's name", "[wecom]") {
  PollDesk desk(json{{"open_kfids", "wk1"}});
  CHECK(desk.poll().empty());
  desk.wecom.befriend("seller01", "wm7", "安娜");
  desk.wecom.service_pages_of(2);
  for (int i = 0; i < 5; ++i) desk.wecom.service_message("wk1", "wm7", "第" + std::to_string(i));
  desk.channel->parse(desk.wecom.service_nudge("wk1"));
  const auto events = desk.poll_all();
  CHECK(told(events) == Texts{"第0", "第1", "第2", "第3", "第4"});
  CHECK(events.at(0).display_name == "安娜");
  CHECK(events.at(0).external_id == "kf:wk1:wm7");
  CHECK(desk.poll_all().empty());
  desk.wecom.service_message("wk2", "wm7", "另一个客服");  // an account nobody named: its nudge does
  desk.channel->parse(desk.wecom.service_nudge("wk2"));
  CHECK(told(desk.poll_all()) == Texts{"另一个客服"});
}

TEST_CASE("nothing older than the first start is reacted to", "[wecom]") {
  PollDesk desk(json{{"open_kfids", "wk1"}});
  desk.wecom.service_message("wk1", "wm1", "去年问的");
  desk.now_ms += 60 * kMinute;
  CHECK(desk.poll().empty());
  desk.wecom.service_message("wk1", "wm1", "现在问的");
  desk.channel->parse(desk.wecom.service_nudge("wk1"));
  CHECK(told(desk.poll_all()) == Texts{"现在问的"});
  desk.restart();
  CHECK(told(desk.poll_all()).empty());
}

TEST_CASE("a page that could not be kept comes again", "[wecom]") {
  PollDesk desk(json{{"open_kfids", "wk1"}});
  desk.poll();
  const auto task = desk.make_task("wm1");
  desk.poll();
  desk.wecom.confirm_task(task);
  const auto lost = desk.poll(false);
  REQUIRE(told(lost) == Texts{"ext:wm1 sent"});
  const auto again = desk.poll();
  CHECK(told(again) == told(lost));
  CHECK(again.at(0).key == lost.at(0).key);
  CHECK(told(desk.poll_all()).empty());
  // The same of what is not over yet: one of two members has published.
  desk.wecom.make_tag("肤质", "油性皮肤");
  for (const auto& [member, customer] : {std::pair("seller01", "wm1"), std::pair("seller02", "wm3")}) desk.wecom.tag_by_hand(member, customer, "油性皮肤");
  REQUIRE(desk.errand("moment", {{"text", "上新"}, {"tags", {"油性皮肤"}}, {"reference", "moment:9"}}).status == SendStatus::kAccepted);
  desk.poll_all();
  desk.wecom.publish_moment("seller01");
  CHECK(told(desk.poll(false)) == Texts{"ext:wm1 sent", "ext:wm1 shown"});
  CHECK(told(desk.poll()) == Texts{"ext:wm1 sent", "ext:wm1 shown"});
  CHECK(told(desk.poll_all()).empty());
}

TEST_CASE("what became of a task arrives once the member confirmed it", "[wecom]") {
  PollDesk desk;
  desk.poll();
  Outgoing one, two;
  one.external_id = "ext:wm1";
  two.external_id = "ext:wm2";
  one.content.text = "上新";
  const auto made = desk.channel->send_batch(one.content, std::vector{one, two});
  CHECK(told(desk.poll_all()).empty());
  desk.wecom.limit_reached("wm2");
  desk.wecom.confirm_task(made.at(0).platform_message_id);
  const auto events = desk.poll_all();
  CHECK(told(events) == Texts{"ext:wm1 sent", "ext:wm2 failed"});
  for (const auto& event : events) CHECK(event.platform_message_id == made.at(0).platform_message_id);
  CHECK(events.at(1).receipt_reason.find("上限") != std::string::npos);
  const int looks = desk.wecom.calls("externalcontact/get_groupmsg_task");
  desk.poll_all();
  CHECK(desk.wecom.calls("externalcontact/get_groupmsg_task") == looks);  // it is settled
}

TEST_CASE("a task made just before a crash is found on the platform", "[wecom]") {
  PollDesk desk;
  desk.poll();
  const auto task = desk.make_task("wm1");
  desk.restart();  // before any page was kept
  desk.wecom.confirm_task(task);
  CHECK(told(desk.poll_all()) == Texts{"ext:wm1 sent"});
}

TEST_CASE("a tag put on here is one of the corporation there, and goes again", "[wecom]") {
  PollDesk desk;
  desk.wecom.befriend("seller02", "wm1", "李雷");
  CHECK(desk.errand("tag", {{"external_id", "ext:wm1"}, {"tag", "油性皮肤"}, {"group", "肤质"}}).status == SendStatus::kAccepted);
  CHECK(desk.wecom.tags_of("seller01", "wm1") == Texts{"油性皮肤"});
  CHECK(desk.wecom.tags_of("seller02", "wm1") == Texts{"油性皮肤"});
  CHECK(desk.wecom.group_of_tag("油性皮肤") == "肤质");
  CHECK(desk.errand("tag", {{"external_id", "ext:wm2"}, {"tag", "油性皮肤"}}).status == SendStatus::kAccepted);
  CHECK(desk.errand("tag", {{"external_id", "ext:wm2"}, {"tag", "老顾客"}}).status == SendStatus::kAccepted);
  CHECK(desk.wecom.group_of_tag("老顾客") == "老客");
  CHECK(desk.wecom.tag_names() == Texts{"油性皮肤", "老顾客"});
  CHECK(desk.errand("untag", {{"external_id", "ext:wm1"}, {"tag", "油性皮肤"}}).status == SendStatus::kAccepted);
  CHECK(desk.wecom.tags_of("seller02", "wm1").empty());
  CHECK(desk.errand("untag", {{"external_id", "ext:wm1"}, {"tag", "没有的"}}).status == SendStatus::kAccepted);
  // Members and customers of 微信客服 have no tags; who is nobody's customer cannot be given one.
  CHECK(desk.errand("tag", {{"external_id", "kf:wk1:wm7"}, {"tag", "油性皮肤"}}).status == SendStatus::kAccepted);
  CHECK(desk.errand("tag", {{"external_id", "ext:wmNobody"}, {"tag", "油性皮肤"}}).status == SendStatus::kContactGone);
  CHECK(desk.errand("tag", {{"external_id", "ext:wm1"}, {"tag", std::string(40, 'a')}}).status == SendStatus::kRejected);
  CHECK(desk.errand("dance", {}).status == SendStatus::kRejected);
  CHECK(desk.wecom.most_marks_at_once() == 1);
}

TEST_CASE("a tag follows a customer whom another member took over", "[wecom]") {
  PollDesk desk;
  const json wish{{"external_id", "ext:wm1"}, {"tag", "油性皮肤"}};
  REQUIRE(desk.errand("tag", wish).status == SendStatus::kAccepted);
  desk.wecom.part("seller01", "wm1");
  desk.wecom.befriend("seller02", "wm1", "李雷");
  CHECK(desk.errand("tag", wish).status == SendStatus::kAccepted);
  CHECK(desk.wecom.tags_of("seller02", "wm1") == Texts{"油性皮肤"});
  desk.wecom.part("seller02", "wm1");
  CHECK(desk.errand("tag", wish).status == SendStatus::kContactGone);
}

TEST_CASE("tag errands meet what passes and what does not", "[wecom]") {
  PollDesk desk;
  const json wish{{"external_id", "ext:wm1"}, {"tag", "油性皮肤"}};
  desk.wecom.refuse_next("externalcontact/mark_tag", 45033, "api concurrent out of limit");
  const auto later = desk.errand("tag", wish);
  CHECK(later.status == SendStatus::kThrottled);
  CHECK(later.retry_after == std::chrono::seconds(2));
  desk.wecom.refuse_next("externalcontact/mark_tag", 40068, "invalid tagid");
  CHECK(desk.errand("tag", wish).status == SendStatus::kRetryLater);
  // A right that is missing ends the errand with what to click; the account goes on.
  desk.wecom.refuse_next("externalcontact/mark_tag", 48002, "api forbidden");
  const auto refused = desk.errand("tag", wish);
  CHECK(refused.status == SendStatus::kRejected);
  CHECK(refused.platform_code.find("可调用接口的应用") != std::string::npos);
  CHECK(desk.errand("tag", wish).status == SendStatus::kAccepted);
}

TEST_CASE("a tag changed by hand in WeCom changes here, and nothing that never was there is taken off", "[wecom]") {
  PollDesk desk;
  desk.wecom.make_tag("肤质", "油性皮肤");
  const auto old = desk.wecom.make_tag("肤质", "敏感");
  desk.wecom.tag_by_hand("seller01", "wm1", "敏感");
  const auto edit = [&] { return desk.channel->parse(desk.wecom.customer_event("edit_external_contact", "seller01", "wm1")).at(0); };
  auto event = edit();
  CHECK(event.kind == InboundKind::kTagged);
  CHECK(event.display_name == "李雷");
  CHECK(event.tags == Texts{"敏感"});
  CHECK(event.untags.empty());
  desk.now_ms += 1'000;
  desk.wecom.tag_by_hand("seller01", "wm1", "油性皮肤");
  desk.wecom.untag_by_hand("seller01", "wm1", "敏感");
  event = edit();
  CHECK(event.tags == Texts{"油性皮肤"});
  CHECK(event.untags == Texts{"敏感"});

  // Nobody answers in time: it is asked later, by poll().
  desk.wecom.tag_by_hand("seller01", "wm1", "敏感");
  desk.wecom.refuse_next("externalcontact/get", -1, "system busy");
  CHECK(edit().kind == InboundKind::kOther);
  auto polled = desk.poll_all();
  REQUIRE(polled.size() == 1);
  CHECK(polled[0].tags.size() == 2);
  // A tag of the corporation gets another name: those who have it are asked about.
  desk.wecom.rename_tag(old, "敏感肌");
  CHECK(desk.channel->parse(desk.wecom.event("change_external_tag", {{"ChangeType", "update"}, {"TagType", "tag"}, {"Id", old}})).empty());
  polled = desk.poll_all();
  REQUIRE(polled.size() == 1);
  CHECK(polled[0].untags == Texts{"敏感"});
  CHECK(std::ranges::count(polled[0].tags, "敏感肌") == 1);
}

TEST_CASE("tags stay apart where the seller did not ask for it", "[wecom]") {
  PollDesk desk(json{{"sync_tags", "no"}});
  desk.wecom.make_tag("肤质", "敏感");
  desk.wecom.tag_by_hand("seller01", "wm1", "敏感");
  const auto event = desk.channel->parse(desk.wecom.customer_event("edit_external_contact", "seller01", "wm1")).at(0);
  CHECK(event.tags.empty());
  CHECK(event.untags.empty());
}

TEST_CASE("a moment goes to the customers with its tags, is published by members, and its results arrive", "[wecom]") {
  PollDesk desk;
  desk.poll();
  desk.wecom.make_tag("肤质", "油性皮肤");
  for (const auto& [member, customer] : {std::pair("seller01", "wm1"), std::pair("seller02", "wm3")}) desk.wecom.tag_by_hand(member, customer, "油性皮肤");
  const auto made = desk.errand("moment", {{"text", "上新：只给老客户看"}, {"tags", {"油性皮肤"}}, {"reference", "moment:9"}});
  REQUIRE(made.status == SendStatus::kAccepted);
  REQUIRE(desk.wecom.moments().size() == 1);
  CHECK(desk.wecom.moments()[0].tag_ids.size() == 1);
  CHECK(told(desk.poll_all()).empty());
  desk.wecom.publish_moment("seller01");
  const auto first = desk.poll_all();
  CHECK(told(first) == Texts{"ext:wm1 sent", "ext:wm1 shown"});
  CHECK(first.at(0).reference == "moment:9");
  desk.restart();
  desk.wecom.publish_moment("seller02");
  const auto rest = told(desk.poll_all());
  CHECK(std::ranges::count(rest, "ext:wm3 shown") == 1);
  CHECK(std::ranges::count(rest, "ext:wm2 shown") == 0);
}

TEST_CASE("a moment that cannot be made says why, and one that may have been made is not made again", "[wecom]") {
  PollDesk desk;
  const json wish{{"text", "上新"}, {"tags", {"没有的"}}, {"reference", "moment:9"}};
  auto outcome = desk.errand("moment", wish);
  CHECK(outcome.status == SendStatus::kRejected);
  REQUIRE(outcome.learned.size() == 1);
  CHECK(outcome.learned[0].external_id == "ext:*");
  CHECK(outcome.learned[0].reference == "moment:9");
  CHECK(outcome.learned[0].receipt == ReceiptKind::kFailed);
  CHECK(desk.errand("moment", {{"text", "给所有人"}, {"tags", json::array()}, {"reference", "moment:9"}}).status == SendStatus::kRejected);
  CHECK(desk.errand("moment", {{"text", std::string(4001, 'a')}, {"tags", {"x"}}}).status == SendStatus::kRejected);
  CHECK(desk.wecom.calls("externalcontact/add_moment_task") == 0);
  desk.wecom.make_tag("肤质", "油性皮肤");
  desk.wecom.lose_next_answer("externalcontact/add_moment_task");
  outcome = desk.errand("moment", {{"text", "上新"}, {"tags", {"油性皮肤"}}, {"reference", "moment:9"}});
  CHECK(outcome.status == SendStatus::kRejected);
  CHECK(desk.wecom.moments().size() == 1);
}

TEST_CASE("a moment is made once, whether the answer or the program was lost", "[wecom]") {
  PollDesk desk;
  desk.poll();
  desk.wecom.make_tag("肤质", "油性皮肤");
  desk.wecom.tag_by_hand("seller01", "wm1", "油性皮肤");
  const json wish{{"text", "上新"}, {"tags", {"油性皮肤"}}, {"reference", "moment:9"}, {"since_ms", desk.now_ms}};
  // The same words a day ago were another wish.
  desk.now_ms -= 24 * 60 * kMinute;
  REQUIRE(desk.moment({{"text", "上新"}, {"tags", {"油性皮肤"}}, {"reference", "moment:8"}, {"since_ms", desk.now_ms}}) == SendStatus::kAccepted);
  desk.now_ms += 24 * 60 * kMinute;
  SECTION("the answer") {
    desk.wecom.lose_next_answer("externalcontact/add_moment_task");
    const auto lost = desk.errand("moment", wish);
    CHECK(lost.status == SendStatus::kContactBusy);
    CHECK(lost.retry_after >= std::chrono::seconds(30));
    CHECK(lost.learned.empty());
  }
  SECTION("the program, after the call and before anything of it was kept") {
    REQUIRE(desk.errand("moment", wish).status == SendStatus::kContactBusy);
    desk.poll(false);
    CHECK(desk.errand("moment", wish).status == SendStatus::kContactBusy);  // a page that nobody stored keeps nothing
    desk.restart();
    desk.now_ms += 10'000;
    CHECK(desk.errand("moment", wish).status == SendStatus::kContactBusy);  // WeCom may not list it yet
  }
  SECTION("nothing") { CHECK(desk.moment(wish) == SendStatus::kAccepted); }
  desk.now_ms += 2 * kMinute;
  CHECK(desk.moment(wish) == SendStatus::kAccepted);
  CHECK(desk.wecom.moments().size() == 2);
  desk.wecom.publish_moment("seller01");
  const auto results = desk.poll_all();
  CHECK(std::ranges::any_of(results, [](const auto& event) { return event.reference == "moment:9" && event.receipt == ReceiptKind::kDelivered; }));
}

TEST_CASE("a wish for a moment that was never carried out is carried out late", "[wecom]") {
  PollDesk desk;
  desk.wecom.make_tag("肤质", "油性皮肤");
  const json wish{{"text", "上新"}, {"tags", {"油性皮肤"}}, {"reference", "moment:9"}, {"since_ms", desk.now_ms}};
  desk.now_ms += 10 * kMinute;
  desk.wecom.refuse_next("externalcontact/get_moment_list", 48002, "api forbidden");
  CHECK(desk.errand("moment", wish).status == SendStatus::kRejected);  // without looking it could be the second
  CHECK(desk.wecom.moments().empty());
  CHECK(desk.moment(wish) == SendStatus::kAccepted);
  CHECK(desk.wecom.moments().size() == 1);
}

TEST_CASE("who entered 微信客服 may be sent one message within 20 seconds, and five once they wrote", "[wecom]") {
  PollDesk desk;
  const auto entered = [&](const json& event) {
    desk.wecom.service_event("wk1", event);
    desk.channel->parse(desk.wecom.service_nudge("wk1"));
    const auto events = desk.poll_all();
    REQUIRE(events.size() == 1);
    return events[0];
  };
  desk.poll();
  const json enter{{"event_type", "enter_session"}, {"open_kfid", "wk1"}, {"external_userid", "wm1"}, {"scene", "poster"}};
  CHECK(entered(enter).window_ms == 0);  // no code: nothing may be sent
  auto with_code = enter;
  with_code["welcome_code"] = "WEL1";
  const auto event = entered(with_code);
  CHECK(event.window_ms == 20'000);
  CHECK(event.replies_left == 1);
  CHECK(event.reply_token == "WEL1");
  const auto& traits = desk.channel->traits();
  CHECK(traits.window_ms == 48 * 60 * kMinute);
  CHECK(traits.window_addresses == "kf:");
}

TEST_CASE("a key that WeCom refuses stops the polling, a passing trouble does not", "[wecom]") {
  PollDesk desk(json{{"open_kfids", "wk1"}});
  desk.poll();
  desk.wecom.refuse_next("kf/sync_msg", -1, "system busy");
  desk.channel->parse(desk.wecom.service_nudge("wk1"));
  desk.poll();
  CHECK(desk.page.problem.find("system busy") != std::string::npos);
  CHECK_FALSE(desk.page.broken);
  desk.wecom.refuse_next("kf/sync_msg", 48002, "api forbidden");
  desk.channel->parse(desk.wecom.service_nudge("wk1"));
  desk.poll();
  CHECK_FALSE(desk.page.problem.empty());
  CHECK_FALSE(desk.page.broken);
  desk.wecom.revoke();
  desk.channel->parse(desk.wecom.service_nudge("wk1"));
  desk.poll();
  CHECK(desk.page.broken);
}

TEST_CASE("a waiting poll ends when it is told to, and when there is something to read", "[wecom][concurrent]") {
  PollDesk desk(json{{"open_kfids", "wk1"}});
  desk.poll();
  std::thread stopper([&] { desk.channel->interrupt(); });
  desk.channel->poll(desk.cursor, std::chrono::hours(1));
  stopper.join();
  desk.wecom.service_message("wk1", "wm1", "在吗");
  Polled page;
  std::thread poller([&] { page = desk.channel->poll(desk.cursor, std::chrono::hours(1)); });
  desk.channel->parse(desk.wecom.service_nudge("wk1"));
  poller.join();
  REQUIRE(page.updates.size() == 1);
  CHECK(page.updates[0].events.at(0).text == "在吗");
}

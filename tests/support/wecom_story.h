#pragma once
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "bot/channel_host.h"
#include "bot/channels/wecom/wecom.h"
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

namespace laoke::test {

// Which clock WeCom and its adapter go by; the shop always goes by its own.
enum class WecomTime { kReal, kShops };

// The whole program against a WeCom on loopback, but for its threads. The seller is the member "seller01".
class WecomStory {
 public:
  explicit WecomStory(WecomTime time = WecomTime::kReal)
      : wecom(time == WecomTime::kReal ? nullptr : std::function<std::int64_t()>([this] { return clock.now_ms(); })),
        database(storage::open_database(home.options())),
        channels((make_shop(), *database), time == WecomTime::kReal ? channels::find_kind : (running_clock_ = &clock, find_kind_by_our_clock)),
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
    CHECK(answer.find(piece) != std::string::npos);
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
    for (const auto& sent : wecom.sent()) count += sent.text.find(text) != std::string::npos ? 1 : 0;
    for (const auto& task : wecom.tasks()) count += task.text.find(text) != std::string::npos ? 1 : 0;
    return count;
  }

  TestDatabase home;
  ManualClock clock{kMonday10};
  FakeWecom wecom;
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
  // A kind is made by plain functions, so the story that runs is told to them here.
  static inline const ManualClock* running_clock_ = nullptr;
  static const channels::Kind* find_kind_by_our_clock(std::string_view name) {
    static const channels::Kind kind = [] {
      auto one = channels::wecom_kind();
      one.make = [](const channels::Account& account) {
        return channels::wecom::make_with_clock(account, [clock = running_clock_] { return clock->now_ms(); });
      };
      return one;
    }();
    return name == kind.name ? &kind : channels::find_kind(name);
  }

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

}  // namespace laoke::test

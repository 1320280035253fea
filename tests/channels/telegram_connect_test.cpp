#include <catch2/catch.hpp>
#include <future>

#include "bot/channels/channel.h"
#include "tests/fakes/fake_telegram.h"
#include "tests/fakes/raw_server.h"
#include "tests/support/patience.h"

using namespace laoke;
using namespace laoke::channels;
using namespace std::chrono_literals;
using nlohmann::json;
using test::FakeTelegram;

namespace {

std::unique_ptr<Channel> channel_of(const FakeTelegram& fake, const std::string& mode = "auto") {
  return find_kind("telegram")->make({1, 2, "bot", "telegram", fake.settings(mode)});
}

// A shop's hook: 200 for what is genuine and understood.
struct Hook {
  std::mutex mutex;
  std::vector<std::string> texts;
  std::atomic<int> fail_first{0};
  const Channel* channel = nullptr;
  test::RawServer server{[this](const std::string& request, const auto& write) {
    const std::size_t head = request.find("\r\n\r\n");
    RawRequest raw{"POST", request.substr(head + 4), {}, {}};
    const std::string name = "X-Telegram-Bot-Api-Secret-Token: ";
    if (const std::size_t at = request.find(name); at < head)
      raw.headers["x-telegram-bot-api-secret-token"] =
          request.substr(at + name.size(), request.find("\r\n", at) - at - name.size());
    int status = 401;
    if (channel->authentic(raw)) {
      status = fail_first-- > 0 ? 500 : 200;
      const std::lock_guard lock(mutex);
      if (status == 200)
        for (const auto& event : channel->parse(raw)) texts.push_back(event.text);
    }
    write(test::http_answer(status, ""));
    return true;
  }};
};

}  // namespace

TEST_CASE("polling brings updates in order, once, and goes on where it was", "[telegram]") {
  FakeTelegram fake;
  const auto channel = channel_of(fake);
  channel->connect("");
  REQUIRE(channel->polls());
  fake.user_says(1, "甲", "一");
  const std::int64_t last = fake.user_says(2, "乙", "二");
  const Polled first = channel->poll("", 5s);
  REQUIRE(first.updates.size() == 2);
  CHECK(first.updates[0].events.at(0).text == "一");
  CHECK(json::parse(first.updates[1].raw)["update_id"] == last);
  CHECK(first.cursor == std::to_string(last + 1));
  CHECK(first.problem.empty());
  SECTION("the same again when the page was not committed") {
    CHECK(channel->poll("", 5s).updates.size() == 2);
  }
  SECTION("only what is new when it was") {
    fake.user_says(1, "甲", "三");
    const Polled second = channel->poll(first.cursor, 5s);
    REQUIRE(second.updates.size() == 1);
    CHECK(second.updates[0].events.at(0).text == "三");
    CHECK(fake.pending() == 1);
  }
  SECTION("nothing new leaves the cursor where it is") {
    const Polled second = channel->poll(first.cursor, 100ms);
    CHECK(second.updates.empty());
    CHECK(second.cursor == first.cursor);
    CHECK(fake.wait_until_taken());
  }
}

TEST_CASE("a waiting poll ends at once when it is interrupted", "[telegram]") {
  FakeTelegram fake;
  const auto channel = channel_of(fake);
  auto polled = std::async(std::launch::async, [&] { return channel->poll("77", 50s); });
  while (fake.calls("getUpdates") == 0) std::this_thread::yield();
  channel->interrupt();
  REQUIRE(polled.wait_for(40s) == std::future_status::ready);
  const Polled result = polled.get();
  CHECK(result.cursor == "77");
  CHECK(result.problem.empty());
  SECTION("an interrupt that comes before the poll is not lost") {
    channel->interrupt();
    CHECK(channel->poll("77", 50s).updates.empty());
    CHECK(fake.calls("getUpdates") == 1);
  }
  SECTION("and the one after it works again") {
    fake.user_says(1, "甲", "一");
    CHECK(channel->poll("77", 5s).updates.size() == 1);
  }
}

TEST_CASE("a poll that waits out a failure can be interrupted too", "[telegram]") {
  FakeTelegram fake;
  const auto channel = channel_of(fake);
  fake.stop();
  auto polled = std::async(std::launch::async, [&] { return channel->poll("", 50s); });
  CHECK(polled.wait_for(100ms) == std::future_status::timeout);  // it does not spin
  channel->interrupt();
  REQUIRE(polled.wait_for(40s) == std::future_status::ready);
  CHECK(polled.get().problem == "no connection to " + fake.base_url());
}

TEST_CASE("an update that cannot be read does not hide the others", "[telegram]") {
  FakeTelegram fake;
  const auto channel = channel_of(fake);
  fake.user_says(1, "甲", "一");
  SECTION("one of a strange shape") {
    const std::int64_t last = fake.post_update({{"message", {{"message_id", "x"}}}});
    const Polled polled = channel->poll("", 5s);
    REQUIRE(polled.updates.size() == 2);
    CHECK(polled.updates[0].error.empty());
    CHECK_FALSE(polled.updates[1].error.empty());
    CHECK(polled.updates[1].events.empty());
    CHECK(polled.cursor == std::to_string(last + 1));
  }
  SECTION("one that is not even JSON") {
    const std::string broken = "{\"update_id\":731004400,\"message\":\"\xff\"}";
    fake.break_next_updates(broken);
    const Polled first = channel->poll("", 5s);
    REQUIRE(first.updates.size() == 1);
    CHECK_THAT(first.updates[0].raw, Catch::Contains(broken));
    CHECK_FALSE(first.updates[0].error.empty());
    CHECK(first.cursor == "731004401");
    const Polled second = channel->poll(first.cursor, 5s);
    REQUIRE(second.updates.size() == 1);
    CHECK(second.updates[0].events.at(0).text == "一");
  }
}

TEST_CASE("a webhook in the way of polling is removed", "[telegram]") {
  FakeTelegram fake;
  channel_of(fake, "webhook")->connect("http://127.0.0.1:9/hooks/bot");
  REQUIRE_FALSE(fake.webhook_url().empty());
  fake.user_says(1, "甲", "一");
  const auto channel = channel_of(fake, "polling");
  CHECK(channel->poll("", 5s).updates.empty());
  CHECK(fake.webhook_url().empty());
  CHECK(channel->poll("", 5s).updates.size() == 1);
}

TEST_CASE("two programs that poll one bot are told of each other", "[telegram]") {
  FakeTelegram fake;
  const auto one = channel_of(fake), other = channel_of(fake);
  auto polled = std::async(std::launch::async, [&] { return one->poll("", 50s); });
  while (fake.calls("getUpdates") == 0) std::this_thread::yield();
  CHECK(other->poll("", 100ms).problem.empty());
  CHECK_THAT(polled.get().problem, Catch::Contains("another program"));
}

TEST_CASE("a poll with a token that is not valid says that asking again is no use", "[telegram]") {
  FakeTelegram fake;
  const auto channel = channel_of(fake);
  fake.revoke_token();
  const Polled polled = channel->poll("5", 10ms);
  CHECK(polled.broken);
  CHECK(polled.problem == "401 Unauthorized");
  CHECK(polled.cursor == "5");
}

TEST_CASE("connecting registers the webhook, or its absence", "[telegram]") {
  FakeTelegram fake;
  const auto [mode, url, webhook] = GENERATE(table<const char*, const char*, const char*>({
      {"auto", "", ""},
      {"auto", "http://127.0.0.1:9/hooks/bot", ""},
      {"auto", "https://shop.example.com/hooks/bot", "https://shop.example.com/hooks/bot"},
      {"webhook", "http://127.0.0.1:9/hooks/bot", "http://127.0.0.1:9/hooks/bot"},
      {"polling", "https://shop.example.com/hooks/bot", ""},
  }));
  const auto channel = channel_of(fake, mode);
  for (int i = 0; i < 2; ++i) {
    channel->connect(url);
    CHECK(fake.webhook_url() == webhook);
    CHECK(channel->polls() == std::string(webhook).empty());
  }
}

TEST_CASE("a connection that cannot be made says what to do", "[telegram]") {
  FakeTelegram fake;
  SECTION("no public address") {
    CHECK_THROWS_WITH(channel_of(fake, "webhook")->connect(""), Catch::Contains("public_url"));
  }
  SECTION("no https") {
    CHECK_THROWS_WITH(channel_of(fake, "webhook")->connect("http://shop.example.com/x"),
                      Catch::Contains("must be https"));
  }
  SECTION("token not valid") {
    fake.revoke_token();
    CHECK_THROWS_WITH(channel_of(fake)->connect(""), Catch::Contains("@BotFather") && !Catch::Contains(fake.token()));
  }
  SECTION("nobody there") {
    fake.stop();
    CHECK_THROWS_WITH(channel_of(fake)->connect(""),
                      Catch::Contains(fake.base_url()) && !Catch::Contains(fake.token()));
  }
}

TEST_CASE("the fake delivers to the hook with the secret, in order, until it is taken", "[telegram]") {
  FakeTelegram fake;
  const auto channel = channel_of(fake, "webhook");
  Hook hook;
  hook.channel = channel.get();
  hook.fail_first = 3;
  fake.retry_unit(1ms);
  channel->connect(hook.server.url() + "/hooks/bot");
  fake.user_says(1, "甲", "一");
  fake.user_says(1, "甲", "二");
  fake.user_says(1, "甲", "三");
  REQUIRE(fake.wait_until_taken());
  {
    const std::lock_guard lock(hook.mutex);
    CHECK(hook.texts == std::vector<std::string>{"一", "二", "三"});
  }
  CHECK(fake.deliver({{"update_id", 1}}) == 200);
  CHECK(fake.deliver_to(hook.server.url(), "forged", R"({"update_id":1})") == 401);
  CHECK(fake.deliver_to(hook.server.url(), "", R"({"update_id":1})") == 401);
}

TEST_CASE("testing a channel says in words how it stands", "[telegram]") {
  FakeTelegram fake;
  const auto channel = channel_of(fake, "webhook");
  SECTION("all well") {
    fake.user_says(1, "甲", "一");
    const auto lines = channel->probe();
    REQUIRE(lines.size() == 2);
    CHECK((lines[0].ok && lines[1].ok));
    CHECK(lines[0].text == "token is valid: @laoke_bot");
    CHECK(lines[1].text == "no webhook, updates are polled; 1 updates wait");
  }
  SECTION("a hook that nobody answers") {
    channel->connect("http://127.0.0.1:1/hooks/bot");
    fake.user_says(1, "甲", "一");
    std::vector<ProbeLine> lines;
    REQUIRE(test::eventually([&] { return (lines = channel->probe()).size() == 3; }));
    CHECK_FALSE(lines[2].ok);
  }
  SECTION("token not valid") {
    fake.revoke_token();
    const auto lines = channel->probe();
    REQUIRE(lines.size() == 1);
    CHECK_FALSE(lines[0].ok);
    CHECK_THAT(lines[0].text, Catch::Contains("@BotFather") && !Catch::Contains(fake.token()));
  }
}

#include <catch2/catch.hpp>

#include "bot/channels/line/line_api.h"
#include "handlers/text.h"
#include "tests/channels/line_shop.h"

// One text for many on LINE, and an account being connected and tested.
namespace laoke::channels::line_send_test {

TEST_CASE("one text for many goes in calls of five hundred", "[line]") {
  Shop shop;
  std::vector<std::string> people;
  for (int i = 0; i < 1201; ++i) shop.fake.says(people.emplace_back(person(i)), "好");
  const auto outcomes = shop.send_to(people, words("新品到了"));
  REQUIRE(outcomes.size() == 1201);
  for (const auto& outcome : outcomes) REQUIRE(outcome.status == SendStatus::kAccepted);
  CHECK(shop.fake.calls(kMulticastPath) == 3);
  CHECK(shop.fake.accepted().size() == 1201);
  CHECK(shop.fake.used_this_month() == 1201);
  CHECK(shop.fake.shown_to(person(700)).at(0).text() == "新品到了");
}

TEST_CASE("a multicast repeated with its key reaches nobody twice", "[line]") {
  Shop shop;
  const std::vector<std::string> people{kAnna, person(1), person(2)};
  for (const auto& one : people) shop.fake.says(one, "好");
  SECTION("within the call") { shop.fake.fail_next({Kind::kLose, 0, ""}); }
  SECTION("by the sender, after it was unknown") {
    shop.fake.fail_next({Kind::kLose, 0, ""}, 2);
    for (const auto& outcome : shop.send_to(people, words("新品到了"))) CHECK(outcome.status == SendStatus::kUnknown);
  }
  for (const auto& outcome : shop.send_to(people, words("新品到了"))) CHECK(outcome.status == SendStatus::kAccepted);
  CHECK(shop.fake.accepted().size() == 3);
  CHECK(shop.send_to(people, words("又有新品"), "another").at(0).status == SendStatus::kAccepted);
  CHECK(shop.fake.accepted().size() == 6);
}

TEST_CASE("a refused repeat says nothing of the call whose answer got lost", "[line]") {
  struct Row {
    const char* says;
    int status;
    const char* message;
  };
  const Row row = GENERATE(values<Row>({{"throttled", 429, "The API rate limit has been exceeded."},
                                        {"the month is used up", 429, "You have reached your monthly limit."},
                                        {"the token is refused", 401, "Authentication failed"}}));
  INFO(row.says);
  Shop shop(json{{"timeout_seconds", 0.3}});
  const std::vector<std::string> people{kAnna, person(1)};
  for (const auto& one : people) shop.fake.says(one, "好");
  shop.fake.fail_next({Kind::kLose, 0, ""});
  shop.fake.fail_next({Kind::kRefuse, row.status, row.message});
  for (const auto& outcome : shop.send_to(people, words("新品到了"))) CHECK(outcome.status == SendStatus::kUnknown);
  for (const auto& outcome : shop.send_to(people, words("新品到了"))) CHECK(outcome.status == SendStatus::kAccepted);
  CHECK(shop.fake.accepted().size() == 2);
}

TEST_CASE("a multicast in several calls that stops halfway is no batch that was not taken", "[line]") {
  Shop shop;
  const std::vector<std::string> people{kAnna, person(1)};
  for (const auto& one : people) shop.fake.says(one, "好");
  const std::string long_text = times("好", 5000 * 5) + times("坏", 10);
  class SecondThrottled : public FakeLine::Judge {
   public:
    FakeLine::Fault befalls(const std::string&, const std::string&, const std::string&) override {
      return ++calls == 2 ? FakeLine::Fault{Kind::kRefuse, 429, "The API rate limit has been exceeded."} : FakeLine::Fault{Kind::kNone};
    }
    void taken(const std::string&, const std::string&, std::span<const FakeLine::Sent> sent) override { taken_in_all += sent.size(); }
    int calls = 0;
    std::size_t taken_in_all = 0;
  } judge;
  shop.fake.judge_sends(&judge);
  for (const auto& outcome : shop.send_to(people, words(long_text))) CHECK(outcome.status == SendStatus::kUnknown);
  CHECK(judge.taken_in_all == 2);
  for (const auto& outcome : shop.send_to(people, words(long_text))) CHECK(outcome.status == SendStatus::kAccepted);
  CHECK(judge.calls == 4);
  CHECK(judge.taken_in_all == 4);  // of the four one was throttled and one recognised
  shop.fake.judge_sends(nullptr);
}

TEST_CASE("an address that is none does not spoil a multicast", "[line]") {
  Shop shop;
  const auto outcomes = shop.send_to({kAnna, "5102233441", kAnna}, words("新品到了"));
  REQUIRE(outcomes.size() == 3);
  CHECK(outcomes[0].status == SendStatus::kAccepted);
  CHECK(outcomes[1].status == SendStatus::kContactGone);
  CHECK(shop.fake.accepted().size() == 1);  // named twice, written to once
  CHECK(shop.send_to({"x"}, words("新品到了")).at(0).status == SendStatus::kContactGone);
  CHECK(shop.send_to({}, words("新品到了")).empty());
  CHECK(shop.fake.calls(kMulticastPath) == 1);
}

TEST_CASE("a multicast that is refused is refused for all of its recipients", "[line]") {
  Shop shop;
  shop.fake.limit_month(1);
  for (const auto& outcome : shop.send_to({kAnna, person(1)}, words("新品到了"))) CHECK(outcome.status == SendStatus::kQuotaUsed);
  shop.fake.limit_month(0);
  shop.fake.fail_next({Kind::kRefuse, 429, "The API rate limit has been exceeded."});
  for (const auto& outcome : shop.send_to({kAnna, person(1)}, words("新品到了"))) CHECK(outcome.status == SendStatus::kThrottled);
  CHECK(shop.fake.accepted().empty());
}

TEST_CASE("connecting registers LINE's webhook once", "[line]") {
  Shop shop;
  const std::string url = "https://shop.example.com/hooks/line";
  for (int i = 0; i < 2; ++i) shop.channel->connect(url);
  CHECK(shop.fake.webhook() == url);
  CHECK(shop.fake.calls("/v2/bot/channel/webhook/endpoint") == 3);  // asked, set, asked
  CHECK_FALSE(shop.channel->polls());
}

TEST_CASE("a LINE webhook that cannot be registered says what to do", "[line]") {
  Shop shop;
  SECTION("no public address") { CHECK_THROWS_WITH(shop.channel->connect(""), Catch::Contains("public_url")); }
  SECTION("no https") { CHECK_THROWS_WITH(shop.channel->connect("http://shop.example.com/x"), Catch::Contains("must be https")); }
  SECTION("token not valid") {
    shop.fake.revoke_tokens();
    CHECK_THROWS_WITH(shop.channel->connect("https://x.example.com/h"), Catch::Contains("Developers console") && !Catch::Contains(FakeLine::kToken));
  }
  SECTION("nobody there") {
    shop.fake.stop();
    CHECK_THROWS_WITH(shop.channel->connect("https://x.example.com/h"), Catch::Contains(shop.fake.base_url()));
  }
}

TEST_CASE("testing a LINE account says in words how it stands", "[line]") {
  Shop shop;
  const auto text = [&] {
    std::string all;
    for (const auto& line : shop.channel->probe()) all += (line.ok ? "+ " : "- ") + line.text + "\n";
    return all;
  };
  SECTION("token not valid") {
    shop.fake.revoke_tokens();
    CHECK_THAT(text(), Catch::StartsWith("- LINE refuses the account") && !Catch::Contains(FakeLine::kToken));
  }
  SECTION("nobody there") {
    shop.fake.stop();
    CHECK_THAT(text(), Catch::StartsWith("- no answer") && Catch::Contains(shop.fake.base_url()));
  }
  SECTION("no webhook yet") {
    CHECK_THAT(text(), Catch::StartsWith("+ token is valid: 小美的店 (@216ru0000)\n- no webhook is registered"));
    CHECK_THAT(text(), Catch::Contains("the plan has no limit"));
  }
  SECTION("a webhook that is switched off and leads nowhere, and a quota used up") {
    shop.channel->connect("http://127.0.0.1:1/hooks/line");
    shop.fake.switch_webhook_off();
    shop.fake.limit_month(1);
    CHECK(shop.send(words("一")).status == SendStatus::kAccepted);
    const std::string told = text();
    CHECK_THAT(told, Catch::Contains("- webhook http://127.0.0.1:1/hooks/line is switched off") && Catch::Contains("Use webhook"));
    CHECK_THAT(told, Catch::Contains("- LINE cannot deliver: COULD_NOT_CONNECT"));
    CHECK_THAT(told, Catch::Contains("- 1 of this month's 1 messages are used"));
  }
}

}  // namespace laoke::channels::line_send_test

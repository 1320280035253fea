#include <catch2/catch.hpp>

#include "bot/channels/line/line_api.h"
#include "handlers/text.h"
#include "tests/channels/line_shop.h"

// Sending on LINE: replies, pushes, and what can come of each.
namespace laoke::channels::line_send_test {

TEST_CASE("an answer on LINE goes by its reply token, which costs nothing", "[line]") {
  Shop shop;
  const SendOutcome outcome = shop.send(words("有的"), shop.fake.last_reply_token());
  CHECK(outcome.status == SendStatus::kAccepted);
  CHECK_FALSE(outcome.platform_message_id.empty());
  CHECK(outcome.part_ids.empty());
  const auto sent = shop.fake.accepted();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].call == "reply");
  CHECK(sent[0].to == kAnna);
  CHECK(sent[0].text() == "有的");
  CHECK(shop.fake.used_this_month() == 0);
}

TEST_CASE("a reply token that is used or too old becomes a push in the same send", "[line]") {
  Shop shop;
  std::string token = shop.fake.last_reply_token();
  SECTION("used") { CHECK(shop.send(words("一"), token, "k0").status == SendStatus::kAccepted); }
  SECTION("older than a minute") {
    shop.fake.follow_clock([] { return std::int64_t{99'999'999'999'999}; });
  }
  SECTION("nobody's") { token = "ffffffffffffffffffffffffffffffff"; }
  CHECK(shop.send(words("二"), token).status == SendStatus::kAccepted);
  const auto sent = shop.fake.accepted();
  REQUIRE_FALSE(sent.empty());
  CHECK(sent.back().call == "push");
  CHECK(sent.back().text() == "二");
  CHECK(shop.fake.used_this_month() == 1);
}

TEST_CASE("a reply whose answer got lost is not sent twice", "[line]") {
  Shop shop(json{{"timeout_seconds", 3}});
  const std::string token = shop.fake.last_reply_token();
  SECTION("taken: asking again tells") {
    shop.fake.fail_next({Kind::kLose, 0, ""});
    CHECK(shop.send(words("有的"), token).status == SendStatus::kAccepted);
    CHECK(shop.fake.accepted().size() == 1);
  }
  SECTION("taken and never answered") {
    shop.fake.fail_next({Kind::kHang, 0, ""});
    CHECK(shop.send(words("有的"), token).status == SendStatus::kAccepted);
    CHECK(shop.fake.accepted().size() == 1);
  }
  SECTION("not taken: the second call is") {
    shop.fake.fail_next({Kind::kDrop, 0, ""});
    CHECK(shop.send(words("有的"), token).status == SendStatus::kAccepted);
    REQUIRE(shop.fake.accepted().size() == 1);
    CHECK(shop.fake.accepted()[0].call == "reply");
  }
  SECTION("lost twice: nobody can know") {
    shop.fake.fail_next({Kind::kDrop, 0, ""}, 2);
    CHECK(shop.send(words("有的"), token).status == SendStatus::kUnknown);
    CHECK(shop.fake.calls(kPushPath) == 0);
  }
  CHECK(shop.fake.used_this_month() == 0);
}

TEST_CASE("a push whose answer got lost is repeated with its retry key and arrives once", "[line]") {
  Shop shop(json{{"timeout_seconds", 3}});
  SECTION("within the send") {
    const auto kind = GENERATE(Kind::kLose, Kind::kHang, Kind::kDrop);
    shop.fake.fail_next({kind, 0, ""});
    const SendOutcome outcome = shop.send(words("已发货"));
    CHECK(outcome.status == SendStatus::kAccepted);
    CHECK_FALSE(outcome.platform_message_id.empty());  // also of the one recognised
  }
  SECTION("after a failure of the platform") {
    shop.fake.fail_next({Kind::kRefuse, 500, "Internal error"});
    CHECK(shop.send(words("已发货")).status == SendStatus::kAccepted);
  }
  SECTION("by a later send of the same delivery") {
    shop.fake.fail_next({Kind::kLose, 0, ""}, 2);
    CHECK(shop.send(words("已发货")).status == SendStatus::kUnknown);
    CHECK(shop.send(words("已发货")).status == SendStatus::kAccepted);
  }
  CHECK(shop.fake.accepted().size() == 1);
  CHECK(shop.send(words("已发货"), "", "k2").status == SendStatus::kAccepted);
  CHECK(shop.fake.accepted().size() == 2);
}

TEST_CASE("a retry key is one UUID for one call of one delivery", "[line]") {
  const std::string key = line::retry_key("0123456789abcdef0123456789abcdef", 0);
  CHECK(key == line::retry_key("0123456789abcdef0123456789abcdef", 0));
  CHECK(key != line::retry_key("0123456789abcdef0123456789abcdef", 1));
  CHECK(key != line::retry_key("0123456789abcdef0123456789abcdee", 0));
  CHECK(key.size() == 36);
  CHECK((key[8] == '-' && key[13] == '-' && key[14] == '8' && key[18] == '-' && key[23] == '-'));
  CHECK(std::string("89ab").find(key[19]) != std::string::npos);
}

TEST_CASE("every refusal of LINE means one thing for the shop", "[line]") {
  struct Row {
    int status;
    const char* message;
    SendStatus means;
  };
  const Row row = GENERATE(values<Row>({
      {400, "Failed to send messages", SendStatus::kContactGone},
      {400, "The request body has 1 error(s)", SendStatus::kRejected},
      {400, "The property, 'to', in the request body is invalid (line: -, column: -)", SendStatus::kRejected},
      {401, "Authentication failed due to the following reason: invalid token.", SendStatus::kBadConfig},
      {403, "Access to this API is not available for your account", SendStatus::kBadConfig},
      {404, "Not found", SendStatus::kBadConfig},
      {409, "The retry key is already accepted", SendStatus::kAccepted},
      {409, "something else", SendStatus::kRejected},
      {413, "Payload Too Large", SendStatus::kRejected},
      {415, "Unsupported media type", SendStatus::kRejected},
      {429, "You have reached your monthly limit.", SendStatus::kQuotaUsed},
      {429, "The API rate limit has been exceeded. Try again later.", SendStatus::kThrottled},
      {302, "", SendStatus::kBadConfig},
  }));
  DYNAMIC_SECTION(row.status << " " << row.message) {
    Shop shop;
    shop.fake.fail_next({Kind::kRefuse, row.status, row.message});
    const SendOutcome outcome = shop.send(words("在吗"));
    CHECK(name_of(outcome.status) == name_of(row.means));
    CHECK(shop.fake.accepted().empty());
    if (row.means == SendStatus::kAccepted) return;
    CHECK_THAT(outcome.platform_code, Catch::StartsWith(std::to_string(row.status)) && Catch::Contains(row.message));
    CHECK_THAT(outcome.platform_code, Catch::Contains("[req-") && !Catch::Contains(FakeLine::kToken));
  }
}

TEST_CASE("the month's quota waits for the next month, the rate for seconds", "[line]") {
  Shop shop;
  SECTION("the quota") {
    shop.fake.limit_month(1);
    CHECK(shop.send(words("一")).status == SendStatus::kAccepted);
    const SendOutcome outcome = shop.send(words("二"), "", "k2");
    CHECK(outcome.status == SendStatus::kQuotaUsed);
    CHECK(outcome.retry_after > 0h);
    CHECK(outcome.retry_after <= 24h * 31);
    CHECK(shop.send(words("三"), shop.fake.last_reply_token(), "k3").status == SendStatus::kAccepted);  // replies are free
  }
  SECTION("the rate: longer each time, and short again after a success") {
    shop.fake.fail_next({Kind::kRefuse, 429, "The API rate limit has been exceeded. Try again later."}, 8);
    std::vector<std::int64_t> waits;
    for (int i = 0; i < 8; ++i) waits.push_back(std::chrono::duration_cast<std::chrono::seconds>(shop.send(words("在吗")).retry_after).count());
    CHECK(waits == std::vector<std::int64_t>{1, 2, 4, 8, 16, 32, 60, 60});
    CHECK(shop.send(words("在吗")).status == SendStatus::kAccepted);
    shop.fake.fail_next({Kind::kRefuse, 429, ""});
    CHECK(shop.send(words("在吗"), "", "k2").retry_after == 1s);
  }
}

TEST_CASE("LINE's month is over when it is over in all its markets", "[line]") {
  const auto [now, end] = GENERATE(table<std::int64_t, std::int64_t>({
      {1767225600000, 1769878800000},  // 2026-01-01 00:00 UTC -> 2026-02-01 00:00 in Bangkok
      {1769878799999, 1769878800000},  // the last millisecond, when Tokyo is in February since two hours
      {1769878800000, 1772298000000},  // -> 2026-03-01
      {1798736399999, 1798736400000},  // the year's last
      {1709225999999, 1709226000000},  // 2024-02-29
  }));
  CHECK(line::end_of_month_ms(now) == end);
}

TEST_CASE("odd answers of LINE never pass for a delivery", "[line]") {
  struct Row {
    int status;
    const char* body;
    SendStatus means;
  };
  const Row row = GENERATE(values<Row>({
      {200, "", SendStatus::kUnknown},
      {200, "<html>please log in</html>", SendStatus::kUnknown},
      {200, "[]", SendStatus::kUnknown},
      {200, R"({"sentMessages":7})", SendStatus::kAccepted},
      {200, R"({"sentMessages":[7,{"id":8}]})", SendStatus::kAccepted},
      {429, "slow down", SendStatus::kThrottled},
      {400, "<html>", SendStatus::kRejected},
      {400, R"({"message":7,"details":{"x":1}})", SendStatus::kRejected},
      {503, "<html>", SendStatus::kUnknown},
  }));
  DYNAMIC_SECTION(row.status << " " << row.body) {
    Shop shop;
    shop.fake.fail_next({Kind::kOdd, row.status, row.body}, 2);
    CHECK(name_of(shop.send(words("在吗")).status) == name_of(row.means));
  }
}

TEST_CASE("nobody listening is told from an answer that got lost", "[line]") {
  Shop shop;
  shop.fake.stop();
  const SendOutcome outcome = shop.send(words("在吗"));
  CHECK(outcome.status == SendStatus::kRetryLater);
  CHECK(outcome.platform_code == "no connection to " + shop.fake.base_url());
  shop.fake.start();
  CHECK(shop.send(words("在吗")).status == SendStatus::kAccepted);
}

TEST_CASE("who is unknown to the account is gone, who is no LINE user is never asked for", "[line]") {
  Shop shop;
  shop.fake.forget(kAnna);
  CHECK(shop.send(words("在吗")).status == SendStatus::kContactGone);
  Outgoing elsewhere;
  elsewhere.content = words("x");
  for (const char* address : {"", "5102233441", "Caaaabbbbccccddddeeeeffff00001111", "Uaaaabbbbccccddddeeeeffff0000111", "UAAAABBBBCCCCDDDDEEEEFFFF00001111"}) {
    elsewhere.external_id = address;
    CHECK(shop.channel->send(elsewhere).status == SendStatus::kContactGone);
  }
  CHECK(shop.fake.calls(kPushPath) == 1);
}

TEST_CASE("tokens of fifteen minutes are fetched when needed and once more when refused", "[line]") {
  FakeLine fake;
  fake.says(kAnna, "在吗");
  const auto channel = find_kind("line")->make({1, 2, "line", "line", fake.stateless_settings()});
  Outgoing message{kAnna, words("在吗"), "k", "", false, ""};
  CHECK(channel->send(message).status == SendStatus::kAccepted);
  message.idempotency_key = "k2";
  CHECK(channel->send(message).status == SendStatus::kAccepted);
  CHECK(fake.tokens_issued() == 1);
  fake.revoke_tokens();
  message.idempotency_key = "k3";
  CHECK(channel->send(message).status == SendStatus::kAccepted);
  CHECK(fake.tokens_issued() == 2);
  CHECK(fake.accepted().size() == 3);
  SECTION("a refusal of a fresh one is final") {
    fake.fail_next({Kind::kRefuse, 401, "Authentication failed"}, 2);
    CHECK(channel->send(message).status == SendStatus::kBadConfig);
    CHECK(fake.tokens_issued() == 3);
  }
  SECTION("wrong credentials stop the account") {
    json settings = fake.stateless_settings();
    settings["channel_secret"] = std::string(32, 'a');
    const SendOutcome outcome = find_kind("line")->make({1, 2, "line", "line", settings})->send(message);
    CHECK(outcome.status == SendStatus::kBadConfig);
    CHECK_THAT(outcome.platform_code, Catch::Contains("no channel access token"));
  }
  SECTION("no answer to the question for a token sends nothing") {
    json settings = fake.stateless_settings();
    fake.stop();
    CHECK(find_kind("line")->make({1, 2, "line", "line", settings})->send(message).status == SendStatus::kRetryLater);
  }
}

TEST_CASE("a long-lived token that is revoked stops the account", "[line]") {
  Shop shop;
  shop.fake.revoke_tokens();
  CHECK(shop.send(words("在吗")).status == SendStatus::kBadConfig);
  CHECK(shop.fake.tokens_issued() == 0);
}

}  // namespace laoke::channels::line_send_test

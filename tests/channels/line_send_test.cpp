#include <catch2/catch.hpp>

#include "bot/channels/channel.h"
#include "bot/channels/line/line_api.h"
#include "handlers/text.h"
#include "tests/fakes/fake_line.h"

// Sending on LINE: replies, pushes, multicasts, and what can come of each.
namespace laoke::channels::line_send_test {
namespace {

using nlohmann::json;
using test::FakeLine;
using Kind = FakeLine::Fault::Kind;
using namespace std::chrono_literals;

const std::string kAnna = "Uaaaabbbbccccddddeeeeffff00001111";
constexpr const char* kReplyPath = "/v2/bot/message/reply";
constexpr const char* kPushPath = "/v2/bot/message/push";
constexpr const char* kMulticastPath = "/v2/bot/message/multicast";

MessageContent words(const std::string& text) {
  MessageContent content;
  content.text = text;
  return content;
}

std::string times(const std::string& piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

std::string person(int number) {
  const std::string digits = std::to_string(number);
  return "U" + std::string(32 - digits.size(), '0') + digits;
}

struct Shop {
  FakeLine fake;
  std::unique_ptr<Channel> channel;
  explicit Shop(const json& more = json::object()) {
    json settings = fake.settings();
    settings.update(more);
    channel = find_kind("line")->make({1, 2, "line", "line", settings});
    fake.says(kAnna, "在吗");
  }
  SendOutcome send(const MessageContent& content, const std::string& reply_token = "", const std::string& key = "k1") {
    Outgoing message;
    message.external_id = kAnna;
    message.content = content;
    message.idempotency_key = key;
    message.reply_token = reply_token;
    return channel->send(message);
  }
  std::vector<SendOutcome> send_to(const std::vector<std::string>& to, const MessageContent& content, const std::string& key = "batch") {
    std::vector<Outgoing> all;
    for (const auto& one : to) {
      Outgoing& message = all.emplace_back();
      message.external_id = one;
      message.idempotency_key = key;
    }
    return channel->send_batch(content, all);
  }
};

}  // namespace

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

TEST_CASE("buttons on LINE stay with a short text, and many are quick replies", "[line]") {
  Shop shop;
  MessageContent content = words("您的订单 #10087 已发货");
  const auto add = [&](int count) {
    content.buttons = {{{"查看物流", "", "https://shop.example.com/t/10087"}}};
    for (int i = 1; i < count; ++i) content.buttons.push_back({{"按钮" + std::to_string(i), "b:" + std::to_string(i), ""}});
  };
  SECTION("four with a short text make one bubble") {
    add(4);
    CHECK(shop.send(content).status == SendStatus::kAccepted);
    const auto sent = shop.fake.accepted().at(0);
    REQUIRE(sent.messages.size() == 1);
    CHECK(sent.messages[0]["altText"] == content.text);
    CHECK(sent.text() == content.text);
    CHECK(sent.button_labels() == std::vector<std::string>{"查看物流", "按钮1", "按钮2", "按钮3"});
    CHECK(sent.button_data() == std::vector<std::string>{"b:1", "b:2", "b:3"});
  }
  SECTION("a longer text stands above them") {
    add(2);
    content.text = times("字", 161);
    CHECK(shop.send(content).status == SendStatus::kAccepted);
    const auto sent = shop.fake.accepted().at(0);
    REQUIRE(sent.messages.size() == 2);
    CHECK(sent.messages[0]["text"] == content.text);
    CHECK(sent.text() == content.text + "\n👇");
    CHECK(sent.button_data() == std::vector<std::string>{"b:1"});
  }
  SECTION("thirteen are quick replies of the last bubble") {
    add(13);
    CHECK(shop.send(content).status == SendStatus::kAccepted);
    const auto sent = shop.fake.accepted().at(0);
    REQUIRE(sent.messages.size() == 1);
    CHECK(sent.messages[0]["quickReply"]["items"].size() == 13);
    CHECK(sent.messages[0]["quickReply"]["items"][1]["action"]["displayText"] == "按钮1");
  }
  SECTION("under a picture without a word") {
    add(2);
    content.text.clear();
    content.image = "https://shop.example.com/a.jpg";
    CHECK(shop.send(content).status == SendStatus::kAccepted);
    CHECK(shop.fake.accepted().at(0).image() == content.image);
    CHECK(shop.fake.accepted().at(0).text() == "👇");
  }
  SECTION("a long label is cut") {
    content.buttons = {{{times("字", 21), "x", ""}}};
    CHECK(shop.send(content).status == SendStatus::kAccepted);
    CHECK(shop.fake.accepted().at(0).button_labels().at(0) == times("字", 19) + "…");
  }
}

TEST_CASE("a picture on LINE comes before its text in one call", "[line]") {
  Shop shop;
  MessageContent content = words("春季上新");
  content.image = "https://shop.example.com/a.jpg";
  const SendOutcome outcome = shop.send(content);
  CHECK(outcome.status == SendStatus::kAccepted);
  CHECK(outcome.part_ids.size() == 2);
  CHECK(outcome.platform_message_id == outcome.part_ids.back());
  const auto sent = shop.fake.accepted();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].messages[0]["type"] == "image");
  CHECK(sent[0].messages[1]["text"] == "春季上新");
  SECTION("one a customer sent cannot be shown to the seller, the words can") {
    content.image = "571039485720193900";
    CHECK(shop.send(content, "", "k2").status == SendStatus::kAccepted);
    CHECK(shop.fake.accepted().at(1).image().empty());
  }
}

TEST_CASE("what LINE would refuse for certain is refused before anything is sent", "[line]") {
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
      {"a button that does nothing", with([](auto& c) { c.buttons = {{{"好", "", ""}}}; })},
      {"a button that does two things", with([](auto& c) { c.buttons = {{{"好", "x", "https://x"}}}; })},
      {"a button without label", with([](auto& c) { c.buttons = {{{" ", "x", ""}}}; })},
      {"a link of another world", with([](auto& c) { c.buttons = {{{"好", "", "ftp://x"}}}; })},
      {"a link too long", with([](auto& c) { c.buttons = {{{"好", "", "https://" + std::string(1000, 'x')}}}; })},
      {"a picture without https", with([](auto& c) { c.image = "http://shop.example.com/a.jpg"; })},
      {"a picture of another platform", with([](auto& c) { c.image = "AgACAgUAAxkBAAIDT"; })},
      {"a picture by its number and no word", with([](auto& c) { c.image = "571039485720193900"; c.text.clear(); })},
      {"a change of a message", with([](auto& c) { c.edit_of = "571039999990000001"; })},
      {"more parts than anybody reads", words(times("word ", 100'000))},
  }));
  DYNAMIC_SECTION(row.says) {
    Shop shop;
    const SendOutcome outcome = shop.send(row.content, shop.fake.last_reply_token());
    CHECK(outcome.status == SendStatus::kRejected);
    CHECK_FALSE(outcome.platform_code.empty());
    CHECK(shop.fake.calls(kPushPath) + shop.fake.calls(kReplyPath) == 0);
    const auto batch = shop.send_to({kAnna, person(2)}, row.content);
    REQUIRE(batch.size() == 2);
    CHECK(batch[1].status == SendStatus::kRejected);
    CHECK(shop.fake.calls(kMulticastPath) == 0);
  }
}

TEST_CASE("a long LINE text is cut at letters and goes whole, five bubbles to a call", "[line]") {
  Shop shop;
  const std::string text = times("👍", 2500 * 5) + "尾";
  const SendOutcome outcome = shop.send(words(text), shop.fake.last_reply_token());
  CHECK(outcome.status == SendStatus::kAccepted);
  CHECK(outcome.part_ids.size() == 6);
  const auto sent = shop.fake.accepted();
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].call == "push");  // a reply could not be repeated as a whole
  std::string whole;
  for (const auto& call : sent)
    for (const auto& bubble : call.messages) {
      CHECK(length_utf16(bubble["text"].get<std::string>()) <= 5000);
      whole += bubble["text"];
    }
  CHECK(whole == text);
}

TEST_CASE("a long LINE text that stops halfway is continued, never repeated", "[line]") {
  Shop shop;
  const std::string text = times("好", 5000 * 5) + times("坏", 10);
  struct Row {
    const char* says;
    FakeLine::Fault fault;
    SendStatus means;
  };
  const Row row = GENERATE(values<Row>({
      {"asked to wait", {Kind::kRefuse, 429, ""}, SendStatus::kThrottled},
      {"the quota", {Kind::kRefuse, 429, "You have reached your monthly limit."}, SendStatus::kQuotaUsed},
      {"refused", {Kind::kRefuse, 400, "The request body has 1 error(s)"}, SendStatus::kUnknown},
      {"gone meanwhile", {Kind::kRefuse, 400, "Failed to send messages"}, SendStatus::kUnknown},
  }));
  DYNAMIC_SECTION(row.says) {
    CHECK(shop.send(words(times("好", 5000 * 5))).status == SendStatus::kAccepted);  // the first part's key is known now
    shop.fake.fail_next({Kind::kRefuse, 409, "The retry key is already accepted"});
    shop.fake.fail_next(row.fault);
    const SendOutcome outcome = shop.send(words(text));
    CHECK(name_of(outcome.status) == name_of(row.means));
    CHECK_THAT(outcome.platform_code, Catch::StartsWith("1 of 2 parts arrived, then: "));
    CHECK(shop.send(words(text)).status == SendStatus::kAccepted);
    CHECK(shop.fake.accepted().size() == 2);
  }
}

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

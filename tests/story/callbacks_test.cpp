#include <catch2/catch.hpp>
#include <future>

#include "storage/callbacks.h"
#include "storage/staff.h"
#include "tests/support/raw_http.h"
#include "tests/support/story_shop.h"

using namespace laoke;
using namespace laoke::test;

namespace {

const Person kMeiJie{900'001, "美姐"};
const Person kFirstBuyer{900'101, "李雷"}, kSecondBuyer{900'105, "王芳"};

std::vector<storage::DeadLetter> dead_letters(StoryShop& shop, const std::string& state) {
  return shop.in([&](const Context& context) {
    return storage::list_dead_letters(context.tx, context.shop_id(), state, 0, 100);
  });
}

std::vector<int> five_times_at_once(StoryShop& shop, const nlohmann::json& update) {
  std::vector<std::future<int>> calls;
  for (int i = 0; i < 5; ++i) calls.push_back(std::async(std::launch::async, [&] { return shop.post(update); }));
  std::vector<int> statuses;
  for (auto& call : calls) statuses.push_back(call.get());
  return statuses;
}

// An undo entry nobody can read, as a damaged database would hold it: the seller's next "撤销" throws.
std::int64_t damage_the_undo_list(StoryShop& shop) {
  return shop.in([](const Context& context) {
    const auto staff = storage::find_staff(context.tx, context.shop_id(), kMeiJie.name);
    return storage::insert_undo(context.tx, context.shop_id(), staff->staff_id, context.now_ms, "{not json");
  });
}

std::string repeated(const std::string& piece, std::size_t least_bytes) {
  std::string text;
  while (text.size() < least_bytes) text += piece;
  return text;
}

}  // namespace

TEST_CASE("the same callback five times at once has one effect", "[story]") {
  StoryShop shop;
  shop.pair_owner(kMeiJie);
  struct Row {
    const char* text;
    std::size_t relayed, answered;
  };
  const Row row = GENERATE(values<Row>({{"在吗", 1, 0}, {"退订", 0, 1}, {"/start", 0, 1}}));
  DYNAMIC_SECTION(row.text) {
    const auto statuses = five_times_at_once(shop, shop.text_update(kFirstBuyer, row.text));
    CHECK(statuses == std::vector<int>(5, 200));
    shop.mail(kMeiJie);
    shop.settle();
    CHECK(shop.said_by(kFirstBuyer).size() == 1);
    CHECK(shop.mail(kMeiJie).size() == row.relayed);
    CHECK(shop.mail(kFirstBuyer).size() == row.answered);
    CHECK(dead_letters(shop, "").empty());
  }
}

TEST_CASE("a seller's command five times at once is done and answered once", "[story]") {
  StoryShop shop;
  shop.pair_owner(kMeiJie);
  shop.writes(kFirstBuyer, "在吗");
  shop.mail(kMeiJie);
  CHECK(five_times_at_once(shop, shop.text_update(kMeiJie, "订单 李雷 面膜 98")) == std::vector<int>(5, 200));
  shop.settle();
  CHECK(shop.mail(kMeiJie).size() == 1);
  CHECK(holds(shop.asks(kMeiJie, "查 李雷"), "订单 1 单"));
}

TEST_CASE("a forged callback is refused and leaves nothing behind", "[story]") {
  StoryShop shop;
  const auto secret = GENERATE(as<std::string>(), "", "wrong", "story-secre", "story-secret2");
  DYNAMIC_SECTION("secret '" << secret << "'") {
    const auto update = shop.text_update(kFirstBuyer, "在吗");
    CHECK(shop.post(update.dump(), secret) == 401);
    CHECK(shop.post("{not json", secret) == 401);
    CHECK(shop.customer_of(kFirstBuyer) == 0);
    CHECK(dead_letters(shop, "").empty());
    CHECK(shop.post(update) == 200);  // the true one is no duplicate of it
    CHECK(shop.customer_of(kFirstBuyer) != 0);
  }
}

TEST_CASE("a callback of more than a megabyte is refused, one just below is taken", "[story]") {
  StoryShop shop;
  const auto ask = [&](std::size_t bytes) {
    RawHttp client(shop.port());
    auto body = shop.text_update(kFirstBuyer, "在吗").dump();
    body.resize(bytes, ' ');
    client.send("POST /hooks/telegram HTTP/1.1\r\nHost: a\r\nX-Telegram-Bot-Api-Secret-Token: story-secret\r\nContent-Length: " +
                std::to_string(bytes) + "\r\n\r\n");
    if (bytes <= 1 << 20) client.send(body);  // the other is refused before it comes
    return client.answer().status;
  };
  CHECK(ask((1 << 20) + 1) == 413);
  CHECK(shop.customer_of(kFirstBuyer) == 0);
  CHECK(ask(1 << 20) == 200);
  CHECK(shop.customer_of(kFirstBuyer) != 0);
}

TEST_CASE("a body nobody understands is kept once and answered with 200", "[story]") {
  StoryShop shop;
  struct Row {
    const char* says;
    std::string body;
  };
  const Row row = GENERATE(values<Row>({
      {"no JSON", "{not json"},
      {"an empty body", ""},
      {"another shape", "[1,2,3]"},
      {"bytes that are no text", "\xff\xfe"},
      {"a message without a chat", R"({"update_id":77,"message":{"message_id":1,"date":1772416800,"text":"在吗"}})"},
  }));
  DYNAMIC_SECTION(row.says) {
    CHECK(shop.post(row.body, "story-secret") == 200);
    CHECK(shop.post(row.body, "story-secret") == 200);
    const auto kept = dead_letters(shop, "open");
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].body == row.body);
    CHECK_FALSE(kept[0].error.empty());
    std::string why;
    CHECK_FALSE(shop.intake.replay(*shop.account(), kept[0].dead_letter_id, why));
    CHECK_FALSE(why.empty());
    CHECK(dead_letters(shop, "open").size() == 1);
    CHECK(shop.writes(kFirstBuyer, "在吗") == 200);
    CHECK(shop.said_by(kFirstBuyer).size() == 1);
  }
}

TEST_CASE("a callback that fails is kept, its neighbours stand, and a replay catches up", "[story]") {
  StoryShop shop;
  shop.pair_owner(kMeiJie);
  const auto damaged = damage_the_undo_list(shop);
  const auto bad = shop.text_update(kMeiJie, "撤销");
  const bool one_callback = GENERATE(true, false);
  DYNAMIC_SECTION((one_callback ? "in one callback" : "in callbacks of their own")) {
    const std::vector<nlohmann::json> updates{shop.text_update(kFirstBuyer, "在吗"), bad, shop.text_update(kSecondBuyer, "你好")};
    if (one_callback) {
      std::vector<InboundEvent> events;
      for (const auto& update : updates) {
        channels::RawRequest request;
        request.method = "POST";
        request.body = update.dump();
        for (auto& event : shop.account()->channel->parse(request)) events.push_back(event);
      }
      shop.intake.take(*shop.account(), events, bad.dump());
    } else {
      for (const auto& update : updates) CHECK(shop.post(update) == 200);
    }
    shop.mail(kMeiJie);
    shop.settle();
    CHECK(shop.said_by(kFirstBuyer).size() == 1);
    CHECK(shop.said_by(kSecondBuyer).size() == 1);
    CHECK(shop.mail(kMeiJie).size() == 2);
    const auto kept = dead_letters(shop, "open");
    REQUIRE(kept.size() == 1);
    CHECK(nlohmann::json::parse(kept[0].body) == bad);
    CHECK(holds(shop.asks(kMeiJie, "待办"), "1 条消息没能处理"));

    std::string why;
    CHECK_FALSE(shop.intake.replay(*shop.account(), kept[0].dead_letter_id, why));  // nothing was mended yet
    shop.in([&](const Context& context) { storage::mark_undone(context.tx, context.shop_id(), damaged, context.now_ms); });
    CHECK(shop.intake.replay(*shop.account(), kept[0].dead_letter_id, why));
    shop.settle();
    CHECK(holds(shop.read(kMeiJie), "没有可以撤销的改动"));
    CHECK(dead_letters(shop, "open").empty());
    CHECK_FALSE(shop.intake.replay(*shop.account(), kept[0].dead_letter_id, why));  // once is enough
    CHECK(shop.post(bad) == 200);  // and the platform's own repeat does nothing more
    shop.settle();
    CHECK(shop.read(kMeiJie).empty());
  }
}

TEST_CASE("any text goes through, in and out", "[story]") {
  StoryShop shop;
  shop.pair_owner(kMeiJie);
  shop.writes(kFirstBuyer, "在吗");
  struct Row {
    const char* says;
    std::string text;
  };
  const Row row = GENERATE(values<Row>({
      {"emoji with joiners and flags", "👩‍👩‍👧‍👦🏳️‍🌈🇨🇳👍🏽"},
      {"right to left with marks", "שלום\u200F مرحبا \u202Eabc\u202C"},
      {"zero-width letters", "a\u200B\u200C\u200D\uFEFFb"},
      {"markup of others", "<b>&amp; *x* _y_ [z](http://a) {{customer.name}} {\"a\":1}</b>"},
      {"a hundred kilobytes", repeated("老客👩‍👧שלום\u200B", 100'000)},
  }));
  DYNAMIC_SECTION(row.says) {
    const auto joined = [](const std::vector<FakeTelegram::Sent>& parts) {
      std::string all;
      for (const auto& part : parts) all += part.text;
      return all;
    };
    shop.wait(3'600'000);
    shop.mail(kMeiJie);
    REQUIRE(shop.writes(kFirstBuyer, row.text) == 200);
    CHECK((shop.said_by(kFirstBuyer).back().text == row.text));
    const auto relayed = shop.mail(kMeiJie);
    INFO(shop.ledger_of(kMeiJie));
    REQUIRE_FALSE(relayed.empty());
    CHECK((joined(relayed) == "💬 李雷 · telegram\n\n" + row.text));
    shop.mail(kFirstBuyer);
    REQUIRE(holds(shop.asks(kMeiJie, row.text, relayed.back().message_id), "已发给 李雷"));
    CHECK((joined(shop.mail(kFirstBuyer)) == row.text));
    CHECK(dead_letters(shop, "").empty());
  }
}

// Who agreed, who left, and whose word may take that back.
#include "handlers/consent.h"

#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/imports/customers.h"
#include "handlers/shop_settings.h"
#include "storage/consents.h"
#include "tests/customers/desk.h"
#include "tests/support/ways_desk.h"

using namespace laoke;
using Counts = std::map<std::string, std::int64_t>;

namespace {

constexpr Actor kCustomer{Actor::Kind::kCustomer, 0};

void ask_for_consent(test::WaysDesk& desk) {
  desk.in([](const Context& context) {
    auto shop = context.shop;
    ShopSettings settings;
    settings.ask_consent = true;
    shop.settings = to_json_text(settings);
    storage::update_shop(context.tx, shop);
  });
  desk.channels.refresh();
}

std::vector<storage::Consent> words_of(test::Desk& desk, std::int64_t customer) {
  return desk.run([&](const Context& c) { return storage::consents_of_customer(c.tx, c.shop_id(), customer); });
}

ImportResult import_table(test::Desk& desk, const std::string& bytes) {
  const auto home = desk.run([](const Context& c) { return c.shop; });
  ImportFile file(bytes, customer_columns(), true);
  ImportOptions options;
  options.now_ms = test::kMonday10 + kDayMs;
  return run_import(desk.shop.db(), home, file, options, import_customer);
}

}  // namespace

TEST_CASE("where a shop asks for consent, who writes that they want news gets them, and nobody else", "[consent]") {
  struct Row {
    const char* what;
    std::vector<const char*> says;
    const char* outcome;
  };
  const Row rows[] = {
      {"silent", {}, "dropped:no_consent"},
      {"only a question", {"有货吗"}, "dropped:no_consent"},
      {"agrees", {"订阅"}, "accepted"},
      {"agrees twice", {"订阅", "SUBSCRIBE"}, "accepted"},
      {"leaves", {"退订"}, "dropped:opted_out"},
      {"agrees and leaves", {"订阅", "退订"}, "dropped:opted_out"},
      {"leaves and comes back", {"退订", "订阅"}, "accepted"},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    test::WaysDesk desk;
    desk.account("telegram");
    ask_for_consent(desk);
    desk.contact(desk.customer("晓梅"), "telegram", "mei", desk.clock.now_ms());
    for (const auto* text : row.says) desk.take("telegram", desk.text_from("mei", text));
    desk.send();
    const auto broadcast = desk.broadcast();
    desk.send();
    CHECK(desk.counts(broadcast) == Counts{{row.outcome, 1}});
  }
}

TEST_CASE("agreeing is told once, and a customer's own word is kept each time", "[consent]") {
  test::Desk desk;
  const auto id = desk.customer("张三");
  const auto as = [&](Actor actor, bool in, const char* text) {
    return desk.run([&](const Context& c) {
      const Context own{c.tx, c.shop, c.now_ms, actor};
      return in ? opt_in(own, id, text) : opt_out(own, id, text);
    });
  };
  CHECK(as({Actor::Kind::kStaff, 77}, true, "恢复订阅 张三"));
  CHECK_FALSE(as({Actor::Kind::kStaff, 77}, true, "恢复订阅 张三"));
  CHECK_FALSE(as(kCustomer, true, "订阅"));
  CHECK(as({Actor::Kind::kApi, 0}, false, "by phone"));
  CHECK_FALSE(as({Actor::Kind::kStaff, 77}, false, "退订 张三"));
  CHECK_FALSE(as(kCustomer, false, "退订"));
  const auto words = words_of(desk, id);
  REQUIRE(words.size() == 4);
  CHECK(words[0].source == "customer");
  CHECK(words[1].source == "api");
  CHECK(words[2].source == "customer");
  CHECK(words[3].source == "staff");
  CHECK(desk.timeline(id) == std::vector<std::string>{"customer.created", "customer.opted_in", "customer.opted_out"});
}

TEST_CASE("an imported table brings nobody back who left by another's word", "[consent][imports]") {
  struct Row {
    const char* what;
    std::vector<Actor> leave;
    bool out_after;
  };
  const Row rows[] = {
      {"nobody left", {}, false},
      {"an import said so", {{Actor::Kind::kImport, 0}}, false},
      {"the customer wrote it", {kCustomer}, true},
      {"the customer wrote it after an import said so", {{Actor::Kind::kImport, 0}, kCustomer}, true},
      {"a colleague did it", {{Actor::Kind::kStaff, 77}}, true},
      {"a program did it", {{Actor::Kind::kApi, 0}}, true},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    test::Desk desk;
    const auto id = desk.customer("张三", "13812345678");
    for (const auto& actor : row.leave)
      desk.run([&](const Context& c) { return opt_out({c.tx, c.shop, c.now_ms, actor}, id, "退订"); });
    import_table(desk, "name,phone,opted_out\n张三,13812345678,no\n");
    CHECK(desk.facts(id).opted_out == row.out_after);
    const auto words = words_of(desk, id);
    CHECK((words.empty() || !words[0].granted || row.leave.size() == 1));  // a table's "no" is nobody's consent
    import_table(desk, "name,phone,opted_out\n张三,13812345678,yes\n");
    CHECK(desk.facts(id).opted_out);
  }
}

// Answers that walk a whole shop are counted beside the writer and given once.
#include "handlers/seller/later.h"

#include <catch2/catch.hpp>
#include <cctype>
#include <set>

#include "bot/node.h"
#include "bot/scheduler.h"
#include "handlers/seller/command.h"
#include "storage/messages.h"
#include "storage/shop_stats.h"
#include "tests/seller/seller_shop.h"
#include "tests/support/flaky_database.h"
#include "tests/support/manual_clock.h"

using namespace laoke;
using namespace laoke::test;

namespace {

// A shop with one message more than is counted at once.
struct LargeShop : SellerShop {
  explicit LargeShop(const std::string& role = "owner", const std::string& language = "") : SellerShop(role, language) {
    anna = add_contact("c-anna", "Anna");
    shop.write([&](storage::Transaction& tx) {
      storage::MessageRow message;
      message.customer_id = anna.customer_id;
      message.contact_id = anna.contact_id;
      message.direction = "in";
      message.kind = "text";
      message.text = "在吗";
      for (std::int64_t i = 0; i <= seller::kCountedAtOnce; ++i) {
        message.at_ms = now_ms - i;
        storage::insert_message(tx, shop.id(), message);
      }
      storage::set_last_in(tx, shop.id(), anna.customer_id, now_ms);
    });
  }
  std::size_t waiting() {
    return shop.read([&](storage::Transaction& tx) { return storage::list_jobs(tx, shop.id(), 0, 100).size(); });
  }
  // What the staff member was told by the ledger so far.
  std::vector<std::string> told() {
    std::vector<std::string> texts;
    for (const auto& one : deliveries(me.customer_id)) texts.push_back(direct_payload_from(one.payload).content.text);
    return texts;
  }
  AnsweredLater answer(storage::Database& database) { return answer_waiting(database, now_ms); }
  AnsweredLater answer() { return answer(shop.db()); }

  storage::Contact anna;
};

// A database in which something happens at the end of each read, before its snapshot is let go.
class Meddling : public FlakyDatabase {
 public:
  Meddling(storage::Database& real, std::function<void()> meddle) : FlakyDatabase(real), meddle_(std::move(meddle)) {}

 protected:
  void run_read(const std::function<void(storage::Transaction&)>& body) override {
    FlakyDatabase::run_read([&](storage::Transaction& tx) {
      body(tx);
      meddle_();
    });
  }

 private:
  std::function<void()> meddle_;
};

}  // namespace

TEST_CASE("a small shop is answered in the callback, a large one is told once and a little later", "[seller][later]") {
  SellerShop small;
  CHECK(holds(small.say("统计"), "今天"));
  LargeShop large;
  CHECK(large.say("统计").empty());
  CHECK(large.waiting() == 1);
  CHECK(large.answer().answered == 1);
  REQUIRE(large.told().size() == 1);
  CHECK(holds(large.told()[0], "收 5001 条"));
  CHECK(large.waiting() == 0);
  CHECK(large.answer().answered == 0);
  CHECK(large.told().size() == 1);
}

TEST_CASE("a shop is large by its customers, its orders or its messages", "[seller][later][stats]") {
  SellerShop seller;
  const auto more = [&](std::int64_t rows) {
    return seller.shop.read([&](storage::Transaction& tx) { return storage::holds_more_rows(tx, seller.shop.id(), rows); });
  };
  const auto rows = [&] { return more(2) ? ">2" : more(1) ? "2" : "1"; };
  CHECK(rows() == std::string("1"));  // the seller's own record
  seller.customer("张三");
  CHECK(rows() == std::string("2"));
  for (int i = 0; i < 3; ++i) seller.say("订单 张三 面膜x1 98");
  CHECK(more(2));
  CHECK_FALSE(more(3));
  CHECK_FALSE(seller.shop.read([&](storage::Transaction& tx) { return storage::holds_more_rows(tx, seller.shop.id() + 1, 0); }));
}

TEST_CASE("every command that walks the shop only reads, and says later what it would have said at once", "[seller][later][commands]") {
  const std::string language = GENERATE("zh-CN", "en");
  std::set<std::string_view> walking;
  for (const auto& command : seller::commands())
    if (command.walks_shop) walking.insert(command.id);
  CHECK(walking == std::set<std::string_view>{"preview", "stats", "todo"});
  LargeShop shop("owner", language);
  const auto lines = std::vector<std::string>{"统计", "stats", "待办", "todo", "统计 什么", "预览 全部", "预览", "count tag:nobody", "統計"};
  for (const auto& line : lines) {
    CAPTURE(line);
    const auto before = shop.told().size();
    CHECK(shop.say(line).empty());
    CHECK(shop.answer().answered == 1);
    const auto told = shop.told();
    REQUIRE(told.size() == before + 1);
    CHECK_FALSE(told.back().empty());
  }
  shop.say("分组 大家 = 全部");
  CHECK(shop.say("分组 大家").empty());
  CHECK(shop.answer().answered == 1);
  CHECK(holds(shop.told().back(), "Anna"));
}

TEST_CASE("what cannot be followed is refused later as it would be at once", "[seller][later]") {
  LargeShop shop("owner", "en");
  CHECK(shop.say("preview spent>abc").empty());
  CHECK(shop.answer().answered == 1);
  REQUIRE(shop.told().size() == 1);
  CHECK(holds(shop.told()[0], "abc"));
  CHECK(std::isupper(static_cast<unsigned char>(shop.told()[0][0])) != 0);
}

TEST_CASE("an impatient seller who asks again is answered once, two questions twice", "[seller][later]") {
  LargeShop shop;
  for (int i = 0; i < 3; ++i) shop.say("统计");
  shop.say("待办");
  CHECK(shop.waiting() == 2);
  CHECK(shop.answer().answered == 2);
  CHECK(shop.told().size() == 2);
  shop.say("统计");
  CHECK(shop.answer().answered == 1);
}

TEST_CASE("an answer survives the process that was to give it, and two that find it give it once", "[seller][later]") {
  LargeShop shop;
  shop.say("统计");
  SECTION("the next process answers") {
    const auto next = storage::open_database({shop.shop.url()});
    CHECK(shop.answer(*next).answered == 1);
    CHECK(shop.answer().answered == 0);
  }
  SECTION("it died between reading and writing") {
    FlakyDatabase dying(shop.shop.db());
    dying.no_commits = true;
    CHECK_THROWS_AS(shop.answer(dying), storage::StorageError);
    CHECK(shop.told().empty());
    CHECK(shop.waiting() == 1);
    CHECK(shop.answer().answered == 1);
  }
  SECTION("another one answered while this one counted") {
    int depth = 0;
    Meddling slow(shop.shop.db(), [&] {
      if (++depth == 2) shop.answer();
    });
    CHECK(shop.answer(slow).answered == 0);
    CHECK(depth == 2);  // what waits, and what is to be said
  }
  CHECK(shop.told().size() == 1);
  CHECK(shop.waiting() == 0);
}

TEST_CASE("while an answer is counted a customer's message is committed", "[seller][later]") {
  LargeShop shop;
  shop.say("统计");
  const auto written = [&] {
    return shop.shop.read([&](storage::Transaction& tx) { return storage::list_messages(tx, shop.shop.id(), shop.anna.customer_id, 0, 1).at(0).text; });
  };
  int reads = 0;
  std::string seen;
  Meddling counting(shop.shop.db(), [&] {
    if (++reads != 2) return;
    shop.shop.write([&](storage::Transaction& tx) {
      storage::MessageRow message;
      message.customer_id = shop.anna.customer_id;
      message.contact_id = shop.anna.contact_id;
      message.direction = "in";
      message.kind = "text";
      message.text = "还有货吗";
      message.at_ms = shop.now_ms;
      storage::insert_message(tx, shop.shop.id(), message);
    });
    seen = written();  // committed, and the count's own snapshot is still open
  });
  CHECK(shop.answer(counting).answered == 1);
  CHECK(seen == "还有货吗");
  CHECK(holds(shop.told().at(0), "收 5001 条"));
}

TEST_CASE("nobody is answered who left the staff meanwhile, or who asked a day ago", "[seller][later]") {
  LargeShop shop;
  shop.say("统计");
  SECTION("left") {
    shop.shop.write([&](storage::Transaction& tx) {
      auto staff = *storage::get_staff(tx, shop.shop.id(), shop.staff_id);
      staff.active = false;
      storage::update_staff(tx, shop.shop.id(), staff);
    });
  }
  SECTION("a day ago") { shop.now_ms += kReplyValidMs + 1; }
  CHECK(shop.answer().answered == 0);
  CHECK(shop.told().empty());
  CHECK(shop.waiting() == 0);
}

TEST_CASE("the scheduler answers what waits, on one server or several", "[seller][later]") {
  LargeShop shop;
  shop.say("统计");
  ManualClock clock(shop.now_ms);
  WorkLeases mine(shop.shop.db(), "one"), others(shop.shop.db(), "other");
  SECTION("alone") { Scheduler(shop.shop.db(), clock).run_due(); }
  SECTION("one of several") {
    Scheduler(shop.shop.db(), clock, &mine).run_due();
    Scheduler(shop.shop.db(), clock, &others).run_due();
  }
  SECTION("another has begun") {
    const auto job = shop.shop.read([&](storage::Transaction& tx) { return storage::list_jobs(tx, shop.shop.id(), 0, 1).at(0).job_id; });
    REQUIRE(others.take(shop.shop.id(), "answer:" + std::to_string(job)));
    Scheduler(shop.shop.db(), clock, &mine).run_due();
    CHECK(shop.told().empty());
    others.give_back(shop.shop.id(), "answer:" + std::to_string(job));
    Scheduler(shop.shop.db(), clock, &mine).run_due();
  }
  CHECK(shop.told().size() == 1);
  CHECK(shop.waiting() == 0);
}

TEST_CASE("what is another's to count is left to it", "[seller][later]") {
  LargeShop shop;
  shop.say("统计");
  CHECK(answer_waiting(shop.shop.db(), shop.now_ms, [](const storage::Job&) { return false; }).answered == 0);
  CHECK(shop.waiting() == 1);
  CHECK(shop.shop.read([](storage::Transaction& tx) { return answers_wait(tx); }));
}

TEST_CASE("a count that fails again and again is given up with a word, and one that fails once is not", "[seller][later]") {
  LargeShop shop;
  shop.say("统计");
  const int failures = GENERATE(1, 3);
  int reads = 0;
  Meddling broken(shop.shop.db(), [&] {
    if (++reads == 2) throw std::runtime_error("row 7 is damaged");
  });
  for (int i = 0; i < failures; ++i) {
    reads = 0;
    const auto result = shop.answer(broken);
    CHECK(result.failed == 1);
    CHECK(result.why == "row 7 is damaged");
  }
  if (failures < kCountTries) {
    CHECK(shop.told().empty());
    CHECK(shop.answer().answered == 1);
    return;
  }
  REQUIRE(shop.told().size() == 1);
  CHECK(holds(shop.told()[0], "统计"));
  CHECK(shop.waiting() == 0);
}

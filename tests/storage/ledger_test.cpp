#include <catch2/catch.hpp>

#include "storage/broadcasts.h"
#include "storage/callbacks.h"
#include "storage/ledger.h"
#include "storage/messages.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using namespace laoke::storage;

namespace {

Delivery notice(const std::string& cause) {
  Delivery delivery;
  delivery.key = {"r", 12, 3401, cause};
  delivery.klass = "notice";
  delivery.due_at_ms = test::kMonday10;
  delivery.expires_at_ms = test::kMonday10 + 1'000;
  delivery.payload = "{}";
  return delivery;
}

}  // namespace

TEST_CASE("the same send cannot be planned twice", "[ledger]") {
  test::TestShop shop;
  shop.write([&](Transaction& tx) {
    CHECK(plan_delivery(tx, shop.id(), notice("order:77#1"), SendLane::kFast));
    CHECK_FALSE(plan_delivery(tx, shop.id(), notice("order:77#1"), SendLane::kFast));
    CHECK(plan_delivery(tx, shop.id(), notice("order:77#2"), SendLane::kFast));
  });
  shop.read([&](Transaction& tx) { CHECK(due_rows(tx, 0, SendLane::kFast, test::kMonday10, 10).size() == 2); });
}

TEST_CASE("a delivery's name and its key are the same thing", "[ledger]") {
  const DeliveryKey key{"r", 12, 3401, "order:77#1"};
  CHECK(to_text(key) == "r:12:3401:order:77#1");
  CHECK(delivery_key_from(to_text(key)) == key);
  for (const char* wrong : {"", "r", "r:", "r:x:1:", "r:1:", "r:1:2", "rr:1:2:3"}) CHECK_FALSE(delivery_key_from(wrong));
}

TEST_CASE("the queue gives due rows by lane, channel and time", "[ledger]") {
  test::TestShop shop;
  const auto row = [&](std::int64_t channel, SendLane lane, std::int64_t due, std::int64_t customer) {
    return QueueRow{channel, lane, due, shop.id(), {"m", 0, customer, "1"}};
  };
  shop.write([&](Transaction& tx) {
    enqueue(tx, row(5, SendLane::kFast, 300, 3));
    enqueue(tx, row(5, SendLane::kFast, 100, 1));
    enqueue(tx, row(5, SendLane::kBulk, 100, 9));
    enqueue(tx, row(6, SendLane::kFast, 50, 8));
    enqueue(tx, row(5, SendLane::kFast, 200, 2));
    const auto due = due_rows(tx, 5, SendLane::kFast, 200, 10);
    REQUIRE(due.size() == 2);
    CHECK(due[0].key.customer_id == 1);
    CHECK(due[1].key.customer_id == 2);
    CHECK(due_rows(tx, 5, SendLane::kFast, 1'000, 1).size() == 1);
    const std::int64_t five[] = {5}, both[] = {5, 6};
    CHECK(next_due_ms(tx, five) == 100);
    CHECK(next_due_ms(tx, both) == 50);
    dequeue(tx, due[0]);
    CHECK(due_rows(tx, 5, SendLane::kFast, 200, 10).size() == 1);
  });
}

TEST_CASE("a broadcast's rows are planned once and walked in order", "[ledger]") {
  test::TestShop shop;
  shop.write([&](Transaction& tx) {
    const std::int64_t first[] = {10, 20, 30}, again[] = {20, 30, 40};
    CHECK(plan_broadcast_slice(tx, shop.id(), 5, first, "marketing", 1, 2) == 3);
    CHECK(plan_broadcast_slice(tx, shop.id(), 5, again, "marketing", 1, 2) == 1);
    const auto rows = walk_broadcast(tx, shop.id(), 5, 10, 2);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].key.customer_id == 20);
    CHECK(rows[1].key.customer_id == 30);
    CHECK(rows[0].state == "planned");
    CHECK(due_rows(tx, 0, SendLane::kBulk, 1'000, 10).empty());
  });
}

TEST_CASE("an occurrence of a repeating broadcast is made once", "[ledger]") {
  test::TestShop shop;
  shop.write([&](Transaction& tx) {
    Broadcast child;
    child.shop_id = shop.id();
    child.parent_id = 77;
    child.occurrence_ms = test::kMonday10;
    CHECK(insert_occurrence(tx, child));
    CHECK_FALSE(insert_occurrence(tx, child));
    child.occurrence_ms = test::kMonday10 + 1;
    CHECK(insert_occurrence(tx, child));
  });
}

TEST_CASE("a callback is taken once, also when five copies come at the same time", "[ledger][concurrent]") {
  test::TestShop shop;
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 5; ++i)
    threads.emplace_back([&] {
      if (shop.write([&](Transaction& tx) { return take_callback(tx, shop.id(), 1, "update-1", test::kMonday10); })) ++taken;
    });
  for (auto& thread : threads) thread.join();
  CHECK(taken == 1);
}

TEST_CASE("only marks and sends that nobody needs any more are swept", "[ledger]") {
  test::TestShop shop;
  shop.write([&](Transaction& tx) {
    CHECK(take_callback(tx, shop.id(), 1, "old", 100));
    CHECK(take_callback(tx, shop.id(), 1, "new", 200));
    add_marketing_sent(tx, shop.id(), {"b", 1, 5, ""}, 100);
    add_marketing_sent(tx, shop.id(), {"b", 2, 5, ""}, 200);
    const auto marks = old_callbacks(tx, shop.id(), 150, 10);
    REQUIRE(marks.size() == 1);
    delete_callbacks(tx, shop.id(), marks);
    CHECK(take_callback(tx, shop.id(), 1, "old", 300));
    CHECK_FALSE(take_callback(tx, shop.id(), 1, "new", 300));
    CHECK(customers_with_old_marketing(tx, shop.id(), 150, 10) == std::vector<std::int64_t>{5});
    forget_old_marketing(tx, shop.id(), 5, 150);
    CHECK(marketing_sent_since(tx, shop.id(), 5, 0) == std::vector<std::int64_t>{200});
    CHECK(customers_with_old_marketing(tx, shop.id(), 150, 10).empty());
  });
}

TEST_CASE("a dead letter keeps its bytes as they came", "[ledger]") {
  const std::string body = GENERATE(as<std::string>(), "{\"text\":\"你好\"}", std::string("\xff\xfe\x00\x01", 4), "base64:not really",
                                    "", std::string("a\0b", 3));
  test::TestShop shop;
  shop.write([&](Transaction& tx) {
    DeadLetter letter;
    letter.body = body;
    letter.event_key = "k";
    const auto id = insert_dead_letter(tx, shop.id(), letter);
    CHECK(get_dead_letter(tx, shop.id(), id)->body == body);
    CHECK(count_dead_letters(tx, shop.id(), "open") == 1);
    settle_dead_letter(tx, shop.id(), id, "replayed", 5);
    CHECK(count_dead_letters(tx, shop.id(), "open") == 0);
    CHECK(list_dead_letters(tx, shop.id(), "replayed", 0, 10).front().settled_at_ms == 5);
  });
}

TEST_CASE("an edited message is found among the customer's own only", "[ledger]") {
  test::TestShop shop;
  shop.write([&](Transaction& tx) {
    MessageRow message;
    message.customer_id = 5;
    message.contact_id = 50;
    message.direction = "in";
    message.kind = "text";
    message.text = "这款有货吗";
    message.platform_message_id = "812";
    insert_message(tx, shop.id(), message);
    CHECK_FALSE(edit_message(tx, shop.id(), 6, 50, "812", "x", 1));
    CHECK_FALSE(edit_message(tx, shop.id(), 5, 51, "812", "x", 1));
    CHECK(edit_message(tx, shop.id(), 5, 50, "812", "这两款有货吗", 9));
    const auto rows = list_messages(tx, shop.id(), 5, 0, 10);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].text == "这两款有货吗");
    CHECK(rows[0].edited_at_ms == 9);
  });
}

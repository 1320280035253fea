#include "handlers/tasks.h"

#include <catch2/catch.hpp>

#include "handlers/products.h"
#include "tests/orders/sales.h"

using namespace laoke;
using test::kMonday10;

TEST_CASE("the to-do list shows what is open, the most urgent first, mine and everybody's", "[orders][tasks]") {
  test::Sales sales;
  const auto add = [&](const char* text, std::int64_t due, std::optional<std::int64_t> staff) {
    return sales.run([&](const Context& c) { return add_task(c, {text, due, sales.customer(), staff, ""}).value(); });
  };
  const auto later = add("回访", kMonday10 + 5000, 7), soon = add("补货", kMonday10 + 1000, std::nullopt);
  add("别人的", kMonday10, 8);
  const auto list = [&](std::int64_t before) {
    return sales.run([&](const Context& c) {
      std::string texts;
      for (const auto& task : todo_list(c, 7, before)) texts += task.text + " ";
      return texts;
    });
  };
  CHECK(list(0) == "补货 回访 ");
  CHECK(list(kMonday10 + 5000) == "补货 ");
  sales.run([&](const Context& c) { return finish_task(c, soon.task_id); });
  CHECK(list(0) == "回访 ");
  sales.run([&](const Context& c) { return reopen_task(c, soon.task_id); });
  sales.run([&](const Context& c) { return cancel_task(c, later.task_id); });
  CHECK(list(0) == "补货 ");
  CHECK(sales.timeline() == "task.created task.created task.created task.done");
}

TEST_CASE("a rule's task is made once", "[orders][tasks]") {
  test::Sales sales;
  const auto add = [&] {
    return sales.run([&](const Context& c) { return add_task(c, {"回访", 0, sales.customer(), std::nullopt, "rule:5:order:7"}).has_value(); });
  };
  CHECK(add());
  CHECK_FALSE(add());
}

TEST_CASE("a task that makes no sense is refused", "[orders][tasks]") {
  test::Sales sales;
  CHECK(sales.refused([&](const Context& c) { return add_task(c, {" \n", 0, {}, {}, ""}); }) == "task.empty");
  CHECK(sales.refused([&](const Context& c) { return add_task(c, {std::string(2000, 'x'), 0, {}, {}, ""}); }) == "task.text");
  CHECK(sales.refused([&](const Context& c) { return finish_task(c, 5); }) == "task.unknown");
  const auto task = sales.run([&](const Context& c) { return add_task(c, {"回访", 0, {}, {}, ""}).value(); });
  CHECK(sales.refused([&](const Context& c) { return reopen_task(c, task.task_id); }) == "task.state");
  sales.run([&](const Context& c) { return finish_task(c, task.task_id); });
  CHECK(sales.refused([&](const Context& c) { return finish_task(c, task.task_id); }) == "task.state");
}

TEST_CASE("a product is found by its name in any case or width and by its sku", "[orders][products]") {
  test::Sales sales;
  storage::Product made;
  made.name = " Face Mask ";
  made.sku = "FM-1";
  made.price_minor = 9900;
  made.usage_days = 30;
  const auto saved = sales.run([&](const Context& c) { return save_product(c, made); });
  CHECK(saved.name == "Face Mask");
  CHECK(saved.currency == "CNY");
  for (const auto* typed : {"Face Mask", "face mask", "ＦＡＣＥ　ＭＡＳＫ", "FM-1"})
    CHECK(sales.run([&](const Context& c) { return find_product(c, typed).value(); }) == saved);
  CHECK_FALSE(sales.run([&](const Context& c) { return find_product(c, "mask"); }));
  CHECK(sales.record(sales.draft({{"face mask", 3, std::nullopt}})).total_minor == 29700);
}

TEST_CASE("a product with impossible values is refused", "[orders][products]") {
  test::Sales sales;
  sales.run([&](const Context& c) { return product_for(c, "面膜"); });
  storage::Product product;
  product.name = "精华";
  std::string code;
  SECTION("no name") { product.name = "  "; code = "product.name"; }
  SECTION("endless name") { product.name = std::string(kLongestProductName + 1, 'x'); code = "product.text"; }
  SECTION("negative price") { product.price_minor = -1; code = "product.price"; }
  SECTION("zero days of use") { product.usage_days = 0; code = "product.days"; }
  SECTION("unknown currency") { product.currency = "RMB"; code = "currency.unknown"; }
  SECTION("a name that is taken") { product.name = "面膜"; code = "product.name_taken"; }
  CHECK(sales.refused([&](const Context& c) { return save_product(c, product); }) == code);
}

TEST_CASE("two products cannot share a sku, and a product may be changed", "[orders][products]") {
  test::Sales sales;
  storage::Product one, two;
  one.name = "面膜";
  two.name = "精华";
  one.sku = two.sku = "A1";
  auto saved = sales.run([&](const Context& c) { return save_product(c, one); });
  CHECK(sales.refused([&](const Context& c) { return save_product(c, two); }) == "product.sku_taken");
  saved.name = "补水面膜";
  sales.run([&](const Context& c) { return save_product(c, saved); });
  CHECK(sales.run([&](const Context& c) { return find_product(c, "补水面膜").value(); }).product_id == saved.product_id);
  CHECK_FALSE(sales.run([&](const Context& c) { return find_product(c, "面膜"); }));
}

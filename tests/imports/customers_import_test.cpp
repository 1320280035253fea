#include "handlers/imports/customers.h"

#include <catch2/catch.hpp>

#include "handlers/merge.h"
#include "storage/notes.h"
#include "storage/phones.h"
#include "storage/tags.h"
#include "tests/customers/desk.h"

using namespace laoke;

namespace {

ImportResult import(test::Desk& desk, const std::string& bytes) {
  const auto home = desk.run([](const Context& c) { return c.shop; });
  ImportFile file(bytes, customer_columns(), true);
  ImportOptions options;
  options.now_ms = test::kMonday10;
  return run_import(desk.shop.db(), home, file, options, import_customer);
}

const std::string kFile =
    "\xEF\xBB\xBF姓名,手机,标签,生日,地址,备注,编号,微信,attr.肤质,退订\r\n"
    "张三,138 1234 5678,油性；VIP,3月8日,浙江省杭州市西湖区,喜欢白茶,A1,zs_wx,油性,\r\n"
    "李四,,新客,1990-02-30,,,A2,,,\r\n"
    "王五,13812345679,vip,,,,A3,,,是\r\n"
    "赵六,,,,,,,,,\r\n"
    "钱七,12,,,,,A4,,,\r\n"
    ",,新客,,,,,,,\r\n"
    "孙八,,\"a\"\"b\",,,,,,,\r\n"
    "周九,,,,,,,,,也许\r\n";

}  // namespace

TEST_CASE("a customer list comes in with its good lines, the bad ones are listed", "[imports]") {
  test::Desk desk;
  const auto result = import(desk, kFile);
  CHECK(result.created == 3);
  REQUIRE(result.rejects.size() == 5);
  const std::vector<std::pair<std::size_t, std::string>> expected = {
      {3, "生日"}, {6, "手机"}, {7, "姓名"}, {8, "标签"}, {9, "退订"}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(result.rejects[i].line == expected[i].first);
    CHECK(result.rejects[i].column == expected[i].second);
    CHECK_FALSE(result.rejects[i].reason.zh.empty());
  }
  desk.run([&](const Context& c) {
    const auto customer = *storage::find_customer_by_external_id(c.tx, c.shop_id(), "A1");
    CHECK(customer.birthday == "--03-08");
    CHECK(storage::phones_of_customer(c.tx, c.shop_id(), customer.customer_id)[0].phone == "+8613812345678");
    CHECK(storage::addresses_of_customer(c.tx, c.shop_id(), customer.customer_id)[0].city == "杭州");
    CHECK(storage::find_tag(c.tx, c.shop_id(), "VIP")->customer_count == 2);
    CHECK_FALSE(storage::find_tag(c.tx, c.shop_id(), "新客"));  // only rejected lines had it
    const auto third = *storage::find_customer_by_external_id(c.tx, c.shop_id(), "A3");
    CHECK(storage::get_facts(c.tx, c.shop_id(), third.customer_id)->opted_out);
  });
}

TEST_CASE("importing the same file twice changes nothing", "[imports]") {
  test::Desk desk;
  import(desk, kFile);
  const auto events = [&] {
    std::size_t count = 0;
    for (const auto& customer :
         desk.run([](const Context& c) { return storage::list_customers(c.tx, c.shop_id(), 0, 100); }))
      count += desk.timeline(customer.customer_id).size();
    return count;
  };
  const auto before = events();
  const auto again = import(desk, kFile);
  CHECK(again.created == 0);
  CHECK(again.updated == 0);
  CHECK(again.unchanged == 3);
  CHECK(events() == before);
}

TEST_CASE("a row finds its customer by number, then phone, then the name of one without a phone", "[imports]") {
  test::Desk desk;
  const auto numbered = desk.customer("甲"), phoned = desk.customer("乙", "13812345678"), named = desk.customer("丙");
  const auto namesake = desk.customer("丙", "13812345670");
  desk.run([&](const Context& c) { return set_customer_field(c, numbered, CustomerField::kExternalId, "X1"); });
  const auto result = import(desk, "name,phone,id,grade\n甲二,,X1,A\n乙二,13812345678,,B\n丙,,,C\n丁,,,D\n");
  CHECK(result.updated == 3);
  CHECK(result.created == 1);
  CHECK(desk.row(numbered).name == "甲二");
  CHECK(desk.row(phoned).name == "乙二");
  CHECK(desk.facts(named).grade == "C");
  CHECK(desk.facts(namesake).grade.empty());
}

TEST_CASE("two numbers that share a phone stay two customers and are suggested for a merge", "[imports]") {
  test::Desk desk;
  const std::string file = "name,phone,id\n张三,13812345678,A\n张太太,13812345678,B\n";
  CHECK(import(desk, file).created == 2);
  CHECK(import(desk, file).unchanged == 2);
}

TEST_CASE("the numbers of merged customers lead to the kept one", "[imports]") {
  test::Desk desk;
  const std::string file = "name,phone,id\n张三,13812345678,A\n张三,13812345678,B\n";
  import(desk, file);
  desk.run([&](const Context& c) {
    const auto id = [&](const char* number) {
      return storage::find_customer_by_external_id(c.tx, c.shop_id(), number)->customer_id;
    };
    return merge_customers(c, id("A"), id("B"));
  });
  CHECK(import(desk, file).unchanged == 2);
}

TEST_CASE("a list of thousands comes in by slices", "[imports]") {
  test::Desk desk;
  std::string bytes = "name,id,tags\n";
  for (int i = 0; i < 1300; ++i) bytes += "客" + std::to_string(i) + ",N" + std::to_string(i) + ",批量\n";
  CHECK(import(desk, bytes).created == 1300);
  CHECK(desk.run([](const Context& c) { return storage::find_tag(c.tx, c.shop_id(), "批量")->customer_count; }) ==
        1300);
  CHECK(import(desk, bytes).unchanged == 1300);
}

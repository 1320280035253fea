#include "handlers/names.h"
#include "handlers/text.h"

#include <catch2/catch.hpp>
#include <thread>

#include "storage/customers.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using storage::Transaction;

TEST_CASE("a search key holds the folded name, its pinyin and its initials", "[customers][names]") {
  struct Row {
    const char *name, *key;
  };
  const auto row = GENERATE(values<Row>({
      {"张三", "|张三|zhangsan|zs|"},
      {"  张三\t", "|张三|zhangsan|zs|"},
      {"单晓红", "|单晓红|shanxiaohong|sxh|danxiaohong|dxh|"},
      {"曾国", "|曾国|zengguo|zg|cengguo|cg|"},
      {"尉迟恭", "|尉迟恭|yuchigong|ycg|weichigong|wcg|"},
      {"John Smith", "|john smith|johnsmith|js|"},
      {"ＪＯＨＮ", "|john|j|"},
      {"Amy张", "|amy张|amyzhang|az|"},
      {"张\xE2\x80\x8B三", "|张三|zhangsan|zs|"},
      {"\xE2\x80\xAE"
       "ab",
       "|ab|a|"},
      {"a|b", "|a b|ab|"},
      {"🌸", "|🌸|"},
      {"Иван", "|иван|ivan|i|"},
      {"", ""},
      {"\xE2\x80\x8B", ""},
  }));
  CHECK(search_key_of(row.name) == row.key);
}

TEST_CASE("Chinese names are found by any character, by pinyin and by initials", "[customers][names]") {
  test::TestShop shop;
  const auto ids = shop.write([&](Transaction& tx) {
    std::vector<std::int64_t> made;
    for (const char* name : {"张三", "张三丰", "李四", "单晓红", "100%", "a_b"}) {
      storage::Customer customer;
      customer.name = name;
      customer.search_key = search_key_of(name);
      made.push_back(storage::insert_customer(tx, shop.id(), customer));
    }
    return made;
  });
  struct Row {
    const char* typed;
    std::vector<std::size_t> finds;
  };
  const auto row = GENERATE(values<Row>({
      {"张三", {0, 1}},
      {"张", {0, 1}},
      {"三", {0, 1}},
      {"zs", {0, 1}},
      {"zhangsan", {0, 1}},
      {"Zhang San", {0, 1}},
      {"zsf", {1}},
      {"sxh", {3}},
      {"shan", {3}},
      {"dan", {3}},
      {"%", {4}},
      {"_", {5}},
      {"李", {2}},
      {"王", {}},
      {"", {}},
      {"\\", {}},
      {"|", {}},
      {"' OR 1=1", {}},
  }));
  const auto found =
      shop.read([&](Transaction& tx) { return storage::find_customers(tx, shop.id(), search_text(row.typed), 10); });
  std::vector<std::size_t> at;
  for (const auto& one : found)
    at.push_back(static_cast<std::size_t>(std::find(ids.begin(), ids.end(), one.customer_id) - ids.begin()));
  INFO(row.typed);
  CHECK(at == row.finds);
}

TEST_CASE("a cut never splits a character and repairs broken text", "[customers][names]") {
  CHECK(cut_to_code_points("张三丰", 2) == "张三");
  CHECK(cut_to_code_points("👩‍🌾", 3) == "👩‍🌾");
  CHECK(cut_to_code_points("a\xFF"
                           "b",
                           9) ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(cut_to_code_points(" a\nb ", 9) == "a b");
  CHECK(cut_to_code_points("Anna \u202Eknil\u2066 x", 20) == "Anna  knil  x");  // nothing behind a name reads backwards
  CHECK(cut_to_code_points("مريم", 9) == "مريم");
  CHECK(length_code_points(cut_to_code_points(std::string(100'000, 'x'), kMaxNameCodePoints)) == kMaxNameCodePoints);
}

TEST_CASE("an unknown name brings up the names most like it", "[customers][names]") {
  const std::vector<std::string> known = {"张三", "李四", "王小明", "油性皮肤", "干性皮肤", "Anna"};
  CHECK(nearest_names("张珊", known) == std::vector<std::string>{"张三"});
  CHECK(nearest_names("油性皮夫", known, 1) == std::vector<std::string>{"油性皮肤"});
  CHECK(nearest_names("ana", known) == std::vector<std::string>{"Anna"});
  CHECK(nearest_names("欧阳娜娜大集合", known).empty());
  CHECK(nearest_names("", known).empty());
}

TEST_CASE("names are read on many threads at once", "[customers][names]") {
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { right += search_key_of("张三") == "|张三|zhangsan|zs|"; });
  for (auto& thread : threads) thread.join();
  CHECK(right == 4);
}

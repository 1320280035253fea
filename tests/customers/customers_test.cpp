#include "handlers/customers.h"

#include <catch2/catch.hpp>

#include "handlers/attributes.h"
#include "handlers/consent.h"
#include "handlers/tags.h"
#include "storage/consents.h"
#include "storage/merges.h"
#include "storage/notes.h"
#include "storage/phones.h"
#include "storage/staff.h"
#include "tests/customers/desk.h"

using namespace laoke;
using Strings = std::vector<std::string>;

TEST_CASE("a new customer is stored whole and told once", "[customers]") {
  test::Desk desk;
  const auto id = desk.run([&](const Context& context) {
    NewCustomer wanted{"张三", "13812345678", "z@example.com", "2月29日", "中文", "Asia/Tokyo", "", "A7", "", "A", {}};
    return create_customer(context, wanted);
  });
  const auto row = desk.row(id);
  CHECK(row.birthday == "--02-29");
  CHECK(row.language == "zh-CN");
  CHECK(row.source == "staff");
  CHECK(desk.facts(id).birthday_md == 229);
  CHECK(desk.facts(id).grade == "A");
  CHECK(desk.timeline(id) == Strings{"customer.created"});
  const auto phones = desk.run([&](const Context& c) { return storage::phones_of_customer(c.tx, c.shop_id(), id); });
  REQUIRE(phones.size() == 1);
  CHECK(phones[0].phone == "+8613812345678");
}

TEST_CASE("what cannot be stored is refused with a reason and changes nothing", "[customers]") {
  struct Row {
    CustomerField field;
    const char* typed;
  };
  const auto row = GENERATE(values<Row>({
      {CustomerField::kName, ""},
      {CustomerField::kName, "\xE2\x80\x8B"},
      {CustomerField::kEmail, "no mail"},
      {CustomerField::kEmail, "a@b"},
      {CustomerField::kEmail, "a@@b.c"},
      {CustomerField::kLanguage, "klingon"},
      {CustomerField::kTimeZone, "Asia/Shangai"},
      {CustomerField::kTimeZone, "../etc/passwd"},
      {CustomerField::kBirthday, "2月30日"},
  }));
  test::Desk desk;
  const auto id = desk.customer("张三");
  const auto before = desk.row(id);
  CHECK_THROWS_AS(desk.run([&](const Context& c) { return set_customer_field(c, id, row.field, row.typed); }), Refusal);
  CHECK(desk.row(id) == before);
  CHECK(desk.timeline(id).size() == 1);
}

TEST_CASE("a name of 100 kB is refused, 200 characters of emoji are not", "[customers]") {
  test::Desk desk;
  const auto id = desk.customer("张三");
  CHECK_THROWS_AS(desk.run([&](const Context& c) {
    return set_customer_field(c, id, CustomerField::kName, std::string(100'000, 'x'));
  }),
                  Refusal);
  std::string flowers;
  for (int i = 0; i < 200; ++i) flowers += "🌸";
  CHECK(desk.run([&](const Context& c) { return set_customer_field(c, id, CustomerField::kName, flowers); }));
  CHECK(desk.row(id).name == flowers);
}

TEST_CASE("a field set a second time changes and tells nothing", "[customers]") {
  test::Desk desk;
  const auto id = desk.customer("张三");
  const auto set = [&](CustomerField field, const char* value) {
    return desk.run([&](const Context& c) { return set_customer_field(c, id, field, value); });
  };
  for (const auto& [field, value] : {std::pair{CustomerField::kName, "李四"},
                                     {CustomerField::kBirthday, "0308"},
                                     {CustomerField::kStage, "老客"},
                                     {CustomerField::kGrade, "A"},
                                     {CustomerField::kTimeZone, "Europe/Paris"}}) {
    CHECK(set(field, value));
    CHECK_FALSE(set(field, value));
  }
  CHECK(desk.timeline(id).size() == 6);
  CHECK(desk.facts(id).stage == "老客");
  CHECK(desk.facts(id).birthday_md == 308);
  CHECK(set(CustomerField::kBirthday, ""));
  CHECK_FALSE(desk.facts(id).birthday_md);
}

TEST_CASE("fields are known by Chinese and English names", "[customers]") {
  CHECK(customer_field_called("生日") == CustomerField::kBirthday);
  CHECK(customer_field_called(" Time Zone ") == CustomerField::kTimeZone);
  CHECK_FALSE(customer_field_called("生"));
  CHECK(id_of(CustomerField::kExternalId) == "external_id");
}

TEST_CASE("a phone two customers share suggests a merge once", "[customers][phones]") {
  test::Desk desk;
  const auto one = desk.customer("张三", "13812345678"), two = desk.customer("三儿");
  const auto add = [&] {
    return desk.run([&](const Context& c) { return add_customer_phone(c, two, "+86 13812345678"); });
  };
  CHECK(add());
  CHECK_FALSE(add());
  const auto open = desk.run([](const Context& c) { return storage::open_suggestions(c.tx, c.shop_id(), 10); });
  REQUIRE(open.size() == 1);
  CHECK(open[0].customer_a == one);
  CHECK(open[0].customer_b == two);
  CHECK_THROWS_AS(desk.run([&](const Context& c) { return add_customer_phone(c, two, "12"); }), Refusal);
}

TEST_CASE("addresses find their city, the newest is the default, the same one is kept once", "[customers][addresses]") {
  test::Desk desk;
  const auto id = desk.customer("张三");
  AddressInput input;
  input.line = "浙江省杭州市西湖区文三路1号";
  input.phone = "13812345678";
  const auto add = [&](const AddressInput& what) {
    return desk.run([&](const Context& c) { return add_customer_address(c, id, what); });
  };
  const auto first = add(input);
  CHECK(first.changed);
  CHECK_FALSE(add(input).changed);
  AddressInput home;
  home.line = "上海市浦东新区";
  const auto second = add(home);
  auto all = desk.run([&](const Context& c) { return storage::addresses_of_customer(c.tx, c.shop_id(), id); });
  REQUIRE(all.size() == 2);
  CHECK(all[0].address_id == second.address_id);
  CHECK_FALSE(all[1].is_default);
  CHECK(all[1].city == "杭州");
  CHECK(all[1].phone == "+8613812345678");
  home.line = "";
  CHECK_THROWS_AS(add(home), Refusal);
  const auto stranger = desk.customer("李四");
  CHECK_FALSE(desk.run([&](const Context& c) { return remove_customer_address(c, stranger, first.address_id); }));
  CHECK(desk.run([&](const Context& c) { return remove_customer_address(c, id, first.address_id); }));
}

TEST_CASE("tags count exactly, whatever the letter case and however often", "[customers][tags]") {
  test::Desk desk;
  const auto one = desk.customer("张三"), two = desk.customer("李四");
  const auto tag = [&](std::int64_t id, const char* name) {
    return desk.run([&](const Context& c) { return tag_customer(c, id, name); });
  };
  CHECK(tag(one, "VIP").created);
  CHECK_FALSE(tag(one, "vip").changed);
  const auto second = tag(two, "等级/ＶＩＰ");
  CHECK(second.tag.name == "VIP");
  CHECK(second.tag.group == "等级");
  CHECK(second.tag.customer_count == 2);
  const auto untag = [&](const char* name) {
    return desk.run([&](const Context& c) { return untag_customer(c, one, name); });
  };
  CHECK(untag("vip").changed);
  CHECK_FALSE(untag("VIP").changed);
  CHECK(desk.run([](const Context& c) { return *tag_called(c, "vip"); }).customer_count == 1);
  CHECK(desk.timeline(one) == Strings{"customer.created", "customer.tagged", "customer.untagged"});
  try {
    untag("VIB");
    FAIL("an unknown tag was taken off");
  } catch (const Refusal& refused) {
    CHECK(refused.text("zh-CN").find("VIP") != std::string::npos);
  }
}

TEST_CASE("consent is noted with its evidence and told once", "[customers][consent]") {
  test::Desk desk;
  const auto id = desk.customer("张三");
  CHECK(desk.run([&](const Context& c) { return opt_out(c, id, "退订"); }));
  CHECK_FALSE(desk.run([&](const Context& c) { return opt_out(c, id, "TD"); }));
  CHECK(desk.facts(id).opted_out);
  CHECK(desk.run([&](const Context& c) { return opt_in(c, id, "订阅"); }));  // the same millisecond: both are kept
  const auto consents =
      desk.run([&](const Context& c) { return storage::consents_of_customer(c.tx, c.shop_id(), id); });
  REQUIRE(consents.size() == 2);
  CHECK(consents[0].granted);
  CHECK(consents[1].evidence == "退订");
  CHECK(desk.timeline(id) == Strings{"customer.created", "customer.opted_out", "customer.opted_in"});
}

TEST_CASE("attributes, notes and owner", "[customers][attributes]") {
  test::Desk desk;
  const auto id = desk.customer("张三");
  const auto set = [&](const char* value) {
    return desk.run([&](const Context& c) { return set_customer_attribute(c, id, "肤质", value); });
  };
  CHECK(set("油性"));
  CHECK_FALSE(set("油性"));
  CHECK(desk.run([](const Context& c) { return storage::attribute_names(c.tx, c.shop_id()); }) == Strings{"肤质"});
  CHECK(set(""));
  CHECK(desk.run([](const Context& c) { return storage::attribute_names(c.tx, c.shop_id()); }).empty());
  desk.run([&](const Context& c) { return add_customer_note(c, id, " 喜欢白茶 "); });
  CHECK(desk.run([&](const Context& c) { return storage::notes_of_customer(c.tx, c.shop_id(), id, 5); })[0].text ==
        "喜欢白茶");
  CHECK_THROWS_AS(desk.run([&](const Context& c) { return add_customer_note(c, id, " "); }), Refusal);
  CHECK_THROWS_AS(desk.run([&](const Context& c) { return set_customer_owner(c, id, 12345); }), Refusal);
  const auto staff = desk.run([](const Context& c) {
    return storage::insert_staff(c.tx, c.shop_id(), {0, "小美", "owner", "", true, "", 0, 0});
  });
  CHECK(desk.run([&](const Context& c) { return set_customer_owner(c, id, staff); }));
  CHECK_FALSE(desk.run([&](const Context& c) { return set_customer_owner(c, id, staff); }));
}

TEST_CASE("a seller finds a customer by name, pinyin, phone or number", "[customers][names]") {
  test::Desk desk;
  const auto id = desk.customer("张三", "13812345678");
  const auto other = desk.customer("欧阳娜娜");
  const auto find = [&](const std::string& typed) {
    return desk.run([&](const Context& c) { return search_customers(c, typed); });
  };
  for (const std::string& typed :
       {std::string("张三"), std::string("zs"), std::string("138 1234 5678"), "#" + std::to_string(id)}) {
    INFO(typed);
    REQUIRE(find(typed).size() == 1);
    CHECK(find(typed)[0].customer_id == id);
  }
  CHECK(find("王五").empty());
  CHECK(find("#999999999999999999999").empty());
  const auto near = desk.run([](const Context& c) { return nearest_customers(c, "欧阳那那"); });
  REQUIRE(near.size() == 1);
  CHECK(near[0].customer_id == other);
}

TEST_CASE("a referral is told to the referrer", "[customers]") {
  test::Desk desk;
  const auto referrer = desk.customer("张三");
  desk.run([&](const Context& c) {
    NewCustomer wanted;
    wanted.name = "李四";
    wanted.referrer_id = referrer;
    return create_customer(c, wanted);
  });
  CHECK(desk.timeline(referrer) == Strings{"customer.created", "customer.referred"});
}

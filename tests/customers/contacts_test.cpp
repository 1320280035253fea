#include "handlers/contacts.h"

#include <catch2/catch.hpp>

#include "handlers/names.h"
#include "handlers/text.h"
#include "storage/customers.h"
#include "storage/events.h"
#include "storage/staff.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using storage::Transaction;

namespace {

constexpr std::int64_t kChannel = 7;

InboundEvent text_from(const std::string& external_id, const std::string& display_name) {
  InboundEvent event;
  event.kind = InboundKind::kText;
  event.external_id = external_id;
  event.display_name = display_name;
  event.at_ms = test::kMonday10;
  return event;
}

ResolvedContact resolve(test::TestShop& shop, const InboundEvent& event) {
  return shop.write([&](Transaction& tx) {
    const auto home = *storage::get_shop(tx, shop.id());
    return resolve_contact({tx, home, test::kMonday10, {}}, kChannel, event);
  });
}

storage::Customer customer_of(test::TestShop& shop, const ResolvedContact& resolved) {
  return shop.read(
      [&](Transaction& tx) { return *storage::get_customer(tx, shop.id(), resolved.sender.contact.customer_id); });
}

}  // namespace

TEST_CASE("the first message makes one contact and one customer, the next ones find them", "[customers][contacts]") {
  test::TestShop shop;
  const auto first = resolve(shop, text_from("900100", "张三"));
  const auto second = resolve(shop, text_from("900100", "张三"));
  CHECK(first.is_new);
  CHECK_FALSE(second.is_new);
  CHECK(first.sender.contact.customer_id == second.sender.contact.customer_id);
  CHECK(second.sender.customer_name == "张三");
  const auto events = shop.read(
      [&](Transaction& tx) { return storage::list_events(tx, shop.id(), first.sender.contact.customer_id, 0, 10); });
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == "customer.created");
}

TEST_CASE("a contact without a name is told apart by the end of its address", "[customers][contacts]") {
  test::TestShop shop;
  CHECK(resolve(shop, text_from("900100", "")).sender.customer_name == "顾客0100");
  CHECK(resolve(shop, text_from("9", "\xE2\x80\x8B")).sender.customer_name == "顾客9");
}

TEST_CASE("a customer follows the display name until the seller names them", "[customers][contacts]") {
  test::TestShop shop;
  resolve(shop, text_from("1", "小张"));
  auto customer = customer_of(shop, resolve(shop, text_from("1", "小张张")));
  CHECK(customer.name == "小张张");
  CHECK(customer.search_key == search_key_of("小张张"));
  shop.write([&](Transaction& tx) {
    customer.name = "张三";
    storage::update_customer(tx, shop.id(), customer);
  });
  const auto later = resolve(shop, text_from("1", "🌸"));
  CHECK(later.sender.contact.display_name == "🌸");
  CHECK(customer_of(shop, later).name == "张三");
  CHECK(resolve(shop, text_from("1", "")).sender.contact.display_name == "🌸");
}

TEST_CASE("a display name of 100 kB is cut at the limit", "[customers][contacts]") {
  test::TestShop shop;
  std::string name;
  for (int i = 0; i < 25'000; ++i) name += "🌸";
  const auto resolved = resolve(shop, text_from("1", name));
  CHECK(length_code_points(customer_of(shop, resolved).name) == kMaxNameCodePoints);
}

TEST_CASE("writing makes a blocked contact active and starts its window, late events change nothing",
          "[customers][contacts]") {
  test::TestShop shop;
  auto event = text_from("1", "张三");
  event.window_ms = 1000;
  event.replies_left = 5;
  const auto resolved = resolve(shop, event);
  const std::int64_t contact_id = resolved.sender.contact.contact_id;
  const auto touched = shop.write([&](Transaction& tx) {
    const auto home = *storage::get_shop(tx, shop.id());
    const Context context{tx, home, test::kMonday10, {}};
    storage::set_contact_state(tx, shop.id(), contact_id, "blocked");
    touch_sender(context, resolved.sender, event);
    storage::touch_contact_out(tx, shop.id(), contact_id, test::kMonday10 + 5);
    storage::spend_reply(tx, shop.id(), contact_id);
    auto late = event;
    late.at_ms -= 500;
    touch_sender(context, resolved.sender, late);
    return *storage::get_contact(tx, shop.id(), contact_id);
  });
  CHECK(touched.state == "active");
  CHECK(touched.window_until_ms == test::kMonday10 + 1000);
  CHECK(touched.replies_left == 4);
  CHECK(touched.last_in_ms == test::kMonday10);
  CHECK(touched.last_out_ms == test::kMonday10 + 5);
  const auto again = resolve(shop, event);
  CHECK_FALSE(again.came_back);
  CHECK(again.sender.last_in_ms == test::kMonday10);
}

TEST_CASE("a blocked contact that writes came back", "[customers][contacts]") {
  test::TestShop shop;
  const auto resolved = resolve(shop, text_from("1", "张三"));
  shop.write([&](Transaction& tx) {
    storage::set_contact_state(tx, shop.id(), resolved.sender.contact.contact_id, "blocked");
  });
  CHECK(resolve(shop, text_from("1", "张三")).came_back);
}

TEST_CASE("a paired contact is known as staff until the person is switched off", "[customers][contacts][staff]") {
  test::TestShop shop;
  const auto resolved = resolve(shop, text_from("1", "店主"));
  storage::Staff boss;
  boss.name = "店主";
  boss.role = "owner";
  boss.staff_id = shop.write([&](Transaction& tx) {
    const auto id = storage::insert_staff(tx, shop.id(), boss);
    storage::pair_contact(tx, shop.id(), resolved.sender.contact.contact_id, id, test::kMonday10);
    storage::set_dialog(tx, shop.id(), resolved.sender.contact.contact_id, "{}");
    return id;
  });
  const auto known = resolve(shop, text_from("1", "店主")).sender;
  CHECK(known.staff_id == boss.staff_id);
  CHECK(known.staff_role == "owner");
  CHECK(known.staff_dialog == "{}");
  boss.active = false;
  shop.write([&](Transaction& tx) { storage::update_staff(tx, shop.id(), boss); });
  CHECK(resolve(shop, text_from("1", "店主")).sender.staff_id == 0);
}

TEST_CASE("a contact takes a new address unless somebody has it", "[customers][contacts]") {
  test::TestShop shop;
  const auto one = resolve(shop, text_from("1", "a")), two = resolve(shop, text_from("2", "b"));
  shop.write([&](Transaction& tx) {
    CHECK_FALSE(storage::move_contact_address(tx, shop.id(), one.sender.contact.contact_id, "2"));
    CHECK(storage::move_contact_address(tx, shop.id(), one.sender.contact.contact_id, "3"));
    CHECK(storage::find_contact_by_address(tx, shop.id(), kChannel, "3")->contact_id == one.sender.contact.contact_id);
    CHECK_FALSE(storage::find_contact_by_address(tx, shop.id(), kChannel, "1"));
  });
  CHECK(two.sender.contact.external_id == "2");
}

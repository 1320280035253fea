#include "handlers/merge.h"

#include <catch2/catch.hpp>

#include "handlers/attributes.h"
#include "handlers/consent.h"
#include "handlers/contacts.h"
#include "handlers/orders.h"
#include "handlers/tags.h"
#include "storage/attributes.h"
#include "storage/consents.h"
#include "storage/ledger.h"
#include "storage/merges.h"
#include "storage/messages.h"
#include "storage/notes.h"
#include "storage/orders.h"
#include "storage/phones.h"
#include "storage/purchases.h"
#include "storage/tags.h"
#include "storage/tasks.h"
#include "tests/customers/desk.h"

using namespace laoke;

namespace {

// Everything the shop knows about one customer, as text to compare.
nlohmann::json everything(test::Desk& desk, std::int64_t id) {
  return desk.run([&](const Context& c) {
    nlohmann::json all;
    const auto customer = *storage::get_customer(c.tx, c.shop_id(), id);
    const auto facts = *storage::get_facts(c.tx, c.shop_id(), id);
    all["row"] = {customer.name,     customer.search_key,  customer.email,
                  customer.birthday, customer.external_id, customer.merged_into.value_or(0)};
    all["facts"] = {facts.standing,
                    facts.opted_out,
                    facts.order_count,
                    facts.spent_minor,
                    facts.last_in_ms.value_or(0),
                    facts.first_order_ms.value_or(0),
                    facts.birthday_md.value_or(0)};
    for (const auto& x : storage::contacts_of_customer(c.tx, c.shop_id(), id)) all["contacts"].push_back(x.contact_id);
    for (const auto& x : storage::phones_of_customer(c.tx, c.shop_id(), id)) all["phones"].push_back(x.phone);
    for (const auto& x : storage::addresses_of_customer(c.tx, c.shop_id(), id))
      all["addresses"].push_back(x.address_id);
    for (const auto& x : storage::tags_of_customer(c.tx, c.shop_id(), id))
      all["tags"].push_back({x.name, x.customer_count});
    for (const auto& x : storage::attributes_of_customer(c.tx, c.shop_id(), id))
      all["attributes"].push_back({x.name, x.text_value});
    for (const auto& x : storage::notes_of_customer(c.tx, c.shop_id(), id, 50)) all["notes"].push_back(x.note_id);
    for (const auto& x : storage::list_orders_of_customer(c.tx, c.shop_id(), id, 0, 50))
      all["orders"].push_back(x.order_id);
    for (const auto& x : storage::list_purchases(c.tx, c.shop_id(), id, 5)) all["purchases"].push_back(x.order_id);
    for (const auto& x : storage::list_messages(c.tx, c.shop_id(), id, 0, 50)) all["messages"].push_back(x.message_id);
    for (const auto& x : storage::consents_of_customer(c.tx, c.shop_id(), id)) all["consents"].push_back(x.at_ms);
    for (const auto& x : storage::list_events(c.tx, c.shop_id(), id, 0, 100))
      if (x.kind != "customer.merged" && x.kind != "customer.updated") all["events"].push_back(x.event_id);
    for (const auto at : storage::marketing_sent_since(c.tx, c.shop_id(), id, 0)) all["sent"].push_back(at);
    return all;
  });
}

std::int64_t lived_in(test::Desk& desk, const std::string& name, const std::string& address, std::int64_t at_ms) {
  return desk.at(at_ms, [&](const Context& c) {
    InboundEvent event;
    event.external_id = address;
    event.display_name = name;
    event.at_ms = at_ms;
    const auto resolved = resolve_contact(c, 7, event);
    touch_sender(c, resolved.sender, event);
    const std::int64_t id = resolved.sender.contact.customer_id;
    storage::insert_message(c.tx, c.shop_id(),
                            {0, id, resolved.sender.contact.contact_id, "in", "text", "在吗", "", "", "", at_ms, {}});
    add_customer_phone(c, id, "13812345678");
    add_customer_phone(c, id, address);
    add_customer_address(c, id, {"浙江省杭州市" + name, "", "", "", "", "", "", true});
    tag_customer(c, id, "共同");
    tag_customer(c, id, name);
    set_customer_attribute(c, id, "肤质", name);
    set_customer_attribute(c, id, "只有" + name, "1");
    add_customer_note(c, id, name);
    storage::Order order;
    order.order_id = c.tx.next_id();
    order.number = order.order_id;
    order.customer_id = id;
    order.state = "paid";
    order.currency = "CNY";
    order.total_minor = 19800;
    order.created_at_ms = at_ms;
    order.placed_at_ms = order.paid_at_ms = at_ms;
    storage::insert_order(c.tx, c.shop_id(), order, {{5, "面膜", 2, 9900}});
    storage::add_purchase(c.tx, c.shop_id(), {5, id, order.order_id, 2, at_ms});
    recount_orders(c, id);
    storage::add_marketing_sent(c.tx, c.shop_id(), {"b", 9, id, ""}, test::kMonday10);
    return id;
  });
}

struct Pair {
  test::Desk desk;
  std::int64_t kept = lived_in(desk, "张三", "13900000001", test::kMonday10);
  std::int64_t merged = lived_in(desk, "三儿", "13900000002", test::kMonday10 + 1000);
  std::int64_t merge() {
    return desk.run([&](const Context& c) { return merge_customers(c, kept, merged); });
  }
};

}  // namespace

TEST_CASE("a merge brings everything of one customer to the other", "[customers][merge]") {
  Pair pair;
  pair.desk.run([&](const Context& c) {
    set_customer_field(c, pair.merged, CustomerField::kBirthday, "0308");
    return opt_out(c, pair.merged, "退订");
  });
  pair.merge();
  const auto all = everything(pair.desk, pair.kept);
  CHECK(all["contacts"].size() == 2);
  CHECK(all["phones"].size() == 3);
  CHECK(all["addresses"].size() == 2);
  CHECK(all["notes"].size() == 2);
  CHECK(all["orders"].size() == 2);
  CHECK(all["purchases"].size() == 2);
  CHECK(all["messages"].size() == 2);
  CHECK(all["consents"].size() == 1);
  const auto facts = pair.desk.facts(pair.kept);
  CHECK(facts.opted_out);
  CHECK(facts.order_count == 2);
  CHECK(facts.spent_minor == 2 * 19800);
  CHECK(facts.birthday_md == 308);
  CHECK(facts.last_in_ms == test::kMonday10 + 1000);
  for (const auto& tag : all["tags"]) CHECK(tag[1] == 1);
  CHECK(all["tags"].size() == 3);
  const auto gone = pair.desk.facts(pair.merged);
  CHECK(gone.standing == storage::kStandingMerged);
  CHECK(gone.order_count == 0);
  CHECK(pair.desk.run([&](const Context& c) { return search_customers(c, "三儿").empty(); }));
  CHECK(pair.desk.run([&](const Context& c) { return storage::living_customer(c.tx, c.shop_id(), pair.merged); }) ==
        pair.kept);
  CHECK(pair.desk.timeline(pair.kept).back() == "customer.merged");
  CHECK(pair.desk.run([](const Context& c) { return storage::open_suggestions(c.tx, c.shop_id(), 9).empty(); }));
}

TEST_CASE("an undone merge leaves both customers exactly as they were", "[customers][merge]") {
  Pair pair;
  pair.desk.run([&](const Context& c) {
    set_customer_field(c, pair.merged, CustomerField::kExternalId, "A7");
    return opt_out(c, pair.merged, "退订");
  });
  const auto kept = everything(pair.desk, pair.kept), merged = everything(pair.desk, pair.merged);
  const auto merge_id = pair.merge();
  CHECK(everything(pair.desk, pair.kept) != kept);
  pair.desk.run([&](const Context& c) { undo_merge(c, merge_id); });
  CHECK(everything(pair.desk, pair.kept) == kept);
  CHECK(everything(pair.desk, pair.merged) == merged);
  CHECK_THROWS_AS(pair.desk.run([&](const Context& c) { undo_merge(c, merge_id); }), Refusal);
}

TEST_CASE("what a contact wrote after the merge goes home with it", "[customers][merge]") {
  Pair pair;
  const auto merge_id = pair.merge();
  const auto contact = everything(pair.desk, pair.kept)["contacts"];
  pair.desk.run([&](const Context& c) {
    InboundEvent event;
    event.external_id = "13900000002";
    event.at_ms = test::kMonday10 + 5000;
    const auto resolved = resolve_contact(c, 7, event);
    CHECK(resolved.sender.contact.customer_id == pair.kept);
    touch_sender(c, resolved.sender, event);
    storage::insert_message(
        c.tx, c.shop_id(),
        {0, pair.kept, resolved.sender.contact.contact_id, "in", "text", "谢谢", "", "", "", event.at_ms, {}});
    set_customer_field(c, pair.kept, CustomerField::kEmail, "later@example.com");
    undo_merge(c, merge_id);
  });
  CHECK(everything(pair.desk, pair.merged)["messages"].size() == 2);
  CHECK(everything(pair.desk, pair.kept)["messages"].size() == 1);
  CHECK(pair.desk.facts(pair.merged).last_in_ms == test::kMonday10 + 5000);
  CHECK(pair.desk.row(pair.kept).email == "later@example.com");
}

TEST_CASE("merges that make no sense are refused", "[customers][merge]") {
  Pair pair;
  const auto third = pair.desk.customer("王五");
  const auto merge = [&](std::int64_t kept, std::int64_t merged) {
    return pair.desk.run([&](const Context& c) { return merge_customers(c, kept, merged); });
  };
  const auto first = merge(pair.kept, pair.merged);
  CHECK_THROWS_AS(merge(pair.kept, pair.kept), Refusal);
  CHECK_THROWS_AS(merge(pair.kept, 12345), Refusal);
  CHECK_THROWS_AS(merge(third, pair.merged), Refusal);
  merge(third, pair.kept);
  CHECK(pair.desk.run([&](const Context& c) { return storage::living_customer(c.tx, c.shop_id(), pair.merged); }) ==
        third);
  CHECK_THROWS_AS(pair.desk.run([&](const Context& c) { undo_merge(c, first); }), Refusal);
  pair.desk.run([&](const Context& c) { storage::set_standing(c.tx, c.shop_id(), third, storage::kStandingStaff); });
  const auto fourth = pair.desk.customer("赵六");
  CHECK_THROWS_AS(merge(fourth, third), Refusal);
}

#include "handlers/pairing.h"

#include <catch2/catch.hpp>

#include "handlers/contacts.h"
#include "tests/customers/desk.h"

using namespace laoke;

namespace {

struct Pairs {
  test::Desk desk;
  std::int64_t contact = 0, customer = 0, staff = 0;
  Pairs() {
    desk.run([&](const Context& c) {
      InboundEvent event;
      event.external_id = "1";
      event.display_name = "小美";
      const auto sender = resolve_contact(c, 7, event).sender;
      contact = sender.contact.contact_id;
      customer = sender.contact.customer_id;
      staff = storage::insert_staff(c.tx, c.shop_id(), {0, "小美", "owner", "", true, "", 0, 0});
      open_pairing(c, staff, "right");
    });
  }
  PairingOutcome attempt(const char* hash, std::int64_t later_ms = 0) {
    return desk.at(test::kMonday10 + later_ms,
                   [&](const Context& c) { return try_pairing(c, contact, customer, hash).outcome; });
  }
};

}  // namespace

TEST_CASE("a code pairs one contact once and makes its customer staff", "[customers][staff]") {
  Pairs pairs;
  CHECK(pairs.attempt("right") == PairingOutcome::kPaired);
  CHECK(pairs.desk.facts(pairs.customer).standing == storage::kStandingStaff);
  CHECK(pairs.attempt("right") == PairingOutcome::kWrong);
  CHECK(pairs.desk.run([](const Context& c) { return search_customers(c, "小美").empty(); }));
  CHECK(pairs.desk.run([&](const Context& c) { return end_pairing(c, pairs.contact); }));
  CHECK_FALSE(pairs.desk.run([&](const Context& c) { return end_pairing(c, pairs.contact); }));
  CHECK(pairs.desk.facts(pairs.customer).standing == storage::kStandingCustomer);
}

TEST_CASE("a code expires, and the empty hash is nobody's", "[customers][staff]") {
  Pairs pairs;
  CHECK(pairs.attempt("") == PairingOutcome::kWrong);
  CHECK(pairs.attempt("right", kPairingOpenMs) == PairingOutcome::kExpired);
  CHECK(pairs.attempt("right", kPairingOpenMs - 1) == PairingOutcome::kPaired);
}

TEST_CASE("five wrong codes lock the contact for fifteen minutes, even against the right one", "[customers][staff]") {
  Pairs pairs;
  for (int i = 0; i < kPairingFailures; ++i) CHECK(pairs.attempt("wrong") == PairingOutcome::kWrong);
  CHECK(pairs.attempt("right") == PairingOutcome::kLocked);
  CHECK(pairs.attempt("right", kPairingLockMs - 1) == PairingOutcome::kLocked);
  CHECK(pairs.attempt("right", kPairingLockMs) == PairingOutcome::kPaired);
}

TEST_CASE("a code is recognised however it is typed", "[customers][staff]") {
  CHECK(pairing_code_in(" abcd-2345 ") == "ABCD2345");
  CHECK(pairing_code_in("ＡＢＣＤ２３４５") == "ABCD2345");
  for (const char* typed : {"", "ABCD234", "ABCD23456", "ABCD0345", "ABCDI345", "你好你好你好你好"})
    CHECK_FALSE(pairing_code_in(typed));
}

TEST_CASE("the last thing done is undone first, and once", "[customers][staff]") {
  Pairs pairs;
  pairs.desk.run([&](const Context& c) {
    const auto first = storage::insert_undo(c.tx, c.shop_id(), pairs.staff, 1, "{\"a\":1}");
    const auto second = storage::insert_undo(c.tx, c.shop_id(), pairs.staff, 2, "{}");
    storage::insert_undo(c.tx, c.shop_id(), pairs.staff + 1, 3, "{}");
    CHECK(storage::last_undo(c.tx, c.shop_id(), pairs.staff)->undo_id == second);
    CHECK(storage::mark_undone(c.tx, c.shop_id(), second, 9));
    CHECK_FALSE(storage::mark_undone(c.tx, c.shop_id(), second, 9));
    CHECK(storage::last_undo(c.tx, c.shop_id(), pairs.staff)->undo_id == first);
    CHECK(storage::get_undo(c.tx, c.shop_id(), second)->undone_at_ms == 9);
  });
}

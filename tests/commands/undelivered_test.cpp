#include <catch2/catch.hpp>

#include "handlers/broadcasts.h"
#include "handlers/reasons.h"
#include "handlers/undelivered.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/ledger.h"
#include "storage/shops.h"
#include "tests/support/program.h"

using namespace laoke;
using laoke::test::Program;
using storage::Transaction;

namespace {

constexpr std::int64_t kFarMs = 4'000'000'000'000, kPastMs = 1'000;

// A broadcast's message to a new customer whose outcome nobody knows.
storage::DeliveryKey lose_one(storage::Database& database, const std::string& name, std::int64_t expires_at_ms) {
  return database.write([&](Transaction& tx) {
    const auto shop = *storage::find_shop(tx, "default");
    storage::Customer customer;
    customer.name = name;
    storage::Delivery delivery;
    delivery.key = {"r", 77, storage::insert_customer(tx, shop.shop_id, customer), "event:1#1"};
    delivery.klass = "notice";
    delivery.expires_at_ms = expires_at_ms;
    REQUIRE(storage::plan_delivery(tx, shop.shop_id, delivery, storage::SendLane::kFast, 0));
    delivery.state = "unknown";
    delivery.reason = reasons::kNoAnswer;
    storage::update_delivery(tx, shop.shop_id, delivery);
    note_bad_end(tx, shop.shop_id, delivery, 1'772'416'800'000);
    return delivery.key;
  });
}

std::string state_of(storage::Database& database, const storage::DeliveryKey& key) {
  return database.read([&](Transaction& tx) {
    return storage::get_delivery(tx, storage::find_shop(tx, "default")->shop_id, key)->state;
  });
}

}  // namespace

TEST_CASE("messages of unknown outcome are listed and decided about on the command line", "[cli]") {
  const Program program;
  program.run("shop list");
  storage::DatabaseOptions options;
  options.url = program.url();
  const auto database = storage::open_database(options);
  const auto anna = lose_one(*database, "Anna", kFarMs), ben = lose_one(*database, "Ben", kFarMs), cleo = lose_one(*database, "Cleo", kPastMs);
  const auto listed = program.run("undelivered list --json").json();
  REQUIRE(listed.size() == 3);
  const auto number_of = [&](const std::string& name) {
    for (const auto& one : listed)
      if (one["customer"] == name) return std::to_string(one["number"].get<std::int64_t>());
    return std::string("?");
  };
  const auto table = program.run("undelivered list").out;
  for (const char* name : {"Anna", "Ben", "Cleo"}) CHECK(table.find(name) != std::string::npos);

  SECTION("one by its number") {
    CHECK(program.run("undelivered resend " + number_of("Anna") + " --json").json() == nlohmann::json{{"resent", 1}, {"too_late", 0}});
    CHECK(state_of(*database, anna) == "due");
    CHECK(state_of(*database, ben) == "unknown");
    const auto again = program.run("undelivered resend " + number_of("Cleo"));  // its time is over
    CHECK(again.exit_code == 1);
    CHECK(state_of(*database, cleo) == "unknown");
  }
  SECTION("two are left, and are not asked about again") {
    CHECK(program.run("undelivered leave " + number_of("Anna") + " " + number_of("Ben")).exit_code == 0);
    CHECK(program.run("undelivered list --json").json().size() == 1);
    CHECK(state_of(*database, anna) == "unknown");
  }
  SECTION("all, but those too late") {
    CHECK(program.run("undelivered resend --all --json").json() == nlohmann::json{{"resent", 2}, {"too_late", 1}});
    CHECK(state_of(*database, ben) == "due");
    CHECK(state_of(*database, cleo) == "unknown");
  }
}

// Claims of many deliveries at once: what each customer is asked about is read for many together.
#include <catch2/catch.hpp>

#include "handlers/outbox.h"
#include "handlers/reasons.h"
#include "handlers/shop_settings.h"
#include "storage/consents.h"
#include "storage/messages.h"
#include "storage/sending.h"
#include "tests/support/send_desk.h"

using namespace laoke;
using test::SendDesk;
using Counts = std::map<std::string, std::int64_t>;

namespace {

constexpr int kCrowd = 150;  // three statements of 58

void use(SendDesk& desk, const ShopSettings& settings) {
  desk.in([&](const Context& context) {
    auto row = context.shop;
    row.settings = to_json_text(settings);
    storage::update_shop(context.tx, row);
  });
}

storage::Delivery marketing(std::int64_t customer, std::int64_t rule, std::int64_t now_ms) {
  storage::Delivery delivery;
  delivery.key = {"m", 0, customer, std::to_string(rule)};
  delivery.klass = "marketing";
  delivery.due_at_ms = now_ms;
  delivery.expires_at_ms = now_ms + 3 * kDayMs;
  delivery.payload = R"({"content":{"text":"新品"}})";
  return delivery;
}

void queue(SendDesk& desk, const storage::Delivery& delivery) {
  desk.in([&](const Context& context) {
    REQUIRE(storage::plan_delivery(context.tx, context.shop_id(), delivery, storage::SendLane::kBulk));
  });
}

}  // namespace

TEST_CASE("in one claim of many each customer gets their own answer and their own text", "[dispatch]") {
  SendDesk desk;
  std::vector<std::int64_t> customers;
  for (int i = 0; i < kCrowd; ++i) customers.push_back(desk.customer("客户" + std::to_string(i)));
  desk.in([&](const Context& context) {
    for (std::size_t i = 0; i < customers.size(); ++i) {
      const auto id = customers[i];
      const auto contact = storage::contacts_of_customer(context.tx, context.shop_id(), id).at(0).contact_id;
      if (i % 5 == 1) storage::set_opted_out(context.tx, context.shop_id(), id, true);
      if (i % 5 == 2) storage::set_contact_state(context.tx, context.shop_id(), contact, "blocked");
      if (i % 5 == 3) storage::add_marketing_sent(context.tx, context.shop_id(), {"b", 1, id, ""}, desk.now_ms - kHourMs);
      if (i % 5 != 4) continue;
      auto customer = *storage::get_customer(context.tx, context.shop_id(), id);
      customer.time_zone = "America/New_York";
      storage::update_customer(context.tx, context.shop_id(), customer);
    }
  });
  const auto broadcast = desk.broadcast("你好 {{customer.name}}");
  const auto claimed = desk.claim();
  REQUIRE(claimed.size() == kCrowd / 5);
  for (std::size_t i = 0; i < claimed.size(); ++i) {
    CHECK(claimed[i].key.customer_id == customers[i * 5]);
    CHECK(claimed[i].content.text == "你好 客户" + std::to_string(i * 5));
    CHECK(claimed[i].external_id == "ext-" + std::to_string(customers[i * 5]));
    CHECK(claimed[i].contact_id == desk.contact_of(customers[i * 5]));
  }
  CHECK(desk.counts(broadcast) == Counts{{"sending", 30}, {"dropped:opted_out", 30}, {"dropped:blocked", 30},
                                         {"deferred:daily_cap", 30}, {"deferred:quiet_hours", 30}});
}

TEST_CASE("two marketing messages taken up together cannot both pass the cap", "[dispatch]") {
  SendDesk desk;
  const auto mei = desk.customer("晓梅");
  for (const std::int64_t n : {1, 2, 3}) queue(desk, marketing(mei, n, desk.now_ms));
  ShopSettings settings;
  settings.marketing_per_day = 2, settings.marketing_per_week = 9;
  use(desk, settings);
  CHECK(desk.claim().size() == 2);
  CHECK(desk.delivery({"m", 0, mei, "3"}).state == "deferred");
  CHECK(desk.delivery({"m", 0, mei, "3"}).reason == reasons::kDailyCap);
}

TEST_CASE("a reply goes where marketing to the same customer waits", "[dispatch]") {
  SendDesk desk;
  const auto mei = desk.customer("晓梅"), contact = desk.contact_of(mei);
  desk.in([&](const Context& context) {
    storage::add_marketing_sent(context.tx, context.shop_id(), {"b", 1, mei, ""}, desk.now_ms - kHourMs);
    DirectMessage reply;
    reply.customer_id = mei;
    reply.contact_id = contact;
    reply.channel_id = SendDesk::kChannel;
    reply.content.text = "有货的";
    queue_message(context, reply);
  });
  const auto broadcast = desk.broadcast();
  const auto claimed = desk.claim();
  REQUIRE(claimed.size() == 1);
  CHECK(claimed[0].content.text == "有货的");
  CHECK(desk.counts(broadcast) == Counts{{"deferred:daily_cap", 1}});
}

TEST_CASE("a delivery queued for two moments is sent once", "[dispatch]") {
  SendDesk desk;
  const auto mei = desk.customer("晓梅");
  const auto delivery = marketing(mei, 1, desk.now_ms);
  queue(desk, delivery);
  ShopSettings settings;
  settings.marketing_per_day = settings.marketing_per_week = 9;
  use(desk, settings);
  desk.in([&](const Context& context) {
    storage::enqueue(context.tx, {0, storage::SendLane::kBulk, desk.now_ms - 5, context.shop_id(), delivery.key});
  });
  CHECK(desk.claim().size() == 1);
  CHECK(desk.claim().empty());
  CHECK(desk.delivery(delivery.key).attempts == 1);
}

TEST_CASE("where consent is asked for, everybody's newest word counts", "[dispatch]") {
  SendDesk desk;
  const auto yes = desk.customer("同意"), no = desk.customer("收回了"), silent = desk.customer("没说过"), other = desk.customer("别的事");
  ShopSettings settings;
  settings.ask_consent = true;
  use(desk, settings);
  desk.in([&](const Context& context) {
    const auto say = [&](std::int64_t customer, std::int64_t at_ms, bool granted, const char* kind = "marketing") {
      storage::add_consent(context.tx, context.shop_id(), customer, {at_ms, kind, granted, "customer", "好"});
    };
    say(yes, 1, false), say(yes, 2, true);
    say(no, 1, true), say(no, 2, false);
    say(other, 1, true, "profile");
  });
  const auto broadcast = desk.broadcast();
  const auto claimed = desk.claim();
  REQUIRE(claimed.size() == 1);
  CHECK(claimed[0].key.customer_id == yes);
  CHECK(desk.counts(broadcast) == Counts{{"sending", 1}, {"dropped:no_consent", 3}});
  CHECK(desk.delivery({"b", broadcast, silent, ""}).reason == reasons::kNoConsent);
}

TEST_CASE("a delivery to a customer who is not there is dropped and holds up nobody", "[dispatch]") {
  SendDesk desk;
  const auto mei = desk.customer("晓梅");
  queue(desk, marketing(987'654, 1, desk.now_ms));
  queue(desk, marketing(mei, 2, desk.now_ms));
  CHECK(desk.claim().size() == 1);
  CHECK(desk.delivery({"m", 0, 987'654, "1"}).state == "dropped");
  CHECK(desk.delivery({"m", 0, 987'654, "1"}).reason == reasons::kNotACustomer);
}

TEST_CASE("what sending must know of many customers is each one's own", "[dispatch]") {
  SendDesk desk;
  std::vector<std::int64_t> customers;
  for (int i = 0; i < 59; ++i) customers.push_back(desk.customer("客户" + std::to_string(i)));
  const auto mei = customers[58];
  desk.in([&](const Context& context) {
    storage::Contact second;
    second.channel_id = SendDesk::kChannel;
    second.external_id = "newer";
    second.customer_id = mei;
    second.last_in_ms = 50;
    storage::insert_contact(context.tx, context.shop_id(), second);
    for (const std::int64_t at_ms : {300, 100, 200}) storage::add_marketing_sent(context.tx, context.shop_id(), {"b", at_ms, mei, ""}, at_ms);
    storage::add_marketing_sent(context.tx, context.shop_id() + 1, {"b", 1, mei, ""}, 250);
  });
  customers.push_back(987'654);
  desk.in([&](const Context& context) {
    storage::SendFactsOf known;
    storage::read_send_facts(context.tx, context.shop_id(), customers, {true, false, 100}, known);
    CHECK(known.size() == 59);
    CHECK(known.count(987'654) == 0);
    const auto& facts = known.at(mei);
    REQUIRE(facts.ways.size() == 2);
    CHECK(facts.ways[0].external_id == "newer");
    CHECK(facts.marketing_sent_ms == std::vector<std::int64_t>{200, 300});
    CHECK(known.at(customers[0]).ways.size() == 1);
    CHECK(known.at(customers[0]).marketing_sent_ms.empty());
    // Asked again without marketing: what was known is replaced, not added to.
    storage::read_send_facts(context.tx, context.shop_id(), customers, {}, known);
    CHECK(known.at(mei).ways.size() == 2);
    CHECK(known.at(mei).marketing_sent_ms.empty());
    CHECK_FALSE(known.at(mei).with_marketing);
    storage::read_send_facts(context.tx, context.shop_id(), {}, {}, known);
    CHECK(known.size() == 59);
  });
}

TEST_CASE("an accepted message keeps its row's other columns and its place in the history", "[dispatch]") {
  SendDesk desk;
  const auto mei = desk.customer("晓梅");
  const auto planned = marketing(mei, 1, desk.now_ms);
  queue(desk, planned);
  const auto claimed = desk.claim().at(0);
  desk.now_ms += 500;
  desk.record(claimed, Outcome::Kind::kAccepted);
  const auto row = desk.delivery(planned.key);
  CHECK(row.state == "accepted");
  CHECK(row.attempts == 1);
  CHECK(row.contact_id == desk.contact_of(mei));
  CHECK(row.due_at_ms == planned.due_at_ms);
  CHECK(row.payload == planned.payload);
  CHECK(row.updated_at_ms == desk.now_ms);
  desk.in([&](const Context& context) {
    const auto messages = storage::list_messages(context.tx, context.shop_id(), mei, 0, 5);
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].platform_message_id == row.platform_message_id);
    CHECK(messages[0].delivery_key == storage::to_text(planned.key));
    CHECK(storage::get_facts(context.tx, context.shop_id(), mei)->last_out_ms == desk.now_ms);
    CHECK(storage::list_in_flight(context.tx).empty());
  });
}

#include <algorithm>
#include <catch2/catch.hpp>

#include "handlers/inbound.h"
#include "handlers/merge.h"
#include "handlers/pairing.h"
#include "handlers/relay.h"
#include "storage/callbacks.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/messages.h"
#include "storage/staff.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using storage::Param;
using storage::Row;
using storage::Sql;
using storage::Transaction;

namespace {

constexpr std::int64_t kChannel = 7;

// Counts what an engine behind a network would have to wait for.
class Counting final : public Transaction {
 public:
  explicit Counting(Transaction& inside) : inside_(inside) {}
  using Transaction::execute;
  using Transaction::query;
  using Transaction::submit;
  std::int64_t execute(const Sql& sql, std::span<const Param> params) override {
    waits.push_back(std::string(sql.name));
    return inside_.execute(sql, params);
  }
  void query(const Sql& sql, std::span<const Param> params, const storage::RowFn& each) override {
    waits.push_back(std::string(sql.name));
    inside_.query(sql, params, each);
  }
  void query_built(const std::string& text, std::span<const Param> params, const storage::RowFn& each) override {
    inside_.query_built(text, params, each);
  }
  std::int64_t execute_built(const std::string& text, std::span<const Param> params) override {
    return inside_.execute_built(text, params);
  }
  void submit(const Sql& sql, std::span<const Param> params) override { inside_.submit(sql, params); }
  void query_each(const Sql& sql, std::span<const std::vector<Param>> rows,
                  const std::function<void(std::size_t, const Row&)>& each) override {
    waits.push_back(std::string(sql.name));
    inside_.query_each(sql, rows, each);
  }
  std::int64_t next_id() override { return inside_.next_id(); }
  bool writable() const override { return inside_.writable(); }
  std::int64_t shared_clock_ms() override { return inside_.shared_clock_ms(); }

  std::vector<std::string> waits;

 private:
  Transaction& inside_;
};

struct Door {
  test::TestShop shop;
  std::int64_t now_ms = test::kMonday10;
  int last = 0;

  // What the database was waited for while one text took effect.
  std::vector<std::string> text_from(const std::string& address, const std::string& text) {
    const auto event = this->text(address, text);
    return shop.write([&](Transaction& tx) {
      const auto home = *storage::get_shop(tx, shop.id());
      Counting counting(tx);
      CHECK(take_event({counting, home, now_ms}, kChannel, event) == Taken::kDone);
      return counting.waits;
    });
  }
  InboundEvent text(const std::string& address, const std::string& words) {
    InboundEvent event;
    event.kind = InboundKind::kText;
    event.key = std::to_string(++last);
    event.external_id = event.display_name = address;
    event.text = words;
    event.at_ms = now_ms += 1'000;
    return event;
  }
  // Several events in one transaction, as callbacks that waited together; what the database was waited for.
  std::vector<std::string> take_together(const std::vector<InboundEvent>& events, std::vector<Taken>* taken = nullptr) {
    return shop.write([&](Transaction& tx) {
      const auto home = *storage::get_shop(tx, shop.id());
      Counting counting(tx);
      const Context context{counting, home, now_ms};
      std::vector<ChannelEvent> all;
      for (const auto& event : events) all.push_back({kChannel, &event});
      ArrivalsAhead ahead(context, all);
      if (taken) taken->clear();
      for (const auto& event : events) {
        const auto came_of_it = take_event(context, kChannel, event, ahead);
        if (taken) taken->push_back(came_of_it);
      }
      return counting.waits;
    });
  }
  std::int64_t customer_of(const std::string& address) {
    const auto known = arrival(address, "");
    return known.sender ? known.sender->contact.customer_id : 0;
  }
  std::size_t said_by(const std::string& address) {
    return shop.read([&](Transaction& tx) {
      std::size_t count = 0;
      for (const auto& message : storage::list_messages(tx, shop.id(), customer_of(address), 0, 100)) count += message.direction == "in";
      return count;
    });
  }
  storage::Arrival arrival(const std::string& address, const std::string& key) {
    return shop.read([&](Transaction& tx) { return storage::find_arrival(tx, shop.id(), kChannel, address, key); });
  }
  void pair(const std::string& address, const std::string& role) {
    shop.write([&](Transaction& tx) {
      const auto staff = storage::insert_staff(tx, shop.id(), {0, address, role, "en", true, "", 0, 0});
      const auto contact = storage::find_contact_by_address(tx, shop.id(), kChannel, address)->contact_id;
      storage::pair_contact(tx, shop.id(), contact, staff, now_ms);
    });
  }
};

}  // namespace

TEST_CASE("one question tells who wrote, whether the event came before, and whether anybody reads along", "[inbound]") {
  Door door;
  const auto nobody = door.arrival("900100", "1");
  CHECK_FALSE(nobody.taken);
  CHECK_FALSE(nobody.sender);
  CHECK_FALSE(nobody.staff_chats);

  door.text_from("900100", "在吗");
  const auto known = door.arrival("900100", "1");
  CHECK(known.taken);
  REQUIRE(known.sender);
  CHECK(known.sender->customer_name == "900100");
  CHECK_FALSE(known.sender->staff_chats);
  CHECK_FALSE(door.arrival("900100", "2").taken);
  CHECK(door.arrival("900100", "").sender->contact == known.sender->contact);

  door.text_from("900001", "我是店主");
  door.pair("900001", "owner");
  CHECK(door.arrival("900100", "1").sender->staff_chats);
  CHECK(door.arrival("a stranger", "1").staff_chats);
  CHECK(door.arrival("a stranger", "1").taken);  // the key is the channel's, not the sender's
}

TEST_CASE("an event marked although it was taken undoes its whole transaction", "[inbound]") {
  Door door;
  door.text_from("900100", "在吗");
  CHECK_THROWS_AS(door.shop.write([&](Transaction& tx) {
                    storage::mark_callback(tx, door.shop.id(), kChannel, "2", door.now_ms);
                    storage::mark_callback(tx, door.shop.id(), kChannel, "1", door.now_ms);
                  }),
                  storage::StorageError);
  CHECK_FALSE(door.arrival("900100", "2").taken);
}

TEST_CASE("a known customer's text waits for the database once", "[inbound]") {
  Door door;
  door.text_from("900100", "在吗");
  CHECK(door.text_from("900100", "多少钱") == std::vector<std::string>{"contacts.arrival"});
  // A duplicate asks no more than that either.
  InboundEvent event;
  event.kind = InboundKind::kText;
  event.key = "1";
  event.external_id = "900100";
  door.shop.write([&](Transaction& tx) {
    const auto home = *storage::get_shop(tx, door.shop.id());
    Counting counting(tx);
    CHECK(take_event({counting, home, door.now_ms}, kChannel, event) == Taken::kDuplicate);
    CHECK(counting.waits == std::vector<std::string>{"contacts.arrival"});
  });
}

TEST_CASE("a phone that was vouched for is looked up when it is new, not with every text", "[inbound][persons]") {
  Door door;
  const auto asked = [&](const std::string& phone) {
    auto event = door.text("CN.1", "在吗");
    event.phone = phone;
    const auto waits = door.take_together({event});
    return std::count(waits.begin(), waits.end(), "persons.find") > 0;
  };
  CHECK(asked("+8613800138000"));
  CHECK_FALSE(asked("+8613800138000"));
  CHECK_FALSE(asked(""));
  CHECK_FALSE(asked("+8613800138000"));
  CHECK(asked("+8613900139000"));
  CHECK_FALSE(asked("+8613900139000"));
  CHECK(door.arrival("CN.1", "").sender->contact.phone == "+8613900139000");
  SECTION("a number that is none is not read again either") {
    asked("+1");
    CHECK(door.arrival("CN.1", "").sender->contact.phone == "+1");
  }
}

TEST_CASE("a phone that is somebody else's stays a question until that is settled", "[inbound][persons]") {
  Door door;
  const auto writes = [&](const std::string& address, const std::string& phone) {
    auto event = door.text(address, "在吗");
    event.phone = phone;
    door.take_together({event});
  };
  writes("CN.1", "+8613800138000");
  const auto seller = door.customer_of("CN.1");
  door.shop.write([&](Transaction& tx) { storage::set_standing(tx, door.shop.id(), seller, storage::kStandingStaff); });
  writes("CN.2", "+8613800138000");
  const auto buyer = door.customer_of("CN.2");
  CHECK(buyer != seller);  // staff are joined with nobody
  CHECK(door.arrival("CN.2", "").sender->contact.phone.empty());
  door.shop.write([&](Transaction& tx) { storage::set_standing(tx, door.shop.id(), seller, storage::kStandingCustomer); });
  writes("CN.2", "+8613800138000");
  CHECK(door.customer_of("CN.2") == seller);
  CHECK(door.arrival("CN.2", "").sender->contact.phone == "+8613800138000");
}

TEST_CASE("texts of known customers that came together wait for the database once", "[inbound]") {
  Door door;
  for (const char* address : {"900100", "900101", "900102"}) door.text_from(address, "在吗");
  const auto waits = door.take_together({door.text("900100", "多少钱"), door.text("900101", "多少钱"), door.text("900102", "多少钱")});
  CHECK(waits == std::vector<std::string>{"contacts.arrival"});
  for (const char* address : {"900100", "900101", "900102"}) CHECK(door.said_by(address) == 2);
}

TEST_CASE("what a neighbour in the same transaction changed is asked for again", "[inbound]") {
  Door door;
  std::vector<Taken> taken;
  SECTION("a stranger who writes twice becomes one contact") {
    door.take_together({door.text("900100", "在吗"), door.text("900100", "多少钱")}, &taken);
    CHECK(taken == std::vector{Taken::kDone, Taken::kDone});
    CHECK(door.said_by("900100") == 2);
  }
  SECTION("a callback that came twice counts once") {
    const auto once = door.text("900100", "在吗");
    door.take_together({once, once, door.text("900101", "在吗")}, &taken);
    CHECK(taken == std::vector{Taken::kDone, Taken::kDuplicate, Taken::kDone});
    CHECK(door.said_by("900100") == 1);
    CHECK(door.said_by("900101") == 1);
  }
  SECTION("one person on two addresses") {
    door.text_from("900100", "在吗");
    door.text_from("900101", "在吗");
    const auto kept = door.customer_of("900100");
    door.shop.write([&](Transaction& tx) {
      const auto home = *storage::get_shop(tx, door.shop.id());
      merge_customers({tx, home, door.now_ms, {Actor::Kind::kStaff, 1}}, kept, door.customer_of("900101"));
    });
    const auto waits = door.take_together({door.text("900100", "退订"), door.text("900101", "多少钱")});
    CHECK(std::count(waits.begin(), waits.end(), "contacts.arrival") == 2);
    CHECK(door.arrival("900101", "").sender->opted_out);
  }
  SECTION("somebody is paired: from then on everybody's words are shown") {
    door.text_from("900001", "我是店主");
    door.text_from("900100", "在吗");
    const auto code = door.shop.write([&](Transaction& tx) {
      const auto home = *storage::get_shop(tx, door.shop.id());
      return issue_code({tx, home, door.now_ms}, storage::insert_staff(tx, home.shop_id, {0, "美姐", "owner", "zh-CN", true, "", 0, 0}));
    });
    const auto waits = door.take_together({door.text("900001", "绑定 " + code), door.text("900100", "多少钱")});
    CHECK(std::count(waits.begin(), waits.end(), "contacts.arrival") == 2);
    CHECK(std::count(waits.begin(), waits.end(), "staff_contacts.relay") == 1);
  }
}

TEST_CASE("what changes others than its sender is known", "[inbound]") {
  InboundEvent event;
  event.kind = GENERATE(InboundKind::kText, InboundKind::kMedia, InboundKind::kPress, InboundKind::kFollowed, InboundKind::kReceipt);
  CHECK_FALSE(reaches_others(event));
  event.person_id = "o6_bmasdasdsad6_2sgVt7hMZOPfL";
  CHECK(reaches_others(event));
  event.person_id.clear();
  event.kind = GENERATE(InboundKind::kMoved, InboundKind::kSharedPhone, InboundKind::kTagged, InboundKind::kParcel, InboundKind::kShopOrder);
  CHECK(reaches_others(event));
}

TEST_CASE("a new customer's first text reads rules, webhooks and the customer once each", "[inbound]") {
  Door door;
  const auto waits = door.take_together({door.text("900100", "在吗"), door.text("900101", "在吗")});
  for (const char* question : {"rules.enabled", "webhooks.enabled_endpoints"}) {
    INFO(question);
    CHECK(std::count(waits.begin(), waits.end(), question) <= 1);
  }
}

TEST_CASE("showing a text to the owner costs two more questions, and tags once for all", "[inbound][relay]") {
  Door door;
  for (const char* owner : {"900001", "900002"}) {
    door.text_from(owner, "我是店主");
    door.pair(owner, "owner");
  }
  door.text_from("900100", "在吗");
  const std::vector<std::string> in_burst{"contacts.arrival", "staff_contacts.relay", "deliveries.insert", "deliveries.insert"};
  CHECK(door.text_from("900100", "多少钱") == in_burst);
  door.now_ms += kBurstMs;
  const auto first = door.text_from("900100", "还在吗");
  CHECK(first.size() == in_burst.size() + 2);  // the channel's name and the customer's tags
}

TEST_CASE("a first word that could be 'pair' is looked at however it is written", "[pairing]") {
  struct Row {
    const char* text;
    bool attempt;
  };
  const Row row = GENERATE(values<Row>({
      {"pair ABCD-2345", true},
      {"/PAIR ABCD-2345", true},
      {"ｐａｉｒ ABCD-2345", true},
      {"\u200Bpair ABCD-2345", true},
      {"  绑定 ABCD-2345", true},
      {"／绑定 ABCD-2345", true},
      {"\"pair\" ABCD-2345", true},
      {"repair my bag", false},
      {"pairs are sold in twos", false},
      {"绑定了吗", false},
      {"一二三四五六七八九十一二三四五六七八九十一 ABCD-2345", false},
      {"", false},
  }));
  DYNAMIC_SECTION(row.text) { CHECK(pairing_attempt_in(row.text).has_value() == row.attempt); }
}

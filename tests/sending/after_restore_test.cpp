// A restored backup must not send again what went out after it was made.
#include "handlers/after_restore.h"

#include <catch2/catch.hpp>

#include "handlers/orders.h"
#include "handlers/outbox.h"
#include "handlers/reasons.h"
#include "handlers/reminders.h"
#include "handlers/rules.h"
#include "handlers/template_library.h"
#include "handlers/undelivered.h"
#include "storage/channels.h"
#include "tests/support/send_desk.h"

using namespace laoke;
using test::SendDesk;

namespace {

// The database as a backup holds it, looked at hours later.
struct Backup {
  Backup() {
    desk.in([](const Context& c) {
      load_stock_templates(c);
      install_stock_rules(c);
    });
  }
  void order() {
    desk.in([&](const Context& c) {
      OrderDraft draft;
      draft.customer_id = mei;
      draft.items = {{"面膜", 1, 9900}};
      record_order(c, draft);
    });
  }
  void say(const char* klass, std::int64_t due_in_ms = 0) {
    desk.in([&](const Context& c) {
      DirectMessage message;
      message.customer_id = mei;
      message.contact_id = chat;
      message.channel_id = klass == std::string("reply") && due_in_ms == 0 ? account : SendDesk::kChannel;
      message.klass = klass;
      message.content.text = "好的";
      message.due_at_ms = c.now_ms + due_in_ms;
      queue_message(c, message);
    });
  }
  std::int64_t broadcast(std::int64_t starts_in_ms, const char* rrule = "") {
    return desk.in([&](const Context& c) {
      BroadcastDraft draft;
      draft.segment = "all";
      draft.body = "上新了";
      draft.rrule = rrule;
      draft.starts_at_ms = c.now_ms + starts_in_ms;
      return start_broadcast(c, create_broadcast(c, draft).broadcast_id).broadcast_id;
    });
  }
  HeldBack restore_after(std::int64_t hours) {
    desk.now_ms += hours * kHourMs;
    return hold_back_after_restore(desk.shop.db(), desk.now_ms);
  }
  std::size_t undecided_now() {
    return desk.in([](const Context& c) { return undecided(c, 100).size(); });
  }

  SendDesk desk;
  std::int64_t mei = desk.customer("晓梅"), chat = desk.contact_of(mei);
  std::int64_t account = desk.in([](const Context& c) {
    storage::ChannelRow row;
    row.shop_id = c.shop_id();
    row.name = row.kind = "telegram";
    row.settings = "{}";
    return storage::insert_channel(c.tx, row);
  });
};

}  // namespace

TEST_CASE("what fell due between backup and restore waits for a person, and is sent once they say so", "[restore]") {
  Backup backup;
  backup.order();                   // asks for payment after two hours, and after twenty
  backup.say("reply");
  backup.say("reply", 30 * kHourMs);
  backup.say("staff");
  const auto held = backup.restore_after(5);
  CHECK(held.messages == 2);
  CHECK(held.broadcasts == 0);
  CHECK(backup.undecided_now() == 2);
  auto claimed = backup.desk.claim();
  REQUIRE(claimed.size() == 1);
  CHECK(claimed[0].klass == "staff");
  CHECK(backup.restore_after(0).messages == 0);  // a second time changes nothing
  backup.desk.in([](const Context& c) {
    for (const auto& one : undecided(c, 100)) send_again(c, one.delivery);
  });
  CHECK(backup.desk.claim().size() == 2);
  backup.desk.now_ms += 26 * kHourMs;
  CHECK(backup.desk.claim().size() == 1);  // what was due after all that
}

TEST_CASE("broadcasts that may have gone out are paused, those still ahead are not", "[restore]") {
  Backup backup;
  const auto under_way = backup.desk.broadcast();
  const auto missed = backup.broadcast(3 * kHourMs), ahead = backup.broadcast(9 * kHourMs);
  const auto daily = backup.broadcast(kHourMs, "FREQ=DAILY");
  CHECK(backup.restore_after(5).broadcasts == 3);
  CHECK(backup.desk.state(under_way) == "paused");
  CHECK(backup.desk.state(missed) == "paused");
  CHECK(backup.desk.state(daily) == "paused");
  CHECK(backup.desk.state(ahead) == "scheduled");
  backup.desk.start_due();
  backup.desk.in([&](const Context& c) { return resume_broadcast(c, missed); });
  CHECK(backup.desk.claim().empty());
  CHECK(backup.desk.state(missed) == "scheduled");
}

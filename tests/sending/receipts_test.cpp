// What a platform says of a message later, by the reference it was given or by its own id.
#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/reasons.h"
#include "handlers/receipts.h"
#include "storage/messages.h"
#include "tests/support/send_desk.h"

using namespace laoke;
using test::SendDesk;
using Counts = std::map<std::string, std::int64_t>;

namespace {

struct ReceiptStory {
  SendDesk desk;
  std::int64_t mei = desk.customer("晓梅"), broadcast = desk.broadcast();
  Claimed claimed = desk.claim().at(0);
  storage::DeliveryKey key{"b", broadcast, mei, ""};

  bool tell(ReceiptKind kind, const std::string& reference, const std::string& platform_id = "", std::int64_t channel = SendDesk::kChannel,
            bool known_sender = true) {
    InboundEvent event;
    event.kind = InboundKind::kReceipt;
    event.receipt = kind;
    event.reference = reference;
    event.platform_message_id = platform_id;
    event.at_ms = desk.now_ms;
    const auto contact_id = desk.contact_of(mei);
    return desk.in([&](const Context& context) {
      const auto contact = storage::get_contact(context.tx, context.shop_id(), contact_id).value();
      return receipt(context, channel, known_sender ? &contact : nullptr, event);
    });
  }
  std::string state() { return desk.delivery(key).state; }
  std::size_t said() {
    return desk.in([&](const Context& context) { return storage::list_messages(context.tx, context.shop_id(), mei, 0, 9).size(); });
  }
};

}  // namespace

TEST_CASE("a receipt with our reference settles what nobody knew", "[receipts]") {
  struct Row {
    ReceiptKind told;
    const char* state;
    std::size_t said;
  };
  const auto row = GENERATE(values<Row>({{ReceiptKind::kSent, "accepted", 1},
                                         {ReceiptKind::kDelivered, "delivered", 1},
                                         {ReceiptKind::kRead, "read", 1},
                                         {ReceiptKind::kFailed, "failed", 0}}));
  ReceiptStory story;
  story.desk.record(story.claimed, Outcome::Kind::kUnknown, std::string(reasons::kNoAnswer));
  CHECK(story.tell(row.told, storage::to_text(story.key), "wamid.1"));
  CHECK(story.state() == row.state);
  CHECK(story.said() == row.said);
  CHECK(story.desk.delivery(story.key).platform_message_id == "wamid.1");
  CHECK(story.desk.counts(story.broadcast)["unknown:no_answer"] == 0);
  // Told a second time it changes nothing; the platform's own id now finds it too.
  CHECK(story.tell(row.told, storage::to_text(story.key), "wamid.1"));
  CHECK(story.said() == row.said);
  if (row.said == 1) CHECK(story.tell(ReceiptKind::kRead, "", "wamid.1"));
}

TEST_CASE("a receipt may overtake the send's own answer", "[receipts]") {
  ReceiptStory story;
  REQUIRE(story.state() == "sending");
  SECTION("delivered, and then the answer") {
    CHECK(story.tell(ReceiptKind::kDelivered, storage::to_text(story.key)));
    CHECK(story.state() == "delivered");
    story.desk.record(story.claimed, Outcome::Kind::kAccepted);
    CHECK(story.state() == "delivered");
    CHECK(story.said() == 1);
    CHECK_FALSE(story.desk.delivery(story.key).platform_message_id.empty());
    story.desk.record(story.claimed, Outcome::Kind::kAccepted);
    CHECK(story.said() == 1);
  }
  SECTION("failed, and then the answer") {
    CHECK(story.tell(ReceiptKind::kFailed, storage::to_text(story.key)));
    story.desk.record(story.claimed, Outcome::Kind::kAccepted);
    CHECK(story.state() == "failed");
    CHECK(story.desk.delivery(story.key).reason == reasons::kReceiptFailed);
  }
  SECTION("that it was sent is what the answer says anyway") {
    CHECK(story.tell(ReceiptKind::kSent, storage::to_text(story.key)));
    CHECK(story.state() == "sending");
    story.desk.record(story.claimed, Outcome::Kind::kAccepted);
    CHECK(story.state() == "accepted");
  }
  SECTION("and the answer may never come") {
    CHECK(story.tell(ReceiptKind::kRead, storage::to_text(story.key)));
    story.desk.record(story.claimed, Outcome::Kind::kUnknown, std::string(reasons::kNoAnswer));
    CHECK(story.state() == "read");
  }
  CHECK(story.desk.in([](const Context& context) { return storage::list_in_flight(context.tx).empty(); }));
}

TEST_CASE("receipts come in any order and a state never goes back", "[receipts]") {
  struct Row {
    std::vector<ReceiptKind> told;
    const char* state;
  };
  using K = ReceiptKind;
  const auto row = GENERATE(values<Row>({{{K::kRead, K::kDelivered, K::kSent}, "read"},
                                         {{K::kDelivered, K::kSent, K::kRead}, "read"},
                                         {{K::kRead, K::kFailed}, "read"},
                                         {{K::kDelivered, K::kFailed}, "failed"},
                                         {{K::kFailed, K::kDelivered, K::kRead}, "failed"},
                                         {{K::kNone}, "accepted"}}));
  ReceiptStory story;
  story.desk.record(story.claimed, Outcome::Kind::kAccepted);
  for (const auto kind : row.told) story.tell(kind, storage::to_text(story.key));
  CHECK(story.state() == row.state);
  CHECK(story.desk.counts(story.broadcast)[row.state + std::string(row.state == std::string("failed") ? ":platform_reported_failure" : "")] == 1);
}

TEST_CASE("what waits to be tried again is not, once a receipt says it arrived", "[receipts]") {
  ReceiptStory story;
  story.desk.record(story.claimed, Outcome::Kind::kRetryAt, std::string(reasons::kRetry), story.desk.now_ms + 1'000);
  CHECK(story.tell(ReceiptKind::kFailed, storage::to_text(story.key)));
  CHECK(story.state() == "deferred");
  CHECK(story.tell(ReceiptKind::kDelivered, storage::to_text(story.key)));
  story.desk.now_ms += kHourMs;
  CHECK(story.desk.claim().empty());
  CHECK(story.state() == "delivered");
}

TEST_CASE("a reference that is not ours, or of another channel, moves nothing", "[receipts]") {
  ReceiptStory story;
  story.desk.record(story.claimed, Outcome::Kind::kAccepted);
  for (const char* reference : {"", "b:", "b:x:1:", "m:0:1:nobody", "b:999:999:", "我们的"})
    CHECK_FALSE(story.tell(ReceiptKind::kRead, reference, "unknown-id"));
  CHECK_FALSE(story.tell(ReceiptKind::kRead, storage::to_text(story.key), "", SendDesk::kChannel + 1, false));
  CHECK(story.state() == "accepted");
  // A sender we cannot place on the right channel is enough.
  CHECK(story.tell(ReceiptKind::kRead, storage::to_text(story.key), "", SendDesk::kChannel, false));
  CHECK(story.state() == "read");
}

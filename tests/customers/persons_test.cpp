// One person on several accounts is one customer.
#include <catch2/catch.hpp>

#include "handlers/merge.h"
#include "storage/events.h"
#include "storage/merges.h"
#include "storage/messages.h"
#include "storage/phones.h"
#include "storage/tags.h"
#include "tests/support/ways_desk.h"

using namespace laoke;
using test::WaysDesk;

namespace {

struct PersonStory {
  WaysDesk desk;
  PersonStory() {
    for (const char* kind : {"wechat", "whatsapp", "telegram"}) desk.account(kind);
  }
  std::int64_t writes(const std::string& kind, const std::string& address, const std::string& person = "", const std::string& phone = "") {
    auto event = desk.text_from(address, "在吗");
    event.person_id = person;
    event.phone = phone;
    desk.take(kind, event);
    return customer_of(kind, address);
  }
  std::int64_t customer_of(const std::string& kind, const std::string& address) {
    return desk.in([&](const Context& context) {
      return storage::find_contact_by_address(context.tx, context.shop_id(), desk.ids.at(kind), address).value().customer_id;
    });
  }
};

}  // namespace

TEST_CASE("a new address of a known person belongs to the customer we know", "[persons]") {
  PersonStory story;
  const auto first = story.writes("wechat", "o-a", "union-1");
  CHECK(story.writes("whatsapp", "w-a", "union-1") == first);
  CHECK(story.writes("telegram", "t-a", "union-2") != first);
  CHECK(story.writes("telegram", "t-b") != first);
}

TEST_CASE("what is learnt later joins two customers, with what both wrote", "[persons]") {
  PersonStory story;
  const auto first = story.writes("wechat", "o-a", "union-1");
  const auto second = story.writes("whatsapp", "w-a");
  REQUIRE(first != second);
  CHECK(story.writes("whatsapp", "w-a", "union-1") == first);
  const auto said = story.desk.in([&](const Context& context) { return storage::list_messages(context.tx, context.shop_id(), first, 0, 9); });
  CHECK(said.size() == 3);
}

TEST_CASE("a phone its platform vouches for joins, one that was typed only suggests", "[persons]") {
  PersonStory story;
  const auto vouched = story.writes("whatsapp", "w-a", "", "+86 138 0013 8000");
  CHECK(story.writes("telegram", "t-a", "", "13800138000") == vouched);
  const auto typed = story.desk.customer("手工录入");
  story.desk.in([&](const Context& context) { storage::add_phone(context.tx, context.shop_id(), typed, {"+8613900139000", "staff", 1}); });
  const auto other = story.writes("wechat", "o-b", "", "13900139000");
  CHECK(other != typed);
  const auto suggestions = story.desk.in([](const Context& context) { return storage::open_suggestions(context.tx, context.shop_id(), 9); });
  REQUIRE(suggestions.size() == 1);
  CHECK(suggestions[0].reason == "phone");
  CHECK(story.writes("wechat", "o-c", "", "not a number") != typed);
}

TEST_CASE("two whom the seller took apart are not joined again", "[persons]") {
  PersonStory story;
  const auto first = story.writes("wechat", "o-a", "union-1");
  const auto second = story.writes("whatsapp", "w-a");
  REQUIRE(story.writes("whatsapp", "w-a", "union-1") == first);
  story.desk.in([&](const Context& context) {
    CHECK(storage::suggestion_state(context.tx, context.shop_id(), first, second) == "merged");
    for (const auto& fact : storage::list_events(context.tx, context.shop_id(), first, 0, 20))
      if (fact.kind == "customer.merged") undo_merge(context, nlohmann::json::parse(fact.data).at("merge_id"));
  });
  CHECK(story.customer_of("whatsapp", "w-a") == second);
  CHECK(story.writes("whatsapp", "w-a", "union-1") == second);
}

TEST_CASE("staff are joined with nobody", "[persons]") {
  PersonStory story;
  const auto seller = story.writes("wechat", "o-s", "union-s");
  story.desk.in([&](const Context& context) { storage::set_standing(context.tx, context.shop_id(), seller, storage::kStandingStaff); });
  CHECK(story.writes("whatsapp", "w-s", "union-s") != seller);
}

TEST_CASE("who writes on three kinds of chat is one customer and gets a broadcast once", "[persons]") {
  PersonStory story;
  const auto mei = story.writes("wechat", "o-a", "union-1");
  story.writes("whatsapp", "w-a", "union-1", "13800138000");
  story.writes("telegram", "t-a", "", "+8613800138000");
  CHECK(story.customer_of("telegram", "t-a") == mei);
  const auto broadcast = story.desk.broadcast();
  story.desk.send();
  CHECK(story.desk.platform.calls().size() == 1);
  CHECK(story.desk.counts(broadcast) == std::map<std::string, std::int64_t>{{"accepted", 1}});
}

TEST_CASE("whom the seller joins by hand gets a planned broadcast once", "[persons]") {
  PersonStory story;
  const auto wechat = story.writes("wechat", "o-a"), whatsapp = story.writes("whatsapp", "w-a"), telegram = story.writes("telegram", "t-a");
  const auto broadcast = story.desk.broadcast();
  story.desk.in([&](const Context& context) {
    merge_customers(context, wechat, whatsapp);
    merge_customers(context, wechat, telegram);
  });
  story.desk.send();
  CHECK(story.desk.platform.calls().size() == 1);
  CHECK(story.desk.counts(broadcast) == std::map<std::string, std::int64_t>{{"accepted", 1}, {"dropped:not_a_customer", 2}});
}

TEST_CASE("tags put on and taken off on the platform are so here, and say where they come from", "[persons]") {
  PersonStory story;
  const auto mei = story.writes("wechat", "o-a");
  const auto tags = [&] {
    std::vector<std::string> names;
    story.desk.in([&](const Context& context) {
      names.clear();
      for (const auto& tag : storage::tags_of_customer(context.tx, context.shop_id(), mei)) names.push_back(tag.name);
    });
    return names;
  };
  auto event = story.desk.text_from("o-a", "");
  event.kind = InboundKind::kTagged;
  event.tags = {"油性皮肤", "VIP/老客, 2026", "", "///"};
  story.desk.take("wechat", event);
  CHECK(tags() == std::vector<std::string>{"VIP 老客  2026", "油性皮肤"});
  auto again = story.desk.text_from("o-a", "");
  again.kind = InboundKind::kTagged;
  again.tags = {"油性皮肤"};
  again.untags = {"VIP/老客, 2026", "从来没有过"};
  story.desk.take("wechat", again);
  CHECK(tags() == std::vector<std::string>{"油性皮肤"});
  story.desk.in([&](const Context& context) {
    for (const auto& fact : storage::list_events(context.tx, context.shop_id(), mei, 0, 20))
      if (fact.kind == "customer.tagged" || fact.kind == "customer.untagged")
        CHECK(nlohmann::json::parse(fact.data).at("source") == "platform");
  });
  // Of somebody nobody knows: nothing to do.
  auto stranger = again;
  stranger.key = "stranger";
  stranger.external_id = "nobody";
  CHECK(story.desk.take("wechat", stranger) == Taken::kDone);
}

TEST_CASE("a message its writer withdrew is kept no longer", "[persons]") {
  PersonStory story;
  auto event = story.desk.text_from("o-a", "我的卡号是 6222");
  event.media = "media-1";
  story.desk.take("wechat", event);
  const auto mei = story.customer_of("wechat", "o-a");
  auto unsent = story.desk.text_from("o-a", "");
  unsent.kind = InboundKind::kUnsent;
  const bool known = GENERATE(true, false);
  unsent.platform_message_id = known ? event.platform_message_id : "unknown";
  for (int i = 0; i < 2; ++i) {
    unsent.key = "unsent-" + std::to_string(i);
    story.desk.take("wechat", unsent);
  }
  const auto said = story.desk.in([&](const Context& context) { return storage::list_messages(context.tx, context.shop_id(), mei, 0, 9); });
  REQUIRE(said.size() == 1);
  CHECK((said[0].text.find("6222") == std::string::npos) == known);
  CHECK(said[0].media.empty() == known);
}

TEST_CASE("a number somebody only wrote as theirs suggests, and never joins", "[persons]") {
  PersonStory story;
  const auto owner = story.writes("whatsapp", "w-a", "", "+8613900139000");
  auto event = story.desk.text_from("t-a", "13900139000");
  event.kind = InboundKind::kSharedPhone;
  story.desk.take("telegram", event);
  const auto stranger = story.customer_of("telegram", "t-a");
  CHECK(stranger != owner);
  const auto suggestions = story.desk.in([&](const Context& context) { return storage::open_suggestions(context.tx, context.shop_id(), 9); });
  REQUIRE(suggestions.size() == 1);
  CHECK(suggestions[0].reason == "phone");
}

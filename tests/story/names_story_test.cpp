// Customers on platforms that tell a name only when asked.
#include <catch2/catch.hpp>

#include "bot/errands.h"
#include "handlers/calendar.h"
#include "handlers/errands.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/errands.h"
#include "tests/support/story_platforms.h"

namespace laoke::test::names_story {
namespace {

struct Names {
  explicit Names(StoryPlatform& platform) : shop(platform), errands(*shop.database, shop.channels, shop.intake, shop.sender.leases(), shop.clock) {}
  std::string customer_name(const std::string& address) {
    const auto customer_id = shop.customer_of(address);
    return shop.in([&](const Context& context) { return storage::get_customer(context.tx, context.shop_id(), customer_id).value().name; });
  }
  storage::Contact contact(const std::string& address) {
    return shop.in([&](const Context& context) {
      const auto channel_id = shop.channels.by_hook(shop.platform.kind())->row.channel_id;
      return storage::find_contact_by_address(context.tx, context.shop_id(), channel_id, address).value();
    });
  }
  std::string channel_state() {
    return shop.in([&](const Context& context) { return storage::find_channel(context.tx, context.shop_id(), shop.platform.kind())->state; });
  }
  ChannelStory shop;
  Errands errands;
};

const std::string kLineBuyer = "U00000000000000000000000000000002", kLineSeller = "U00000000000000000000000000000001";
const std::string kMetaBuyer = "6789012345670002";

}  // namespace

TEST_CASE("a new customer's name is asked for once, after the message was taken", "[story][names]") {
  LineStory line;
  MessengerStory messenger, instagram(true);
  line.fake.calls_themselves(kLineBuyer, "王小明");
  messenger.fake.calls_themselves(kMetaBuyer, {{"first_name", "小明"}, {"last_name", "王"}});
  instagram.fake.calls_themselves(kMetaBuyer, {{"name", "王小明"}, {"username", "xiaoming.w"}});
  StoryPlatform* const platform = GENERATE_REF(values<StoryPlatform*>({&line, &messenger, &instagram}));
  const std::string buyer = platform == &line ? kLineBuyer : kMetaBuyer;
  DYNAMIC_SECTION(platform->kind()) {
    Names story(*platform);
    CHECK(story.shop.writes(buyer, "在吗") == 200);
    CHECK(story.customer_name(buyer) == "顾客0002");
    CHECK(story.errands.round() == 1);
    CHECK(story.customer_name(buyer) == "王小明");
    CHECK(story.contact(buyer).display_name == "王小明");
    CHECK(story.contact(buyer).username == (platform == &instagram ? "xiaoming.w" : ""));
    CHECK(story.shop.writes(buyer, "有人吗") == 200);
    story.shop.wait(2 * kDayMs);
    story.shop.writes(buyer, "还在吗");
    CHECK(story.errands.round() == 0);
  }
}

TEST_CASE("a name that the seller gave stays when the platform's own becomes known", "[story][names]") {
  LineStory line;
  line.fake.calls_themselves(kLineBuyer, "🌸ming🌸");
  Names story(line);
  story.shop.writes(kLineBuyer, "在吗");
  story.shop.call(kLineBuyer, "李雷");
  story.errands.round();
  CHECK(story.customer_name(kLineBuyer) == "李雷");
  CHECK(story.contact(kLineBuyer).display_name == "🌸ming🌸");
}

TEST_CASE("learning a name is no sign of life: it opens no window and takes nobody's block back", "[story][names]") {
  MessengerStory messenger;
  messenger.fake.calls_themselves(kMetaBuyer, {{"first_name", "Wei"}, {"last_name", "Li"}});
  Names story(messenger);
  story.shop.writes(kMetaBuyer, "hi");
  const auto before = story.contact(kMetaBuyer);
  story.shop.in([&](const Context& context) { storage::set_contact_state(context.tx, context.shop_id(), before.contact_id, "blocked"); });
  story.shop.wait(kHourMs);
  story.errands.round();
  const auto after = story.contact(kMetaBuyer);
  CHECK(after.display_name == "Wei Li");
  CHECK(after.state == "blocked");
  CHECK(after.window_until_ms == before.window_until_ms);
  CHECK(after.last_in_ms == before.last_in_ms);
}

TEST_CASE("of a person without a profile nobody is told anything, and they are asked about again a day later", "[story][names]") {
  LineStory line;
  Names story(line);
  story.shop.pair_owner(kLineSeller, "美姐");
  story.errands.round();
  story.shop.writes(kLineBuyer, "在吗");
  CHECK(story.errands.round() == 1);
  CHECK(story.customer_name(kLineBuyer) == "顾客0002");
  story.shop.wait(kHourMs);
  story.shop.writes(kLineBuyer, "有人吗");
  CHECK(story.errands.round() == 0);
  story.shop.wait(25 * kHourMs);
  line.fake.calls_themselves(kLineBuyer, "王小明");
  story.shop.writes(kLineBuyer, "还在吗");
  CHECK(story.errands.round() == 1);
  CHECK(story.customer_name(kLineBuyer) == "王小明");
  CHECK(story.shop.got(kLineSeller, "没有做成") == 0);
}

TEST_CASE("what comes in the way of a name stops neither the account nor the next try", "[story][names]") {
  struct Row {
    const char* says;
    int status;
    const char* message;
    bool again;  // by itself
  };
  const auto row = GENERATE(values<Row>({
      {"LINE is in trouble", 500, "Internal error", true},
      {"too many questions", 429, "The API rate limit has been exceeded. Try again later.", true},
      {"the plan has no profiles", 403, "Access to this API is not available for your account", false},
      {"a refusal we do not know", 418, "I am a teapot", false},
  }));
  DYNAMIC_SECTION(row.says) {
    LineStory line;
    line.fake.calls_themselves(kLineBuyer, "王小明");
    line.fake.fail_profiles(row.status, row.message);
    Names story(line);
    story.shop.writes(kLineBuyer, "在吗");
    CHECK(story.errands.round() == 1);
    CHECK(story.channel_state() == "on");
    CHECK(story.customer_name(kLineBuyer) == "顾客0002");
    story.shop.wait(kMinuteMs);
    CHECK(story.errands.round() == (row.again ? 1 : 0));
    CHECK(story.customer_name(kLineBuyer) == (row.again ? "王小明" : "顾客0002"));
  }
}

TEST_CASE("a name that fails for hours is given up without a word to the seller", "[story][names]") {
  LineStory line;
  line.fake.fail_profiles(500, "Internal error", 100);
  Names story(line);
  story.shop.pair_owner(kLineSeller, "美姐");
  int tries = 0;
  for (int hour = 0; hour < 24; ++hour) {
    tries += story.errands.round();
    story.shop.wait(kHourMs);
  }
  CHECK(tries >= 2);
  CHECK(story.shop.in([](const Context& context) { return storage::list_errands(context.tx, context.shop_id(), 9); }).empty());
  CHECK(story.shop.got(kLineSeller, "没有做成") == 0);
}

TEST_CASE("a question that an earlier version left in the database is asked as today's", "[story][names]") {
  LineStory line;
  line.fake.calls_themselves(kLineBuyer, "王小明");
  Names story(line);
  story.shop.writes(kLineBuyer, "在吗");
  const auto channel_id = story.contact(kLineBuyer).channel_id;
  story.shop.in([&](const Context& context) {
    for (const auto& row : storage::list_errands(context.tx, context.shop_id(), 9)) storage::remove_errand(context.tx, context.shop_id(), row.errand_id);
    CHECK(enqueue_errand(context, channel_id, "look_up", {{"external_id", kLineBuyer}}));
  });
  CHECK(story.errands.round() == 1);
  CHECK(story.customer_name(kLineBuyer) == "王小明");
  CHECK(story.shop.in([](const Context& context) { return storage::list_errands(context.tx, context.shop_id(), 9); }).empty());
}

TEST_CASE("a dead token that a profile's question meets stops the account and says what to do", "[story][names]") {
  MessengerStory messenger;
  Names story(messenger);
  story.shop.writes(kMetaBuyer, "在吗");
  messenger.fake.revoke_token();
  story.errands.round();
  CHECK(story.channel_state() == "broken");
}

TEST_CASE("an errand that is no question for a profile is refused", "[names][line][messenger]") {
  FakeLine line;
  FakeMessenger messenger;
  const auto on_line = channels::find_kind("line")->make({1, 2, "line", "line", line.settings()});
  const auto on_messenger = channels::find_kind("messenger")->make({1, 2, "fb", "messenger", messenger.settings()});
  for (auto* channel : {on_line.get(), on_messenger.get()}) {
    CHECK(channel->errands() == std::vector<std::string_view>{"profile"});
    for (const char* address : {"", "../../bot/info", "U0000000000000000000000000000000g", "12 34"})
      CHECK(channel->run({"profile", "e1", {{"external_id", address}}}).status == channels::SendStatus::kRejected);
    CHECK(channel->run({"tag", "e1", {{"external_id", kLineBuyer}}}).status == channels::SendStatus::kRejected);
  }
  CHECK(line.calls("/v2/bot/bot/info") == 0);
}

TEST_CASE("names are written together the way their owners write them", "[names][messenger]") {
  struct Row {
    const char *first, *last, *name;
  };
  const auto row = GENERATE(values<Row>({
      {"小明", "王", "王小明"}, {"민준", "김", "김민준"}, {"Wei", "Li", "Wei Li"}, {"Wei", "", "Wei"}, {"", "王", "王"}, {"Émile", "Zola", "Émile Zola"}, {"小明", "Li", "小明 Li"},
  }));
  FakeMessenger fake;
  fake.calls_themselves(kMetaBuyer, {{"first_name", row.first}, {"last_name", row.last}});
  const auto channel = channels::find_kind("messenger")->make({1, 2, "fb", "messenger", fake.settings()});
  const auto outcome = channel->run({"profile", "e7", {{"external_id", kMetaBuyer}}});
  REQUIRE(outcome.learned.size() == 1);
  CHECK(outcome.learned[0].kind == InboundKind::kProfile);
  CHECK(outcome.learned[0].key == "profile:e7");
  CHECK(outcome.learned[0].display_name == row.name);
}

}  // namespace laoke::test::names_story

// Tags changed by hand on a platform, as its events tell them: all there are now. What an adapter remembered is gone after a
// restart, so what was taken off must be known without it.
#include <catch2/catch.hpp>

#include "handlers/errands.h"
#include "handlers/tags.h"
#include "storage/channels.h"
#include "storage/errands.h"
#include "storage/tags.h"
#include "tests/support/ways_desk.h"

using namespace laoke;
using test::WaysDesk;
using Names = std::vector<std::string>;

namespace {

struct TagDesk {
  explicit TagDesk(bool sync = true) {
    channel_id = desk.account("wecom");
    if (sync)
      desk.in([&](const Context& context) {
        auto settings = nlohmann::json::parse(storage::get_channel(context.tx, context.shop_id(), channel_id)->settings);
        settings["sync_tags"] = "yes";
        storage::update_channel_settings(context.tx, context.shop_id(), channel_id, settings.dump());
      });
    mei = desk.customer("晓梅");
    contact_id = desk.contact(mei, "wecom", "ext:wm1");
  }
  // A moment later the platform tells of them.
  void tells(const Names& tags, InboundKind kind = InboundKind::kTagged, std::int64_t age_ms = 0) {
    desk.clock.advance(1'000);
    auto event = desk.text_from("ext:wm1", "");
    event.kind = kind;
    event.display_name.clear();
    event.at_ms -= age_ms;
    event.tags = tags;
    CHECK(desk.take("wecom", event) == Taken::kDone);
  }
  Names has() {
    return desk.in([&](const Context& context) {
      Names names;
      for (const auto& tag : storage::tags_of_customer(context.tx, context.shop_id(), mei)) names.push_back(tag.name);
      std::sort(names.begin(), names.end());
      return names;
    });
  }
  // Put on or taken off here, and carried to the platform.
  void here(const std::string& tag, bool on, ErrandResult::Kind outcome = ErrandResult::Kind::kDone) {
    desk.clock.advance(1'000);
    desk.in([&](const Context& context) {
      if (on)
        tag_customer(context, mei, tag);
      else
        untag_customer(context, mei, tag);
    });
    desk.in([&](const Context& context) {
      for (const auto& row : storage::list_errands(context.tx, context.shop_id(), 9)) settle_errand(context, row, {outcome, "", 0, 0.5});
    });
  }

  WaysDesk desk;
  std::int64_t channel_id = 0, mei = 0, contact_id = 0;
};

}  // namespace

TEST_CASE("a tag taken off on the platform is taken off here, though nobody remembers that it was there", "[tags][restart]") {
  TagDesk shop;
  shop.tells({"A", "B"});
  CHECK(shop.has() == Names{"A", "B"});
  shop.tells({"B"});
  CHECK(shop.has() == Names{"B"});
  shop.tells({"B", "C"});
  shop.tells({});
  CHECK(shop.has().empty());
}

TEST_CASE("a tag that was put on here is taken off by the platform's word only when it was there", "[tags][restart]") {
  TagDesk shop;
  struct Row {
    const char* says;
    ErrandResult::Kind carried;
    bool stays;
  };
  const auto row = GENERATE(values<Row>({
      {"it was carried there", ErrandResult::Kind::kDone, false},
      {"it still waits", ErrandResult::Kind::kAgain, true},
      {"the platform refused it", ErrandResult::Kind::kRefused, true},
  }));
  DYNAMIC_SECTION(row.says) {
    shop.here("A", true, row.carried);
    shop.tells({});
    CHECK(shop.has() == (row.stays ? Names{"A"} : Names{}));
  }
}

TEST_CASE("an answer that is older than our own tag does not take it off", "[tags]") {
  TagDesk shop;
  shop.here("A", true);
  shop.tells({}, InboundKind::kTagged, 5'000);
  CHECK(shop.has() == Names{"A"});
  shop.tells({});
  CHECK(shop.has().empty());
}

TEST_CASE("a tag taken off here is nothing the platform can take off", "[tags]") {
  TagDesk shop;
  shop.tells({"A"});
  shop.here("A", false);
  shop.here("A", true, ErrandResult::Kind::kAgain);  // put on again, not yet carried
  shop.tells({});
  CHECK(shop.has() == Names{"A"});
}

TEST_CASE("without the setting, and of answers that name no tags, nothing is taken off", "[tags]") {
  SECTION("tags are not the same here and there") {
    TagDesk shop(false);
    shop.tells({"A"});
    shop.tells({});
    CHECK(shop.has() == Names{"A"});
  }
  SECTION("who somebody is") {
    TagDesk shop;
    shop.tells({"A"});
    shop.tells({}, InboundKind::kProfile);
    CHECK(shop.has() == Names{"A"});
  }
}

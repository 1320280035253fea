#include "handlers/segments.h"

#include <catch2/catch.hpp>

#include "handlers/broadcasts.h"
#include "handlers/rules.h"
#include "handlers/template_library.h"
#include "tests/support/segment_shop.h"

using namespace laoke;
using test::SegmentShop;

TEST_CASE("a preview shows count, first names, words and what the shop does not know", "[segment]") {
  SegmentShop shop;
  shop.with([](const Context& context) {
    const auto preview = preview_segment(context, "tag:vip last_order<30d or tag:油姓 owner:Tim bought:精化 attr.skim:x channel:mian", 1);
    CHECK(preview.count == 2);
    REQUIRE(preview.first.size() == 1);
    CHECK(preview.first[0].name == "安安");
    REQUIRE(preview.warnings.size() == 5);
    CHECK(preview.warnings[0].zh == "店里没有标签“油姓”。是不是想写“油性”？");
    CHECK(preview.warnings[0].en == "The shop has no tag “油姓”. Did you mean “油性”?");
    CHECK_THAT(preview.warnings[1].zh, Catch::Contains("负责人“Tim”。是不是想写“Tom”？"));
    CHECK_THAT(preview.warnings[2].zh, Catch::Contains("精华"));
    CHECK_THAT(preview.warnings[3].en, Catch::Contains("attr “skim”") && Catch::Contains("skin"));
    CHECK_THAT(preview.warnings[4].en, Catch::Contains("main"));
    CHECK_THAT(preview.explanation.zh, Catch::StartsWith("（标签是“vip”，且末单在最近 30 天内）"));
    CHECK(preview_segment(context, "tag:VIP -tag:油性").warnings.empty());
  });
}

TEST_CASE("a segment is saved, used inside another, replaced and removed", "[segment]") {
  SegmentShop shop;
  shop.with([](const Context& context) {
    const auto saved = save_segment(context, " @贵宾 ", "tag:VIP");
    CHECK(saved.name == "贵宾");
    CHECK(find_saved_segment(context, "@贵宾") == saved);
    CHECK(preview_segment(context, "@贵宾 -tag:过敏").count == 2);
    save_segment(context, "好客", "@贵宾 grade:A");
    CHECK(preview_segment(context, "@好客").count == 2);

    const auto again = save_segment(context, "贵宾", "tag:VIP grade:B");
    CHECK(again.segment_id == saved.segment_id);
    CHECK(preview_segment(context, "@贵宾").count == 1);
    CHECK(preview_segment(context, "@好客").count == 0);

    CHECK_THROWS_WITH(remove_segment(context, "贵宾"), Catch::Contains("好客"));
    CHECK(remove_segment(context, "好客"));
    CHECK(remove_segment(context, "@贵宾"));
    CHECK_FALSE(remove_segment(context, "贵宾"));
    CHECK(storage::list_segments(context.tx, context.shop_id()).empty());
  });
}

TEST_CASE("a saved segment that would contain itself is refused", "[segment]") {
  SegmentShop shop;
  shop.with([](const Context& context) {
    save_segment(context, "a", "tag:VIP");
    save_segment(context, "b", "@a");
    save_segment(context, "c", "@b");
    CHECK_THROWS_AS(save_segment(context, "a", "@a"), SegmentError);
    CHECK_THROWS_WITH(save_segment(context, "a", "grade:A @c"), Catch::StartsWith("Column 9:") && Catch::Contains("contain itself"));
    CHECK(find_saved_segment(context, "a")->query == "tag:VIP");
  });
}

TEST_CASE("a wrong name or query is not saved", "[segment]") {
  SegmentShop shop;
  shop.with([](const Context& context) {
    for (const auto& name : {std::string(""), std::string("@"), std::string("  "), std::string(61, 'x'), std::string("\xff")})
      CHECK_THROWS_AS(save_segment(context, name, "all"), Refusal);
    CHECK_NOTHROW(save_segment(context, std::string(60, 'x'), "all"));
    CHECK_THROWS_WITH(save_segment(context, "n", "all spend>5"), Catch::StartsWith("Column 5: there is no field “spend”"));
    CHECK_FALSE(find_saved_segment(context, "n"));
  });
}

TEST_CASE("an unknown saved segment is answered with the nearest one", "[segment]") {
  SegmentShop shop;
  shop.with([](const Context& context) {
    save_segment(context, "new customers", "all");
    try {
      shop_segment(context, "tag:VIP @\"new custommers\"");
      FAIL("accepted");
    } catch (const SegmentError& error) {
      CHECK(error.column() == 9);
      CHECK_THAT(error.message("en"), Catch::Contains("Did you mean “@\"new customers\"”?"));
    }
  });
}

TEST_CASE("a saved segment that a broadcast or a rule still counts on is not deleted", "[segment]") {
  SegmentShop shop;
  shop.with([](const Context& context) {
    load_stock_templates(context);
    save_segment(context, "贵宾", "tag:VIP");
    BroadcastDraft draft;
    draft.segment = "@贵宾 -tag:过敏";
    draft.body = "周一好";
    draft.rrule = "FREQ=WEEKLY";
    const auto broadcast = create_broadcast(context, draft).broadcast_id;
    CHECK(remove_segment(context, "贵宾"));  // a draft that nobody said yes to holds nothing
    save_segment(context, "贵宾", "tag:VIP");
    start_broadcast(context, broadcast);
    CHECK_THROWS_WITH(remove_segment(context, "贵宾"), Catch::Contains(std::to_string(broadcast)));
    pause_broadcast(context, broadcast);
    CHECK_THROWS_WITH(remove_segment(context, "贵宾"), Catch::Contains(std::to_string(broadcast)));
    cancel_broadcast(context, broadcast);
    const auto change = create_rule(context, R"({"name": "vips", "title": {"zh-CN": "贵宾", "en": "VIP"},
      "trigger": {"event": "order.placed"}, "steps": [{"offset": "+2h", "template": "unpaid_1"}], "condition": "@贵宾",
      "class": "notice", "expires": "1d"})");
    CHECK_THROWS_WITH(remove_segment(context, "贵宾"), Catch::Contains("vips"));
    remove_rule(context, change.rule.row.rule_id);
    CHECK(remove_segment(context, "贵宾"));
  });
}

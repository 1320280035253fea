#include "storage/segment_sql.h"

#include <catch2/catch.hpp>

#include "handlers/segments.h"
#include "tests/support/segment_shop.h"

using namespace laoke;
using test::SegmentShop;

namespace {

// One shop for a whole table of rows: nothing here changes it.
SegmentShop& shop() {
  static SegmentShop one;
  return one;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : " ") + name.substr(0, name.find_first_of(" _"));
  return text;
}

constexpr std::int64_t kDayMs = 86'400'000;

}  // namespace

TEST_CASE("a segment finds the customers it describes", "[segment]") {
  const auto [segment, expected] = GENERATE(table<std::string, std::string>({
      {"all", "安安 Bea 陈晨 Dora 恩 冯凤"},
      {"tag:VIP", "安安 Bea 陈晨"},
      {"tag:vip -tag:过敏", "Bea 陈晨"},
      {"tag:VIP tag:油性", "安安"},
      {"tag:VIP or tag:油性", "安安 Bea 陈晨 Dora 恩"},
      {"tag:肤质/油性", "安安 Dora 恩"},
      {"group:肤质 -tag:油性", ""},
      {"no:tag", "冯凤"},
      {"tag:没有的", ""},
      {"-tag:没有的 grade:b", "Bea"},
      {"stage:老客", "安安 陈晨"},
      {"stage!=老客 tag:VIP", "Bea"},
      {"stage:regular", "安安 陈晨"},
      {"stage:NEW", "Bea 冯凤"},
      {"stage:自定", ""},
      {"grade:a", "安安 陈晨"},
      {"last_order<30d", "安安 Bea 冯凤"},
      {"last_order>30d", "陈晨 恩"},
      {"-last_order<30d", "陈晨 Dora 恩"},
      {"last_order<20d", "安安 冯凤"},
      {"last_order<=20d", "安安 Bea 冯凤"},
      {"last_order:30d", "安安 Bea 冯凤"},
      {"last_order:today", "冯凤"},
      {"last_order:this-year", "安安 Bea 冯凤"},
      {"last_order<2026-02-20", "Bea 陈晨 恩"},
      {"last_order<=2026-02-20", "安安 Bea 陈晨 恩"},
      {"last_order:2026-02-20", "安安"},
      {"last_order>2026-02-20", "冯凤"},
      {"last_order>=2026-02-20", "安安 冯凤"},
      {"no:order", "Dora"},
      {"first_order>1y", "安安 恩"},
      {"orders>=3", "安安 陈晨"},
      {"orders=0", "Dora"},
      {"orders!=1 orders<3", "Dora 恩"},
      {"spent>=500", "安安 陈晨"},
      {"spent<500 spent>1", "Bea 恩"},
      {"spent=1", "冯凤"},
      {"bought:面膜", "安安 陈晨"},
      {"bought=面膜", ""},
      {"bought:m1", "安安"},
      {"bought:护肤 -bought:精华", "陈晨"},
      {"bought:精华", "安安"},
      {"order:placed", "安安 陈晨"},
      {"order:待付款 grade:A -order:completed", "陈晨"},
      {"city:杭州", "安安"},
      {"city=杭州", ""},
      {"city=杭州市", "安安"},
      {"(city:杭州 or city:宁波) spent>=500", "安安 陈晨"},
      {"city:DOVER", "Bea"},
      {"region:浙江 opted_out:no", "安安"},
      {"birthday:this-month", "安安 陈晨"},
      {"birthday:3月", "安安 陈晨"},
      {"birthday:03-05", "安安"},
      {"birthday:1985-03-31", "陈晨"},
      {"birthday<7d", "安安"},
      {"birthday<3d", ""},
      {"birthday<=3d", "安安"},
      {"birthday>3d", "Bea 陈晨 恩 冯凤"},
      {"birthday>2y", ""},
      {"birthday<1y", "安安 Bea 陈晨 恩 冯凤"},
      {"no:birthday", "Dora"},
      {"created<7d", "Dora 冯凤"},
      {"created>1y", "安安 恩"},
      {"last_in>14d", "Bea 恩"},
      {"no_reply>14d", "Bea 陈晨"},
      {"no_reply>10d", "Bea 陈晨 恩"},
      {"no_reply<14d", "恩"},
      {"opted_out:yes", "陈晨"},
      {"owner:小美", "安安 恩"},
      {"owner:tom", "Bea"},
      {"no:owner", "陈晨 Dora 冯凤"},
      {"language:en", "Bea Dora"},
      {"language:zh", "安安 陈晨 恩 冯凤"},
      {"language:zh-CN", "安安 陈晨 恩 冯凤"},
      {"channel:telegram", "安安"},
      {"channel:微信", "Bea"},
      {"channel:MAIN", "安安"},
      {"channel:公众号一", "Bea"},
      {"has:contact", "安安 Bea"},
      {"source:展会", "陈晨"},
      {"name:晨", "陈晨"},
      {"name:bea", "Bea"},
      {"name=be", ""},
      {"name:\"50%\"", "Dora"},
      {"name:%", "Dora"},
      {"name:_", "恩"},
      {"phone:138", "安安"},
      {"phone=138", ""},
      {"phone=13800138000", "安安"},
      {"has:phone", "安安 Bea"},
      {"email:example", "安安"},
      {"no:email", "Bea 陈晨 恩 冯凤"},
      {"referrer:安安", "Bea"},
      {"has:referrer", "Bea Dora"},
      {"has:note", "恩"},
      {"has:address", "安安 Bea 陈晨"},
      {"attr.skin:dry", "安安"},
      {"attr.skin!=dry tag:VIP", "Bea 陈晨"},
      {"attr.size:42", "安安 Bea"},
      {"attr.size>=41", "安安"},
      {"attr.size<41.5", "陈晨"},
      {"attr.trial:是", "安安"},
      {"attr.trial:no", "陈晨"},
      {"attr.due:today", "安安"},
      {"attr.due<30d", "安安 陈晨"},
      {"attr.due>5d", "陈晨"},
      {"attr.due>=2026-03-02", "安安 恩"},
      {"attr.due:next-month", "恩"},
      {"has:attr.skin", "安安 Bea"},
      {"attr.none:x", ""},
      {"name:\"' OR 1=1 --\"", ""},
      {"tag:\"x'); DROP TABLE tags; --\" or tag:VIP", "安安 Bea 陈晨"},
  }));
  CAPTURE(segment);
  CHECK(joined(shop().audience(segment)) == expected);
}

TEST_CASE("and, or and not of segments are those of their audiences", "[segment]") {
  static const std::vector<std::string> terms = {
      "all",           "tag:VIP",        "tag:油性",       "tag:没有的",   "last_order<30d", "last_order>30d", "bought:面膜",
      "attr.due<30d",  "attr.size:42",   "birthday<7d",    "no_reply>10d", "owner:小美",     "group:肤质",     "no:phone",
      "spent>=500",    "channel:微信",   "birthday>100d",  "last_in<2w",   "first_order<1y", "opted_out:yes",  "language:en"};
  const auto everybody = shop().ids("all");
  for (const auto& a : terms) {
    const auto left = shop().ids(a);
    std::set<std::int64_t> rest;
    std::set_difference(everybody.begin(), everybody.end(), left.begin(), left.end(), std::inserter(rest, rest.end()));
    CAPTURE(a);
    CHECK(shop().ids("-(" + a + ")") == rest);
    for (const auto& b : terms) {
      CAPTURE(b);
      const auto right = shop().ids(b);
      std::set<std::int64_t> both, either;
      std::set_intersection(left.begin(), left.end(), right.begin(), right.end(), std::inserter(both, both.end()));
      std::set_union(left.begin(), left.end(), right.begin(), right.end(), std::inserter(either, either.end()));
      CHECK(shop().ids(a + " " + b) == both);
      CHECK(shop().ids(a + " or " + b) == either);
    }
  }
}

TEST_CASE("calendar words mean the shop's own days", "[segment]") {
  // Monday 10:00 in Shanghai is still Sunday evening in New York.
  SegmentShop own;
  CHECK(joined(own.audience("last_order:today")) == "冯凤");
  CHECK(joined(own.audience("last_order:this-week")) == "冯凤");
  own.run("UPDATE shops SET time_zone = 'America/New_York' WHERE shop_id = $1");
  CHECK(joined(own.audience("last_order:today")) == "冯凤");
  CHECK(joined(own.audience("last_order:last-week", test::kMonday10 + 5 * kDayMs)) == "冯凤");
  CHECK(joined(own.audience("last_order:this-month")) == "冯凤");
  CHECK(joined(own.audience("last_order:last-month", test::kMonday10 + 3 * 3'600'000)) == "安安 Bea");
  own.run("UPDATE shops SET time_zone = 'Nowhere/Atall' WHERE shop_id = $1");
  CHECK(joined(own.audience("last_order:today")) == "冯凤");
}

TEST_CASE("a birthday on 29 February is kept on the 28th in common years", "[segment]") {
  const std::int64_t day = 1'772'208'000'000;  // 2026-02-28 00:00 in Shanghai
  CHECK(joined(shop().audience("birthday:today", day)) == "Bea");
  CHECK(joined(shop().audience("birthday:today", day - kDayMs)) == "");
  CHECK(joined(shop().audience("birthday:today", day + kDayMs)) == "");
  const std::int64_t leap = 1'835'280'000'000;  // 2028-02-28 00:00 in Shanghai
  CHECK(joined(shop().audience("birthday:today", leap)) == "");
  CHECK(joined(shop().audience("birthday:today", leap + kDayMs)) == "Bea");
}

TEST_CASE("birthdays to come run over New Year", "[segment]") {
  const std::int64_t day = 1'798'560'000'000;  // 2026-12-30 00:00 in Shanghai
  CHECK(joined(shop().audience("birthday<7d", day)) == "恩 冯凤");
  CHECK(joined(shop().audience("birthday<2d", day)) == "恩");
  CHECK(joined(shop().audience("birthday:next-month", day)) == "冯凤");
}

TEST_CASE("nothing a person typed is part of the statement", "[segment]") {
  const std::string text = GENERATE(
      "tag:zzz", "-tag:zzz", "group:zzz", "stage:zzz", "grade:zzz", "bought:zzz", "bought=zzz", "city:zzz", "region=zzz", "owner:zzz",
      "language:zzz", "channel:zzz", "source:zzz", "name:zzz", "email:zzz", "referrer:zzz", "attr.zzz:zzz", "has:attr.zzz",
      "attr.zzz:zzz or tag:zzz");
  CAPTURE(text);
  shop().with([&](const Context& context) {
    const auto compiled =
        storage::compile_segment(context.tx, context.shop, shop_segment(context, text), context.now_ms);
    CHECK_THAT(compiled.from_where, !Catch::Contains("zzz"));
  });
}

TEST_CASE("the largest segment a seller may type runs", "[segment]") {
  std::string text = "tag:VIP";
  for (int i = 1; i < 100; ++i) text += std::string(i % 2 == 0 ? " " : " or ") + (i % 3 == 0 ? "bought:面膜" : "attr.size:42");
  CHECK(joined(shop().audience(text)) != "");
  CHECK(joined(shop().audience(std::string(19, '(') + "tag:VIP" + std::string(19, ')'))) == "安安 Bea 陈晨");
}

TEST_CASE("customers of another shop are never in an audience", "[segment]") {
  SegmentShop own;
  own.run("INSERT INTO customer_facts SELECT $1 + 1, 77, 0, 0, '老客', 'A', 0, 0, 0, 1, 1, 0, 0, 305, 70");
  own.run("INSERT INTO customer_tags SELECT $1 + 1, 1, 77, 0");
  CHECK(own.ids("tag:VIP or all").count(77) == 0);
}

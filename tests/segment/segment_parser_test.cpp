#include "handlers/segment/parser.h"

#include <catch2/catch.hpp>

#include "handlers/segment/explain.h"

using namespace laoke;
using storage::SegmentCompare;
using storage::SegmentField;
using storage::SegmentNode;
using storage::SegmentPeriod;
using storage::SegmentQuery;
using storage::SegmentTerm;
using storage::SegmentThing;
using storage::SegmentTime;
using storage::SegmentUnit;
using NodeKind = SegmentNode::Kind;

namespace {

storage::Shop cny_shop() {
  storage::Shop shop;
  shop.shop_id = 1;
  shop.time_zone = "Asia/Shanghai";
  shop.language = "zh-CN";
  shop.currency = "CNY";
  return shop;
}

const std::map<std::string, std::string> kSaved = {
    {"新客", "tag:新 first_order<30d"}, {"twice", "@新客 or @新客"}, {"loop", "tag:a @pool"},
    {"pool", "@loop"},                  {"broken", "tag:a spend>5"}, {"two words", "tag:x"},
};

SegmentQuery parse(std::string_view text) {
  return parse_segment(text, cny_shop(), [](const std::string& name) -> std::optional<std::string> {
    const auto found = kSaved.find(name);
    return found == kSaved.end() ? std::nullopt : std::optional(found->second);
  });
}

SegmentFault fault_of(std::string_view text) {
  try {
    parse(text);
  } catch (const SegmentError& error) {
    return error.fault();
  }
  FAIL("accepted: " << text);
  return {};
}

SegmentTerm term_of(std::string_view text) {
  const auto query = parse(text);
  REQUIRE(query.root.kind == NodeKind::kTerm);
  return query.root.term;
}

// The shape of a query: tags by their names, everything else by '?'.
std::string shape(const SegmentNode& node) {
  switch (node.kind) {
    case NodeKind::kAll: return "all";
    case NodeKind::kTerm: return node.term.field == SegmentField::kTag ? node.term.text : "?";
    case NodeKind::kNot: return "-" + shape(node.children.front());
    default: break;
  }
  std::string text;
  for (const auto& child : node.children) text += (text.empty() ? "" : node.kind == NodeKind::kAnd ? "&" : "|") + shape(child);
  return "(" + text + ")";
}

std::string repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("conditions combine as a seller expects", "[segment]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"tag:a", "a"},
      {"tag:a tag:b", "(a&b)"},
      {"tag:a and tag:b 且 tag:c", "(a&b&c)"},
      {"tag:a or tag:b tag:c", "(a|(b&c))"},
      {"(tag:a or tag:b) tag:c", "((a|b)&c)"},
      {"tag:a 或 tag:b 或者 tag:c", "(a|b|c)"},
      {"-tag:a", "-a"},
      {"not tag:a", "-a"},
      {"非 标签:a", "-a"},
      {"非标签:a", "-a"},
      {"－标签：a", "-a"},
      {"--tag:a", "a"},
      {"-(tag:a or tag:b)", "-(a|b)"},
      {"tag!=a", "-a"},
      {"tag != a", "-a"},
      {"tag≠a", "-a"},
      {"-tag!=a", "a"},
      {"all", "all"},
      {"全部", "all"},
      {"all -tag:a", "-a"},
      {"(((tag:a)))", "a"},
      {"（标签：a或者 标签：b", "!"},
      {"（标签：a 或者 标签：b）标签：c", "((a|b)&c)"},
      {"  tag:a\t\n tag:b\u3000tag:c ", "(a&b&c)"},
      {"tag: a", "a"},
      {"tag:\"a b\"", "a b"},
      {"tag:“a b” tag:「c (d)」 tag:'e:f'", "(a b&c (d)&e:f)"},
      {R"(tag:"say \"hi\" \\ ok")", R"(say "hi" \ ok)"},
      {"tag:or tag:-5", "(or&-5)"},
      {"tag:油-性", "油-性"},
      {"tag:👩‍👩‍👧", "👩‍👩‍👧"},
      {"TAG:a Or Tag:b", "(a|b)"},
      {"@新客", "(新&?)"},
      {"@新客 tag:z", "(新&?&z)"},
      {"tag:z or @新客", "(z|(新&?))"},
      {"-@新客", "-(新&?)"},
      {"@\"two words\"", "x"},
      {"@twice", "((新&?)|(新&?))"},
  }));
  CAPTURE(text);
  if (expected == "!")
    CHECK_THROWS_AS(parse(text), SegmentError);
  else
    CHECK(shape(parse(text).root) == expected);
}

TEST_CASE("every field has an English and a Chinese name that mean the same", "[segment]") {
  const auto [english, chinese] = GENERATE(table<std::string, std::string>({
      {"tag:a", "标签:a"},
      {"group:a", "标签组:a"},
      {"stage:a", "阶段：a"},
      {"stage:老客", "阶段:老客"},
      {"grade:A", "等级:A"},
      {"last_order<30d", "末单＜30天"},
      {"first_order:this-month", "首单:本月"},
      {"orders>=3", "订单数≥３"},
      {"spent>=12.5", "消费>=12.5元"},
      {"bought:a", "买过:a"},
      {"order:placed", "订单:待付款"},
      {"city:a", "城市:a"},
      {"region:a", "地区:a"},
      {"birthday:next-month", "生日:下月"},
      {"birthday<7d", "生日<7天"},
      {"birthday:11", "生日:11月"},
      {"birthday:11-01", "生日:11月1日"},
      {"birthday:1990-11-01", "生日:1990年11月1日"},
      {"created>2026-11-01", "建档>2026/11/1"},
      {"last_in>2w", "来信>两周"},
      {"no_reply>6m", "未回复>半年"},
      {"opted_out:yes", "退订:是"},
      {"owner:a", "负责人:a"},
      {"language:en", "语言:en"},
      {"channel:telegram", "渠道:telegram"},
      {"source:a", "来源:a"},
      {"name:a", "姓名:a"},
      {"phone:138", "电话:138"},
      {"email:a", "邮箱:a"},
      {"referrer:a", "推荐人:a"},
      {"attr.skin:a", "属性.skin:a"},
      {"has:phone", "有:电话"},
      {"no:birthday", "无:生日"},
      {"no:birthday", "没有:生日"},
      {"has:attr.skin", "有:属性.skin"},
  }));
  CAPTURE(english, chinese);
  auto left = parse(english).root, right = parse(chinese).root;
  REQUIRE(left.kind == right.kind);
  auto& a = left.kind == NodeKind::kNot ? left.children.front().term : left.term;
  auto& b = right.kind == NodeKind::kNot ? right.children.front().term : right.term;
  b.text = a.text;  // as typed, in either language
  CHECK(a == b);
}

TEST_CASE("values are read as their field wants them", "[segment]") {
  SECTION("amounts are in the shop's smallest unit") {
    CHECK(term_of("spent>=500").integer == 50000);
    CHECK(term_of("spent>12.5").integer == 1250);
    CHECK(term_of("spent>=¥1,280").integer == 128000);
  }
  SECTION("ages") {
    const auto [text, amount, unit] = GENERATE(table<std::string, int, SegmentUnit>({
        {"30d", 30, SegmentUnit::kDays},
        {"2w", 2, SegmentUnit::kWeeks},
        {"6m", 6, SegmentUnit::kMonths},
        {"1y", 1, SegmentUnit::kYears},
        {"3h", 3, SegmentUnit::kHours},
        {"30天", 30, SegmentUnit::kDays},
        {"三个月", 3, SegmentUnit::kMonths},
        {"１０天", 10, SegmentUnit::kDays},
    }));
    const auto term = term_of("last_order<" + text);
    REQUIRE(term.time);
    CHECK(term.time->amount == amount);
    CHECK(term.time->unit == unit);
  }
  SECTION("an attribute keeps every reading its value allows") {
    const auto one = term_of("attr.level=1");
    CHECK(one.number == 1.0);
    CHECK(one.yes == true);
    CHECK(!one.time);
    CHECK(term_of("attr.due<2026-11-01").time->year == 2026);
    CHECK(term_of("attr.\"skin type\":油性").attribute == "skin type");
    CHECK(term_of("attr.size:1e400").number == std::nullopt);
  }
  SECTION("a channel may be a kind in Chinese or the name of one") {
    CHECK(term_of("channel:微信").code == "wechat");
    CHECK(term_of("channel:shop2").code == "shop2");
  }
  SECTION("a phone is its digits") { CHECK(term_of("phone:\"+86 138-0013\"").text == "861380013"); }
}

TEST_CASE("a wrong segment is refused at the right column", "[segment]") {
  const auto [text, code, column] = GENERATE(table<std::string, std::string, int>({
      {"", "segment.empty", 1},
      {"   ", "segment.empty", 4},
      {"tga:a", "segment.unknown_field", 1},
      {"标签:油性 标鉴:干", "segment.unknown_field", 7},
      {"张三", "segment.bare_word", 1},
      {"tag:a 张三", "segment.bare_word", 7},
      {"\"a b\"", "segment.bare_word", 1},
      {"tag", "segment.missing_compare", 1},
      {"tag:", "segment.missing_value", 4},
      {"tag:(", "segment.missing_value", 4},
      {"tag:a or", "segment.missing_term", 9},
      {"or tag:a", "segment.missing_term", 1},
      {"tag:a or or tag:b", "segment.missing_term", 10},
      {"()", "segment.missing_term", 2},
      {"-", "segment.missing_term", 2},
      {"(tag:a", "segment.open_group", 1},
      {"tag:a)", "segment.stray_close", 6},
      {")", "segment.stray_close", 1},
      {"tag:\"a", "segment.open_quote", 5},
      {"tag:「a", "segment.open_quote", 5},
      {"tag:a=b", "segment.stray_compare", 6},
      {":a", "segment.stray_compare", 1},
      {"tag:\"\"", "segment.bad_value", 5},
      {"tag<a", "segment.bad_compare", 4},
      {"标签:a 消费>=很多", "segment.bad_value", 10},
      {"spent>5USD", "segment.bad_value", 7},
      {"spent>12.345", "segment.bad_value", 7},
      {"orders>=1.5", "segment.bad_value", 9},
      {"orders>-1", "segment.bad_value", 8},
      {"last_order<30", "segment.bad_value", 12},
      {"last_order<11-01", "segment.bad_value", 12},
      {"last_order:2026-02-30", "segment.bad_value", 12},
      {"last_order<0d", "segment.bad_value", 12},
      {"last_order<99999999999999999999d", "segment.bad_value", 12},
      {"birthday<11-01", "segment.bad_value", 10},
      {"birthday<3h", "segment.bad_value", 10},
      {"birthday:13", "segment.bad_value", 10},
      {"no_reply>today", "segment.bad_value", 10},
      {"opted_out:maybe", "segment.bad_value", 11},
      {"order:lost", "segment.bad_value", 7},
      {"has:money", "segment.bad_value", 5},
      {"phone:1", "segment.bad_value", 7},
      {"phone:abc", "segment.bad_value", 7},
      {"attr:a", "segment.missing_attribute", 1},
      {"attr.x<tall", "segment.bad_value", 8},
      {"@", "segment.missing_name", 1},
      {"@ 新客", "segment.missing_name", 1},
      {"tag:a @nobody", "segment.unknown_saved", 7},
      {"tag:a @loop", "segment.in_saved", 7},
      {"@broken", "segment.in_saved", 1},
      {"tag:\xff", "segment.not_text", 1},
      {std::string("tag:a\0b", 7), "segment.not_text", 1},
  }));
  CAPTURE(text);
  const auto fault = fault_of(text);
  CHECK(fault.code == code);
  CHECK(fault.column == column);
}

TEST_CASE("limits are held and named", "[segment]") {
  CHECK_NOTHROW(parse(repeat("(", 20) + "tag:a" + repeat(")", 20)));
  CHECK(fault_of(repeat("(", 21) + "tag:a" + repeat(")", 21)).code == "segment.too_deep");
  CHECK(fault_of(repeat("-", 3999)).code == "segment.too_deep");
  CHECK_NOTHROW(parse(repeat("tag:a ", 100)));
  CHECK(fault_of(repeat("tag:a ", 101)).code == "segment.too_many");
  CHECK(fault_of(repeat("@twice ", 26)).code == "segment.in_saved");
  CHECK_NOTHROW(parse("tag:" + repeat("油", 3996)));
  CHECK(fault_of("tag:" + repeat("油", 3997)).code == "segment.too_long");
  CHECK(fault_of(repeat("x", 100'000)).code == "segment.too_long");
}

TEST_CASE("an error tells what is meant and what is allowed, in both languages", "[segment]") {
  const auto [text, chinese, english] = GENERATE(table<std::string, std::string, std::string>({
      {"标签:油性 标鉴:干", "第 7 个字：没有“标鉴”这个条件。是不是想写“标签”？可以用：标签、标签组", "Column 7: there is no field “标鉴”."},
      {"last_ordr<30d", "是不是想写“last_order”？", "Did you mean “last_order”? Allowed: tag, group"},
      {"order:shiped", "是不是想写“shipped”？", "Allowed: enquiry, placed, paid"},
      {"last_order<30", "可以用：30d、2w", "Allowed: 30d, 2w, 6m, 1y, today"},
      {"张三", "是不是想写“标签:张三”？", "Did you mean “tag:张三”?"},
      {"tag<a", "不能用“<”来比。是不是想写“标签:油性皮肤”？可以用：: = !=。", "Did you mean “tag:VIP”?"},
      {"@broken", "分组“broken”里有错，第 7 个字：没有“spend”这个条件。是不是想写“spent”", "the segment “broken” has a fault. Column 7"},
      {"@loop", "不能包含它自己", "cannot contain itself"},
      {"spent>5USD", "可以用：CNY 的金额", "an amount in CNY"},
  }));
  CAPTURE(text);
  try {
    parse(text);
    FAIL("accepted");
  } catch (const SegmentError& error) {
    CHECK_THAT(error.message("zh-CN"), Catch::Contains(chinese));
    CHECK_THAT(error.message("en"), Catch::Contains(english));
  }
}

TEST_CASE("a segment is explained in words", "[segment]") {
  const auto [text, chinese, english] = GENERATE(table<std::string, std::string, std::string>({
      {"all", "所有客户", "every customer"},
      {"tag:油性 -tag:过敏", "标签是“油性”，且并非标签是“过敏”", "tag is “油性”, and not tag is “过敏”"},
      {"(city:a or city:b) spent>=500", "（城市含“a”，或城市含“b”），且消费不少于 ¥500.00",
       "(city holds “a”, or city holds “b”), and spent at least CN¥500.00"},
      {"last_order<30d", "末单在最近 30 天内", "last order within the last 30 days"},
      {"last_order>1y", "末单距今超过 1 年", "last order more than 1 year ago"},
      {"last_order<2026-11-01", "末单早于 “2026-11-01”", "last order before “2026-11-01”"},
      {"birthday<7d", "生日在今后 7 天内", "birthday within the coming 7 days"},
      {"no:phone", "并非有电话", "not has phone"},
      {"attr.skin:dry", "skin是“dry”", "skin is “dry”"},
      {"order:placed opted_out:no", "订单是待付款，且退订是否", "order is placed, and opted out is no"},
  }));
  CAPTURE(text);
  const auto said = explain_segment(parse(text), cny_shop());
  CHECK(said.zh == chinese);
  CHECK(said.en == english);
}

TEST_CASE("every example of the help is a segment", "[segment]") {
  for (const std::string language : {"zh-CN", "en"}) {
    std::istringstream lines(segment_help().in(language));
    int read = 0;
    std::string line;
    while (std::getline(lines, line) && line.find(' ') == std::string::npos && line.find("，") == std::string::npos) {
      if (line.starts_with("条件")) break;
      CAPTURE(line);
      CHECK_NOTHROW(parse(line));
      ++read;
    }
    CHECK(read == 27);
  }
}

TEST_CASE("a value is quoted exactly when it has to be", "[segment]") {
  const std::string value = GENERATE("油性", "a b", "a\"b\\c", "（x）", "a:b", "", "“q”", "a<b", "x.y");
  CAPTURE(value);
  const std::string quoted = quoted_segment_value(value);
  CHECK((quoted == value) == (value == "油性"));
  if (!value.empty()) CHECK(term_of("tag:" + quoted).text == value);
}

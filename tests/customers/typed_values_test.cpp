#include <catch2/catch.hpp>

#include "handlers/attributes.h"
#include "handlers/birthdays.h"
#include "handlers/consent.h"
#include "handlers/phone_numbers.h"
#include "handlers/regions.h"
#include "handlers/tags.h"

using namespace laoke;

TEST_CASE("phone numbers are understood as people write them", "[customers][phones]") {
  struct Row {
    const char *typed, *country, *e164;
  };
  const auto row = GENERATE(values<Row>({
      {"13812345678", "CN", "+8613812345678"},
      {"138 1234-5678", "CN", "+8613812345678"},
      {"+86 138 1234 5678", "US", "+8613812345678"},
      {"１３８１２３４５６７８", "CN", "+8613812345678"},
      {"0571-88886666", "CN", "+8657188886666"},
      {"(650) 253-0000", "US", "+16502530000"},
      {"1381234567", "CN", ""},
      {"138123456789012345678", "CN", ""},
      {"张三", "CN", ""},
      {"", "CN", ""},
      {"13812345678 张三", "CN", ""},
      {"+999 123", "CN", ""},
  }));
  INFO(row.typed);
  CHECK(phone_in(row.typed, row.country).value_or("") == row.e164);
  CHECK(static_cast<bool>(phone_from(row.typed, row.country)) == (row.e164[0] != '\0'));
}

TEST_CASE("a refused phone number says what is allowed in both languages", "[customers][phones]") {
  const auto refused = phone_from("12", "CN");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().zh.find("12") != std::string::npos);
  CHECK(refused.error().zh.find("不是中国的电话号码") != std::string::npos);
  CHECK(refused.error().en.find("no phone number (China)") != std::string::npos);
  CHECK_FALSE(phone_from(std::string(100'000, '1'), "CN"));
  CHECK(shown_phone("+8613812345678", "CN") == "138 1234 5678");
  CHECK(shown_phone("+16502530000", "CN") == "+1 650-253-0000");
}

TEST_CASE("birthdays are understood with and without a year", "[customers][birthdays]") {
  struct Row {
    const char *typed, *stored;
  };
  const auto row = GENERATE(values<Row>({
      {"1990-03-08", "1990-03-08"},
      {"1990/3/8", "1990-03-08"},
      {"1990.3.8", "1990-03-08"},
      {"19900308", "1990-03-08"},
      {"1990年3月8日", "1990-03-08"},
      {"3月8日", "--03-08"},
      {"3月8号", "--03-08"},
      {"0308", "--03-08"},
      {"03-08", "--03-08"},
      {"--03-08", "--03-08"},
      {"３月８日", "--03-08"},
      {"2月29日", "--02-29"},
      {"2000-02-29", "2000-02-29"},
      {"1999-02-29", ""},
      {"2月30日", ""},
      {"13月1日", ""},
      {"1899-01-01", ""},
      {"2026-03-03", ""},
      {"2026-03-02", "2026-03-02"},
      {"2027-01-01", ""},
      {"昨天", ""},
      {"", ""},
      {"1-2-3-4", ""},
      {"99999999999999", ""},
      {"308", ""},
      {"1990-03-08x", ""},
  }));
  INFO(row.typed);
  const auto read = birthday_from(row.typed, {2026, 3, 2});
  CHECK((read ? *read : "") == row.stored);
}

TEST_CASE("birthdays are shown in the reader's language", "[customers][birthdays]") {
  CHECK(shown_birthday("1990-03-08", "zh-CN") == "1990年3月8日");
  CHECK(shown_birthday("--02-29", "zh-CN") == "2月29日");
  CHECK(shown_birthday("--02-29", "en") == "29 Feb");
  CHECK(shown_birthday("1990-03-08", "en") == "8 Mar 1990");
  CHECK(shown_birthday("", "en").empty());
}

TEST_CASE("only a whole message opts out or in", "[customers][consent]") {
  struct Row {
    const char* message;
    ConsentWish wish;
  };
  const auto out = ConsentWish::kOptOut, in = ConsentWish::kOptIn, none = ConsentWish::kNone;
  const auto row = GENERATE_COPY(values<Row>({
      {"退订", out},
      {" 退订。 ", out},
      {"【退订】", out},
      {"TD", out},
      {"td!", out},
      {"T", out},
      {"ＴＤ", out},
      {"Stop", out},
      {"STOP ALL", out},
      {"/stop", out},
      {"unsubscribe.", out},
      {"取消订阅", out},
      {"退\xE2\x80\x8B订", out},
      {"退訂", out},
      {"退订🙏", out},
      {"*STOP* ❤️", out},
      {"— stop —\n", out},
      {"TD\n\n😡😡", out},
      {"🙏", none},
      {"🛑", none},
      {"stop/", none},
      {"订阅", in},
      {"START", in},
      {"恢复订阅", in},
      {"subscribe", in},
      {"/start", none},
      {"怎么退订", none},
      {"please stop sending", none},
      {"TDK", none},
      {"订阅号在哪", none},
      {"", none},
      {"。", none},
      {"start abc", none},
      {"stop the order", none},
  }));
  INFO(row.message);
  CHECK(consent_wish(row.message) == row.wish);
}

TEST_CASE("tag names are read with their group and refused with a reason", "[customers][tags]") {
  CHECK(*tag_name_from("油性皮肤") == TagName{"", "油性皮肤"});
  CHECK(*tag_name_from(" #VIP ") == TagName{"", "VIP"});
  CHECK(*tag_name_from("肤质 / 油性") == TagName{"肤质", "油性"});
  for (const std::string typed : {"", "#", "a,b", "a、b", "\"a\"", "肤质/", "a(b)", "\xE2\x80\x8B"})
    CHECK_FALSE(tag_name_from(typed));
  CHECK_FALSE(tag_name_from(std::string(kMaxTagCodePoints + 1, 'x')));
  CHECK(tag_name_from(std::string(kMaxTagCodePoints, 'x')));
  CHECK(tag_list_from("油性；敏感, 油性、vip|新\n") == std::vector<std::string>{"油性", "敏感", "vip", "新"});
  CHECK(tag_list_from(" ; ").empty());
}

TEST_CASE("attributes take the type of what is written", "[customers][attributes]") {
  struct Row {
    const char *typed, *kind, *text;
    double number;
  };
  const auto row = GENERATE(values<Row>({
      {"油性", "text", "油性", 0},
      {"42", "number", "42", 42},
      {"-3.5", "number", "-3.5", -3.5},
      {"0.5", "number", "0.5", 0.5},
      {"007", "text", "007", 0},
      {"13812345678901234", "text", "13812345678901234", 0},
      {"1e5", "text", "1e5", 0},
      {"-", "text", "-", 0},
      {"2026-03-08", "date", "2026-03-08", 1772928000000.0},
      {"2026年3月8日", "date", "2026-03-08", 1772928000000.0},
      {"2026-02-30", "text", "2026-02-30", 0},
      {"是", "yesno", "1", 1},
      {"NO", "yesno", "0", 0},
      {"nan", "text", "nan", 0},
  }));
  INFO(row.typed);
  const auto attribute = attribute_from(" Skin ", row.typed);
  REQUIRE(attribute);
  CHECK(attribute->name == "skin");
  CHECK(attribute->kind == row.kind);
  CHECK(attribute->text_value == row.text);
  CHECK(attribute->number_value.value_or(0) == row.number);
}

TEST_CASE("an attribute without a name or far too long is refused", "[customers][attributes]") {
  CHECK_FALSE(attribute_from(" ", "x"));
  CHECK_FALSE(attribute_from(std::string(51, 'x'), "x"));
  CHECK_FALSE(attribute_from("x", std::string(100'000, 'x')));
}

TEST_CASE("province and city are recognised in an address", "[customers][addresses]") {
  struct Row {
    const char *line, *region, *city;
  };
  const auto row = GENERATE(values<Row>({
      {"浙江省杭州市西湖区文三路1号", "浙江", "杭州"},
      {"浙江杭州西湖区文三路", "浙江", "杭州"},
      {"杭州市西湖区", "浙江", "杭州"},
      {"杭州西湖区", "浙江", "杭州"},
      {"北京市朝阳区建国路", "北京", "北京"},
      {"北京 朝阳", "北京", "北京"},
      {"上海浦东新区", "上海", "上海"},
      {"广西壮族自治区南宁市青秀区", "广西", "南宁"},
      {"内蒙古自治区锡林郭勒盟", "内蒙古", "锡林郭勒"},
      {"吉林市船营区", "吉林", "吉林"},
      {"吉林省吉林市", "吉林", "吉林"},
      {"海南省海口市", "海南", "海口"},
      {"青海省海南州共和县", "青海", "海南"},
      {"新疆维吾尔自治区喀什地区", "新疆", "喀什"},
      {"香港特别行政区中环", "香港", "香港"},
      {"中国四川省成都市", "四川", "成都"},
      {"浙江省 义乌市", "浙江", "义乌"},
      {"张三 浙江省宁波市江北区", "浙江", "宁波"},
      {"朝阳区建国路88号", "", ""},
      {"上海路5号", "", ""},
      {"10 Downing Street, London", "", ""},
      {"", "", ""},
      {"云南大理白族自治州", "云南", "大理"},
  }));
  INFO(row.line);
  CHECK(region_of_address(row.line) == Region{row.region, row.city});
  CHECK(provinces().size() == 34);
}

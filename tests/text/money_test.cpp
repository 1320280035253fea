#include "handlers/money.h"

#include <catch2/catch.hpp>

using namespace laoke;

TEST_CASE("amounts are read as sellers write them", "[text][money]") {
  const auto [text, home, amount, currency] = GENERATE(table<std::string, std::string, std::int64_t, std::string>({
      {"198", "CNY", 19800, "CNY"},
      {"198.5", "CNY", 19850, "CNY"},
      {"198.50", "CNY", 19850, "CNY"},
      {".5", "CNY", -1, "money.unreadable"},
      {"¥198", "CNY", 19800, "CNY"},
      {"￥１９８", "CNY", 19800, "CNY"},
      {"198元", "CNY", 19800, "CNY"},
      {"¥198元", "CNY", 19800, "CNY"},
      {"198 块", "CNY", 19800, "CNY"},
      {"1,280.00", "CNY", 128000, "CNY"},
      {"1,234,567", "CNY", 123456700, "CNY"},
      {"US$12", "CNY", 1200, "USD"},
      {"$12", "CNY", 1200, "USD"},
      {"$12", "HKD", 1200, "HKD"},
      {"12 usd", "CNY", 1200, "USD"},
      {"EUR 9.99", "CNY", 999, "EUR"},
      {"¥1500", "JPY", 1500, "JPY"},
      {"1500日元", "CNY", 1500, "JPY"},
      {"200元", "TWD", 20000, "TWD"},
      {"1.234", "KWD", 1234, "KWD"},
      {"0", "CNY", 0, "CNY"},
      {"10000000000", "CNY", 1'000'000'000'000, "CNY"},
      {"10000000000.01", "CNY", -1, "money.too_large"},
      {"99999999999999999999999999", "CNY", -1, "money.too_large"},
      {"", "CNY", -1, "money.missing"},
      {"  ", "CNY", -1, "money.missing"},
      {"-5", "CNY", -1, "money.negative"},
      {"12,5", "CNY", -1, "money.unreadable"},
      {"1,28,000", "CNY", -1, "money.unreadable"},
      {",128", "CNY", -1, "money.unreadable"},
      {"1280,000", "CNY", -1, "money.unreadable"},
      {"1.280", "CNY", -1, "money.too_many_digits"},
      {"1.280,00", "CNY", -1, "money.unreadable"},
      {"12.", "CNY", -1, "money.unreadable"},
      {"1 280", "CNY", -1, "money.unreadable"},
      {"abc", "CNY", -1, "money.unreadable"},
      {"12 苹果", "CNY", -1, "money.unknown_currency"},
      {"12 XYZ", "CNY", -1, "money.unknown_currency"},
      {"US$12元", "CNY", -1, "money.unreadable"},
      {"1500.5", "JPY", -1, "money.no_digits"},
      {"1e5", "CNY", -1, "money.unreadable"},
      {"NaN", "CNY", -1, "money.unreadable"},
  }));
  CAPTURE(text, home);
  const auto parsed = parse_money(text, home);
  if (const auto* refused = std::get_if<Phrase>(&parsed)) {
    CHECK(refused->key == currency);
    CHECK(amount == -1);
    CHECK_FALSE(say("zh-CN", *refused).empty());
    CHECK_FALSE(say("en", *refused).empty());
  } else {
    CHECK(std::get<Money>(parsed) == Money{amount, currency});
  }
}

TEST_CASE("money is shown as the reader's language writes it", "[text][money]") {
  CHECK(format_money(19800, "CNY", "zh-CN") == "¥198.00");
  CHECK(format_money(1200, "USD", "en") == "$12.00");
  CHECK(format_money(1200, "USD", "zh-CN") == "US$12.00");
  CHECK(format_money(128000, "CNY", "zh-CN") == "¥1,280.00");
  CHECK(format_money(1500, "JPY", "en") == "¥1,500");
  CHECK(format_money(5, "CNY", "zh") == "¥0.05");
  CHECK(format_money(500, "???", "en") == "5.00 ???");
}

TEST_CASE("money in files has a point and no sign", "[text][money]") {
  CHECK(decimal_text(19800, "CNY") == "198.00");
  CHECK(decimal_text(5, "CNY") == "0.05");
  CHECK(decimal_text(-5, "CNY") == "-0.05");
  CHECK(decimal_text(1500, "JPY") == "1500");
  CHECK(decimal_text(1234, "KWD") == "1.234");
  CHECK(decimal_text(INT64_MIN, "CNY") == "-92233720368547758.08");
}

TEST_CASE("only real currencies have digits", "[text][money]") {
  CHECK(minor_digits("CNY") == 2);
  CHECK(minor_digits("JPY") == 0);
  CHECK(minor_digits("KWD") == 3);
  CHECK_FALSE(minor_digits("XYZ"));
  CHECK_FALSE(minor_digits("cny"));
  CHECK_FALSE(minor_digits(""));
  CHECK_FALSE(minor_digits("人"));
}

#include "bot/channels/shops/shop_fields.h"

#include <catch2/catch.hpp>

using namespace laoke::channels;
using namespace laoke::channels::shops;
using nlohmann::json;

TEST_CASE("amounts are read exactly, whatever the currency", "[shops]") {
  const auto [text, currency, minor] = GENERATE(table<std::string, std::string, std::int64_t>({
      {"199.00", "CNY", 19900}, {"0.10", "CNY", 10}, {"0.20", "CNY", 20}, {"0.1", "CNY", 10}, {"12", "CNY", 1200}, {".5", "CNY", 50},
      {"", "CNY", 0}, {"-10.00", "CNY", -1000}, {"1280", "JPY", 1280}, {"1280.00", "JPY", 1280}, {"1.234", "KWD", 1234},
      {"33.333333", "CNY", 3333}, {"0.005", "CNY", 1}, {"9007199254.99", "CNY", 900719925499},
  }));
  CAPTURE(text, currency);
  CHECK(minor_of(text, currency) == minor);
}

TEST_CASE("what is no amount is refused", "[shops]") {
  const auto [text, currency] = GENERATE(table<std::string, std::string>({
      {"12,50", "CNY"}, {"1e3", "CNY"}, {"--1", "CNY"}, {"1.2.3", "CNY"}, {"一百", "CNY"}, {"12", "XXZ"}, {"12", ""},
      {"99999999999999999999", "CNY"}, {"10000000000.01", "CNY"}, {"0.00000000000000000000000000000000001", "CNY"},
  }));
  CAPTURE(text, currency);
  CHECK_THROWS_AS(minor_of(text, currency), BadPayload);
}

TEST_CASE("times are read with their zone, or in the one that is meant", "[shops]") {
  const auto [text, zone, at_ms] = GENERATE(table<std::string, std::string, std::int64_t>({
      {"2026-01-03T10:15:00+08:00", "UTC", 1767406500000}, {"2026-01-03T02:15:00Z", "UTC", 1767406500000}, {"2026-01-03T02:15:00", "UTC", 1767406500000},
      {"2026-01-03 10:15:00", "Asia/Shanghai", 1767406500000}, {"2026-01-03T02:15:00.123Z", "UTC", 1767406500000}, {"2026-01-02T21:15:00-0500", "UTC", 1767406500000},
      {"", "UTC", 0}, {"yesterday", "UTC", 0}, {"2026-02-30T00:00:00Z", "UTC", 0}, {"2026-01-03T25:00:00Z", "UTC", 0}, {"2026-01-03T10:15:00+99:00", "UTC", 0},
      {"2026-01-03T10:15:00 o'clock", "UTC", 0}, {"0000-00-00 00:00:00", "UTC", 0}, {"2026-01-03T10:15:61Z", "UTC", 0},
  }));
  CAPTURE(text, zone);
  CHECK(time_of(text, zone) == at_ms);
}

TEST_CASE("ids beyond a double's precision stay as they are", "[shops]") {
  const json body = json::parse(R"({"id":820982911946154509,"text":"0727","none":null,"half":1.5,"list":[1]})");
  CHECK(id_of(body, "id") == "820982911946154509");
  CHECK(id_of(body, "text") == "0727");
  for (const char* wrong : {"none", "half", "list", "absent"}) CHECK_THROWS_AS(id_of(body, wrong), BadPayload);
  CHECK(text_of(body, "half") == "1.5");
  CHECK(text_of(json(3), "id").empty());
  CHECK(list_of(body, "id").empty());
  CHECK(object_of(body, "list").empty());
}

#include "handlers/carriers.h"

#include <catch2/catch.hpp>
#include <set>

#include "handlers/carriers_table.h"

using namespace laoke;

TEST_CASE("a carrier is found by what sellers type", "[orders][carriers]") {
  const auto [typed, code] = GENERATE(table<const char*, const char*>({
      {"顺丰", "sf"}, {"SF", "sf"}, {"顺丰快递", "sf"}, {"顺丰速运", "sf"}, {"ｓｆ", "sf"}, {"sf express", "sf"},
      {"中通", "zto"}, {"ZTO", "zto"}, {"圆通速递", "yto"}, {"圆通", "yto"}, {"申通", "sto"}, {"韵达", "yunda"},
      {"极兔", "jt"}, {"J&T", "jt"}, {"J&T Express", "jt"}, {"京东", "jd"}, {"JD", "jd"}, {"EMS", "ems"}, {"邮政", "chinapost"},
      {"德邦", "deppon"}, {"DBL", "deppon"}, {"百世", "best"}, {"菜鸟", "danniao"}, {"丹鸟", "danniao"}, {"安能物流", "ane"},
      {"DHL", "dhl"}, {"FedEx", "fedex"}, {"fed ex", "fedex"}, {"UPS", "ups"}, {"USPS", "usps"}, {"TNT", "tnt"},
      {"Aramex", "aramex"}, {"royal mail", "royalmail"}, {"Japan Post", "japanpost"}, {"黑猫", "yamato"}, {"佐川急便", "sagawa"},
      {"Correos", "correos"}, {"DPD", "dpd"}, {"GLS", "gls"}, {"闪送", "shansong"},
  }));
  CAPTURE(typed);
  const auto* carrier = find_carrier(typed);
  REQUIRE(carrier != nullptr);
  CHECK(carrier->code == code);
}

TEST_CASE("an unknown carrier is answered with the nearest name", "[orders][carriers]") {
  CHECK(find_carrier("") == nullptr);
  CHECK(carrier_typed("顺风").error().zh == "没有快递公司“顺风”，是不是“顺丰速运”？");
  CHECK(carrier_typed("fedx").error().en == "there is no carrier 'fedx'; do you mean FedEx?");
  CHECK(carrier_typed("某某某某").error().zh.find("顺丰、中通") != std::string::npos);
}

TEST_CASE("a tracking number alone names who may have given it", "[orders][carriers]") {
  struct Row {
    const char* number;
    const char* country;
    const char* first;
    int certainty;
  };
  const auto row = GENERATE(values<Row>({
      {"SF1234567890123", "CN", "sf", 3},
      {"sf 1234 5678 90123", "CN", "sf", 3},
      {"ＳＦ１２３４５６７８９０", "CN", "sf", 3},
      {"YT8823456789012", "CN", "yto", 3},
      {"JT3012345678901", "CN", "jt", 3},
      {"JDVA01234567890-1-1-", "CN", "jd", 3},
      {"773012345678901", "CN", "sto", 3},
      {"78123456789012", "CN", "zto", 2},
      {"431234567890123", "CN", "yunda", 2},
      {"9876543210987", "CN", "chinapost", 2},
      {"DPK202512345678", "CN", "deppon", 3},
      {"EE123456785CN", "CN", "ems", 3},
      {"RB123456785GB", "GB", "royalmail", 3},
      {"1Z5R89390357567127", "US", "ups", 3},
      {"986578788855", "US", "fedex", 2},
  }));
  CAPTURE(row.number);
  const auto guesses = guess_carriers(row.number, row.country);
  REQUIRE_FALSE(guesses.empty());
  CHECK(guesses[0].carrier->code == row.first);
  CHECK(guesses[0].certainty == row.certainty);
}

TEST_CASE("a wrong check digit rules the carrier out", "[orders][carriers]") {
  CHECK(guess_carriers("RB123456786GB").empty());
  CHECK(guess_carriers("1Z5R89390357567128").empty());
  for (const auto& guess : guess_carriers("986578788856", "US")) CHECK(guess.carrier->code != "fedex");
}

TEST_CASE("what cannot be a tracking number is none", "[orders][carriers]") {
  for (const auto* typed : {"", "12345", "abcdefgh", "SF123'; DROP", "面膜123456", "SF/../../1234"}) {
    CAPTURE(typed);
    CHECK(tracking_number(typed).empty());
    CHECK(guess_carriers(typed).empty());
  }
  CHECK(tracking_number(std::string(5000, '1')).empty());
  CHECK(tracking_number(" sf1234 567 890 ") == "SF1234567890");
}

TEST_CASE("a parcel can be followed by its link", "[orders][carriers]") {
  CHECK(tracking_url("sf", "SF1234567890") == "https://www.kuaidi100.com/chaxun?com=shunfeng&nu=SF1234567890");
  CHECK(tracking_url("shansong", "123456").empty());
  CHECK(tracking_url("nobody", "123456").empty());
  CHECK(tracking_url("sf", "").empty());
  CHECK(carrier_name("sf", "zh-CN") == "顺丰速运");
  CHECK(carrier_name("sf", "en") == "SF Express");
  CHECK(carrier_name("old-code", "en") == "old-code");
}

TEST_CASE("the table of carriers is sound", "[orders][carriers]") {
  std::set<std::string_view> codes;
  for (const auto& carrier : carriers()) {
    CAPTURE(carrier.code);
    CHECK(codes.insert(carrier.code).second);
    CHECK_FALSE(carrier.name.zh.empty());
    CHECK_FALSE(carrier.name.en.empty());
    if (!carrier.tracking_url.empty()) {
      CHECK(carrier.tracking_url.starts_with("https://"));
      CHECK(carrier.tracking_url.find("{}") != std::string_view::npos);
    }
    CHECK(find_carrier(carrier.name.zh) == &carrier);
    CHECK(find_carrier(carrier.name.en) == &carrier);
    for (const auto alias : carrier.aliases) CHECK(find_carrier(alias) == &carrier);
  }
  for (const auto& pattern : number_patterns()) CHECK(codes.contains(pattern.carrier));
}

#include <catch2/catch.hpp>

#include "bot/channels/channel.h"
#include "bot/channels/parcels/aftership_push.h"
#include "bot/channels/parcels/form.h"
#include "bot/channels/parcels/kuaidi100_push.h"
#include "bot/channels/parcels/service.h"
#include "bot/channels/parcels/seventeentrack_push.h"
#include "handlers/carriers.h"
#include "handlers/crypto.h"
#include "handlers/outside_events.h"
#include "handlers/parcel_services.h"

using namespace laoke;
using namespace laoke::channels;
using namespace laoke::channels::parcels;
using nlohmann::json;

namespace {

// The vectors of the services' fact sheet: texts, keys and signatures as printed there.
const std::string kK1Param =
    R"({"status":"polling","billstatus":"","message":"","autoCheck":"0","comOld":"","comNew":"","lastResult":{"message":"ok","state":"5","status":"200","condition":"","ischeck":"0","com":"yuantong","nu":"YT0000000000001","data":[{"time":"2026-01-03 09:12:00","ftime":"2026-01-03 09:12:00","context":"[杭州市] 快件正在派送","status":"派件","areaCode":"CN330100000000","areaName":"浙江,杭州市"}]}})";
const std::string kK1Sign = "24A344C3C4BB4242090C3AA6437B6EE6";
const std::string kT1Body =
    R"({"event":"TRACKING_UPDATED","data":{"number":"RR000000001CN","carrier":3011,"tag":"ship-42","track_info":{"latest_status":{"status":"InTransit","sub_status":"InTransit_PickedUp"}}}})";
const std::string kT1Sign = "78a27770137b3dcfafe2392eecbe5cf2f758d4ad96be0b9f7daafc245d579853";
const std::string kA1Body =
    R"({"event":"tracking_update","event_id":"6f1c1b1e-0000-4000-8000-000000000001","is_tracking_first_tag":true,"msg":{"id":"trk_0001","tracking_number":"SF0000000000001","slug":"sf-express","tag":"OutForDelivery","subtag":"OutForDelivery_001"},"ts":1767398400})";
const std::string kA1Sign = "NNjajogceYjK2Y5QYbJolWEaxfiuVDEMTsMAwGiZIsU=";

std::unique_ptr<Channel> account(const char* kind, const json& more = json::object()) {
  const std::map<std::string, json> settings = {
      {"kuaidi100", {{"key", "LaokeKey001"}, {"salt", "laokeSalt01"}, {"token", "c0ffee"}}},
      {"17track", {{"key", "LAOKE17TOKEN0001"}}},
      {"aftership", {{"key", "asat_fake_key"}, {"webhook_secret", "laoke-aftership-secret"}}}};
  json all = settings.at(kind);
  all.update(more);
  return find_kind(kind)->make({1, 2, "parcels", kind, all});
}

RawRequest kuaidi100_push(const std::string& param, const std::string& sign, const std::string& token = "c0ffee") {
  return {"POST", form_body({{"param", param}, {"sign", sign}}), {}, {{"t", token}}};
}

RawRequest pushed(const std::string& body, const char* header, const std::string& value) {
  return {"POST", body, {{header, value}}, {}};
}

ParcelUpdate only_news(const std::vector<InboundEvent>& events) {
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == InboundKind::kParcel);
  CHECK(events[0].key.size() == 64);
  CHECK(events[0].external_id.empty());
  REQUIRE(events[0].parcel);
  return *events[0].parcel;
}

const CarrierCodes kCodes100(Service::kKuaidi100, ""), kCodes17(Service::k17Track, ""), kCodesShip(Service::kAfterShip, "");

}  // namespace

TEST_CASE("kuaidi100 is believed by token and signature, in either case of letters", "[parcels]") {
  const auto channel = account("kuaidi100");
  CHECK(kK1Param.size() == 404);
  CHECK(channel->authentic(kuaidi100_push(kK1Param, kK1Sign)));
  std::string small = kK1Sign;
  for (auto& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  CHECK(channel->authentic(kuaidi100_push(kK1Param, small)));
  CHECK_FALSE(channel->authentic(kuaidi100_push(kK1Param, "")));
  CHECK_FALSE(channel->authentic(kuaidi100_push(kK1Param, kK1Sign, "wrong")));
  CHECK_FALSE(channel->authentic({"POST", form_body({{"param", kK1Param}}), {}, {{"t", "c0ffee"}}}));
  CHECK_FALSE(channel->authentic({"POST", form_body({{"param", kK1Param}, {"sign", kK1Sign}}), {}, {}}));
  CHECK_FALSE(channel->authentic(kuaidi100_push(json::parse(kK1Param).dump(), kK1Sign)));  // the same, its members in another order
  std::string tampered = kK1Param;
  tampered.replace(tampered.find("\"5\""), 3, "\"3\"");
  CHECK_FALSE(channel->authentic(kuaidi100_push(tampered, kK1Sign)));
  CHECK_FALSE(account("kuaidi100", {{"salt", "another"}})->authentic(kuaidi100_push(kK1Param, kK1Sign)));
  const auto answer = channel->answer(kuaidi100_push(kK1Param, kK1Sign), std::nullopt);
  CHECK(answer.status == 200);
  CHECK(json::parse(answer.body)["result"] == true);
  CHECK(json::parse(answer.body)["returnCode"] == "200");
}

TEST_CASE("17track is believed by the digest of body, slash and key, and aftership by its HMAC", "[parcels]") {
  struct Case {
    const char* kind;
    const char* header;
    std::string body, sign;
  };
  const std::vector<Case> cases = {{"17track", "sign", kT1Body, kT1Sign}, {"aftership", "aftership-hmac-sha256", kA1Body, kA1Sign}};
  for (const auto& one : cases) DYNAMIC_SECTION(one.kind) {
    const auto channel = account(one.kind);
    CHECK(channel->authentic(pushed(one.body, one.header, one.sign)));
    CHECK_FALSE(channel->authentic(pushed(one.body, "x-other", one.sign)));
    CHECK_FALSE(channel->authentic(pushed(one.body, one.header, "")));
    CHECK_FALSE(channel->authentic(pushed(one.body + " ", one.header, one.sign)));
    CHECK_FALSE(channel->authentic(pushed(json::parse(one.body).dump(1), one.header, one.sign)));
    CHECK(channel->answer(pushed(one.body, one.header, one.sign), std::nullopt).status == 200);
  }
  CHECK(kT1Body.size() == 181);
  CHECK(kA1Body.size() == 255);
  // An HMAC in place of the digest is a mistake many make.
  CHECK_FALSE(account("17track")->authentic(pushed(kT1Body, "sign", crypto::hmac_sha256_hex("LAOKE17TOKEN0001", kT1Body))));
  const auto renamed = account("aftership", {{"signature_header", "AM-Webhook-Signature"}});
  CHECK(renamed->authentic(pushed(kA1Body, "am-webhook-signature", "hmac-sha256=" + kA1Sign)));
  CHECK_FALSE(renamed->authentic(pushed(kA1Body, "aftership-hmac-sha256", kA1Sign)));
}

TEST_CASE("a push of kuaidi100 is news of one parcel in China's time", "[parcels]") {
  const auto news = only_news(account("kuaidi100")->parse(kuaidi100_push(kK1Param, kK1Sign)));
  CHECK(news.tracking_no == "YT0000000000001");
  CHECK(news.carrier == "yto");
  CHECK(news.new_carrier.empty());
  CHECK(news.stage == ParcelStage::kOutForDelivery);
  CHECK(news.at_ms == 1'767'402'720'000);  // 2026-01-03 01:12 UTC
  CHECK(news.first_at_ms == news.at_ms);
  CHECK(news.text == "[杭州市] 快件正在派送");
  CHECK_FALSE(news.stopped);
}

TEST_CASE("the states of kuaidi100 are stages, also those it has made since", "[parcels]") {
  using S = ParcelStage;
  const auto [state, stage] = GENERATE(table<std::string, ParcelStage>({
      {"1", S::kShipped}, {"103", S::kShipped}, {"101", S::kLabelCreated}, {"102", S::kLabelCreated}, {"0", S::kInTransit},
      {"1001", S::kInTransit}, {"1002", S::kInTransit}, {"1003", S::kInTransit}, {"1009", S::kInTransit}, {"7", S::kInTransit},
      {"5", S::kOutForDelivery}, {"501", S::kReadyForPickup}, {"502", S::kOutForDelivery}, {"3", S::kDelivered}, {"301", S::kDelivered},
      {"302", S::kDelivered}, {"303", S::kDelivered}, {"304", S::kDelivered}, {"2", S::kException}, {"201", S::kException},
      {"210", S::kException}, {"299", S::kException}, {"4", S::kReturned}, {"401", S::kReturned}, {"14", S::kException},
      {"6", S::kReturned}, {"8", S::kInTransit}, {"10", S::kInTransit}, {"13", S::kInTransit}, {"99", S::kInTransit}, {"999", S::kInTransit},
      {"", S::kInTransit}, {"signed", S::kInTransit},
  }));
  CAPTURE(state);
  CHECK(kuaidi100_stage(state) == stage);
}

TEST_CASE("what kuaidi100 says beside the state is understood", "[parcels]") {
  auto push = json::parse(kK1Param);
  const auto news = [&] { return only_news(parse_kuaidi100_push(push.dump(), kCodes100)); };
  SECTION("it gave up without a single row") {
    push["status"] = "abort";
    push["message"] = "3天查询无记录";
    push["lastResult"]["data"] = json::array();
    CHECK(news().stopped);
    CHECK(news().stage == ParcelStage::kStale);
    CHECK(news().text == "3天查询无记录");
  }
  SECTION("it went on with another carrier: nobody needs to know") {
    push["status"] = "abort";
    push["autoCheck"] = "0";
    push["comNew"] = "shentong";
    push["lastResult"]["data"] = json::array();
    CHECK_FALSE(news().stopped);
    CHECK(news().new_carrier == "sto");
    CHECK(news().stage == ParcelStage::kLabelCreated);
  }
  SECTION("pushes after that carry the new carrier") {
    push["autoCheck"] = "1";
    push["comOld"] = "yuantong";
    push["comNew"] = "shentong";
    push["lastResult"]["com"] = "shentong";
    CHECK(news().carrier == "sto");
    CHECK(news().new_carrier == "sto");
  }
  SECTION("a state as a number") {
    push["lastResult"]["state"] = 3;
    CHECK(news().stage == ParcelStage::kDelivered);
  }
  SECTION("signed without a state") {
    push["lastResult"].erase("state");
    push["lastResult"]["ischeck"] = "1";
    CHECK(news().stage == ParcelStage::kDelivered);
  }
  SECTION("rows in any order, some of them broken") {
    push["lastResult"]["data"] = {nullptr, {{"context", "没有时间"}}, {{"ftime", "2026-01-02 08:00:00"}, {"context", "揽收"}},
                                  {{"ftime", "2026-01-03 10:00:00"}, {"context", "派送"}}, {{"time", "昨天"}, {"context", 7}}};
    CHECK(news().text == "派送");
    CHECK(news().at_ms - news().first_at_ms == 26 * 3'600'000);
  }
  SECTION("a carrier we do not know, and none at all") {
    push["lastResult"]["com"] = "xinfengwuliu";
    CHECK(news().carrier.empty());
    push["lastResult"].erase("com");
    CHECK(news().carrier.empty());
  }
  SECTION("three hundred kilobytes of rows") {
    json rows = json::array();
    for (int i = 0; i < 3'000; ++i) rows.push_back({{"ftime", "2026-01-01 00:00:00"}, {"context", std::string(90, 'x')}});
    push["lastResult"]["data"] = rows;
    CHECK(push.dump().size() > 300'000);
    CHECK(news().tracking_no == "YT0000000000001");
  }
}

TEST_CASE("the same push has the same key, another row or state another", "[parcels]") {
  auto push = json::parse(kK1Param);
  const auto key = [&] { return parse_kuaidi100_push(push.dump(), kCodes100).at(0).key; };
  const auto first = key();
  CHECK(key() == first);
  push["lastResult"]["condition"] = "F00";
  CHECK(key() == first);
  push["lastResult"]["state"] = "3";
  const auto second = key();
  CHECK(second != first);
  push["lastResult"]["data"][0]["context"] = "已签收";
  CHECK(key() != second);
  auto ship = json::parse(kA1Body);
  const auto a = parse_aftership_push(ship.dump(), kCodesShip).at(0).key;
  ship["ts"] = 1767398999;
  CHECK(parse_aftership_push(ship.dump(), kCodesShip).at(0).key == a);
  ship["event_id"] = "6f1c1b1e-0000-4000-8000-000000000002";
  CHECK(parse_aftership_push(ship.dump(), kCodesShip).at(0).key != a);
}

TEST_CASE("a push of 17track is news of one parcel, and what it leaves out is left out", "[parcels]") {
  auto push = json::parse(kT1Body);
  const auto news = [&] { return only_news(parse_seventeentrack_push(push.dump(), kCodes17)); };
  CHECK(news().tracking_no == "RR000000001CN");
  CHECK(news().carrier == "chinapost");
  CHECK(news().reference == "ship-42");
  CHECK(news().stage == ParcelStage::kShipped);
  CHECK(news().at_ms == 0);
  auto& info = push["data"]["track_info"];
  info["latest_event"] = {{"time_iso", "2026-01-03T09:12:00+08:00"}, {"time_utc", "2026-01-03T01:12:00Z"}, {"description", "Out"}, {"location", nullptr}};
  info["latest_status"] = {{"status", "OutForDelivery"}, {"sub_status", nullptr}};
  info["tracking"] = {{"providers", {{{"events", {{{"time_utc", "2026-01-03T01:12:00Z"}}, {{"time_utc", "2026-01-01T00:00:00Z"}}, nullptr}}}, nullptr}}};
  CHECK(news().stage == ParcelStage::kOutForDelivery);
  CHECK(news().at_ms == 1'767'402'720'000);
  CHECK(news().first_at_ms == 1'767'225'600'000);
  CHECK(news().text == "Out");
  push = {{"event", "TRACKING_STOPPED"}, {"data", {{"number", "RR000000001CN"}, {"carrier", 3011}, {"tag", nullptr}}}};
  CHECK(news().stopped);
  CHECK(news().stage == ParcelStage::kStale);
  CHECK(news().reference.empty());
  push["event"] = "TRACKING_DANCED";
  CHECK(parse_seventeentrack_push(push.dump(), kCodes17).empty());
}

TEST_CASE("the words of 17track and aftership are stages", "[parcels]") {
  using S = ParcelStage;
  const auto [service, status, sub, words, stage] = GENERATE(table<int, std::string, std::string, std::string, ParcelStage>({
      {17, "NotFound", "NotFound_Other", "", S::kLabelCreated},
      {17, "InfoReceived", "InfoReceived", "", S::kLabelCreated},
      {17, "InTransit", "InTransit_PickedUp", "", S::kShipped},
      {17, "InTransit", "InTransit_Other", "", S::kInTransit},
      {17, "OutForDelivery", "OutForDelivery_Other", "", S::kOutForDelivery},
      {17, "AvailableForPickup", "", "", S::kReadyForPickup},
      {17, "Delivered", "Delivered_Other", "", S::kDelivered},
      {17, "DeliveryFailure", "DeliveryFailure_NoBody", "", S::kException},
      {17, "Exception", "Exception_Lost", "", S::kException},
      {17, "Exception", "Exception_Returning", "", S::kReturned},
      {17, "Exception", "Exception_Returned", "", S::kReturned},
      {17, "Expired", "Expired_Other", "", S::kStale},
      {17, "Teleported", "", "", S::kInTransit},
      {2, "Pending", "Pending_001", "", S::kLabelCreated},
      {2, "InfoReceived", "InfoReceived_001", "", S::kLabelCreated},
      {2, "InTransit", "InTransit_002", "", S::kInTransit},
      {2, "OutForDelivery", "OutForDelivery_001", "", S::kOutForDelivery},
      {2, "OutForDelivery", "OutForDelivery_002", "", S::kReadyForPickup},
      {2, "AvailableForPickup", "AvailableForPickup_001", "", S::kReadyForPickup},
      {2, "AttemptFail", "AttemptFail_001", "", S::kException},
      {2, "Delivered", "Delivered_001", "", S::kDelivered},
      {2, "Exception", "Exception_004", "Held at customs", S::kException},
      {2, "Exception", "Exception_011", "Package Returned to the sender", S::kReturned},
      {2, "Expired", "Expired_001", "", S::kStale},
      {2, "Teleported", "", "", S::kInTransit},
  }));
  CAPTURE(service, status, sub);
  CHECK((service == 17 ? seventeentrack_stage(status, sub) : aftership_stage(status, sub, words)) == stage);
}

TEST_CASE("a push of aftership is news of one parcel", "[parcels]") {
  auto push = json::parse(kA1Body);
  const auto news = [&] { return only_news(parse_aftership_push(push.dump(), kCodesShip)); };
  CHECK(news().tracking_no == "SF0000000000001");
  CHECK(news().carrier == "sf");
  CHECK(news().stage == ParcelStage::kOutForDelivery);
  CHECK(news().at_ms == 1'767'398'400'000);
  push["msg"]["custom_fields"] = {{"laoke", "77-88"}};
  push["msg"]["order_id"] = "1001";
  push["msg"]["checkpoints"] = {{{"checkpoint_time", "2026-01-01T08:00:00"}, {"message", "picked up"}},
                                {{"checkpoint_time", "2026-01-03T09:12:00+08:00"}, {"message", "out"}}, {{"message", "no time"}}};
  CHECK(news().reference == "77-88");
  CHECK(news().at_ms == 1'767'402'720'000);
  CHECK(news().first_at_ms == 1'767'225'600'000);
  CHECK(news().text == "out");
  push["msg"]["custom_fields"] = nullptr;
  push["msg"]["checkpoints"] = nullptr;
  CHECK(news().reference == "1001");
  push["event"] = "edd_revise";
  CHECK(parse_aftership_push(push.dump(), kCodesShip).empty());
}

TEST_CASE("bodies that are no push are refused and never crash", "[parcels]") {
  const auto body = GENERATE(values<std::string>({"", "{", "null", "[]", "7", R"({"lastResult":7})", R"({"lastResult":{"nu":""}})",
                                                  R"({"event":"TRACKING_UPDATED"})", R"({"event":"tracking_update","msg":[]})", "{\"a\":\"\xff\"}",
                                                  std::string(5'000, '['), R"({"lastResult":{"nu":")" + std::string(100, '9') + R"("}})"}));
  CHECK_THROWS_AS(parse_kuaidi100_push(body, kCodes100), BadPayload);
  const auto told = [&](auto&& parse) {
    try {
      return parse().size();
    } catch (const BadPayload&) {
      return std::size_t{0};
    }
  };
  CHECK(told([&] { return parse_seventeentrack_push(body, kCodes17); }) == 0);
  CHECK(told([&] { return parse_aftership_push(body, kCodesShip); }) == 0);
  CHECK_THROWS_AS(account("kuaidi100")->parse({"POST", "sign=1", {}, {}}), BadPayload);
}

TEST_CASE("times of the services become UTC, and what is no time becomes none", "[parcels]") {
  const auto [text, at_ms] = GENERATE(table<std::string, std::int64_t>({
      {"2026-01-03 09:12:00", 1'767'402'720'000}, {"2026-01-03T09:12", 1'767'402'720'000}, {"2026-01-03T01:12:00Z", 1'767'402'720'000},
      {"2026-01-03T01:12:00.123Z", 1'767'402'720'000}, {"2026-01-02T20:12:00-05:00", 1'767'402'720'000}, {"2026-01-03T09:12:00+0800", 1'767'402'720'000},
      {"2026-02-30 09:12:00", 0}, {"2026-01-03", 0}, {"2026-01-03 25:12:00", 0}, {"2026-01-03 09:61:00", 0}, {"2026-01-03 09:12:xx", 0},
      {"2026-01-03T09:12:00+8", 0}, {"1999-01-03 09:12:00", 0}, {"-026-01-03 09:12:00", 0}, {"", 0}, {"昨天", 0}, {"2026-01-03 09:12:00 later", 0},
  }));
  CAPTURE(text);
  CHECK(service_time_ms(text) == at_ms);
}

TEST_CASE("forms are decoded once", "[parcels]") {
  CHECK(form_field("a=1&param=%7B%22x%22%3A%22%252B+%22%7D&b", "param") == R"({"x":"%2B "})");
  CHECK(form_field("a=%E6%9D%AD", "a") == "杭");
  CHECK(form_field("a=%zz%4&b=%", "a") == "%zz%4");
  CHECK(form_field("a=%zz%4&b=%", "b") == "%");
  CHECK(form_field("a=1&a=2", "a") == "1");
  CHECK_FALSE(form_field("a=1", "b"));
  const std::string odd = "杭州 +&=%\n\"";
  CHECK(form_field(form_body({{"x", "1"}, {"y", odd}}), "y") == odd);
}

TEST_CASE("a carrier is called as each service calls it, and the shop may add some", "[parcels]") {
  for (const auto& row : carrier_codes()) {
    CAPTURE(row.carrier);
    CHECK(carrier_by_code(row.carrier) != nullptr);
    if (!row.kuaidi100.empty()) CHECK(kCodes100.ours(row.kuaidi100) == row.carrier);
    if (!row.aftership.empty()) CHECK(kCodesShip.ours(row.aftership) == row.carrier);
  }
  CHECK(kCodes100.theirs("lalamove").empty());
  const CarrierCodes more(Service::kKuaidi100, " lalamove = huolala,dhl=dhlen,");
  CHECK(more.theirs("lalamove") == "huolala");
  CHECK(more.ours("dhlen") == "dhl");
  CHECK(more.theirs("dhl") == "dhlen");
  CHECK(more.theirs("sf") == "shunfeng");
  CHECK_THROWS_WITH(CarrierCodes(Service::kKuaidi100, "nobody=x"), Catch::Contains("'nobody=x'"));
  CHECK_THROWS_WITH(CarrierCodes(Service::kKuaidi100, "sf"), Catch::Contains("ane=annengwuliu"));
}

TEST_CASE("a wrong setting is refused with its name and what is allowed", "[parcels]") {
  const auto [kind, settings, words] = GENERATE(table<std::string, json, std::string>({
      {"kuaidi100", json::object(), "kuaidi100: key is missing"},
      {"kuaidi100", {{"key", "k"}, {"api_base", "ftp://x"}}, "api_base is 'ftp://x'"},
      {"kuaidi100", {{"key", "k"}, {"callback", "shop.example"}}, "callback"},
      {"kuaidi100", {{"key", true}}, "key is neither text nor number"},
      {"17track", {{"key", "k"}, {"timeout_seconds", "soon"}}, "timeout_seconds is 'soon', but it must be 0.1 to 30"},
      {"aftership", {{"key", "k"}}, "webhook_secret is missing"},
      {"aftership", {{"key", "k"}, {"webhook_secret", "s"}, {"carriers", "a"}}, "carriers has 'a'"},
  }));
  CHECK_THROWS_WITH(find_kind(kind)->make({1, 2, "p", kind, settings}), Catch::Contains(words));
}

TEST_CASE("the services that handlers know are those of the registry", "[parcels]") {
  int services = 0;
  for (const auto& kind : kinds()) {
    CAPTURE(std::string(kind.name));
    CHECK(is_parcel_service(kind.name) == (kind.purpose == Purpose::kParcels));
    services += kind.purpose == Purpose::kParcels ? 1 : 0;
  }
  CHECK(services == 3);
}

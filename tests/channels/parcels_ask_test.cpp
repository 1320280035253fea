#include <catch2/catch.hpp>

#include "bot/channels/channel.h"
#include "bot/channels/parcels/kuaidi100_query.h"
#include "handlers/outside_events.h"
#include "handlers/parcel_services.h"
#include "tests/fakes/fake_parcels.h"

using namespace laoke;
using namespace laoke::channels;
using namespace laoke::channels::parcels;
using namespace laoke::test;
using nlohmann::json;

namespace {

std::unique_ptr<Channel> asking(const FakeParcels& fake, const std::string& kind, const json& more = json::object()) {
  auto settings = fake.settings(kind);
  settings.update(more);
  return find_kind(kind)->make({1, 2, "parcels", kind, settings});
}

Errand ask_about(const std::string& number, const std::string& carrier = "yto", const std::string& phone = "") {
  return {"ask_parcel", "e7", {{"carrier", carrier}, {"tracking_no", number}, {"phone", phone}, {"asked_by", 4711}}};
}

ParcelUpdate answer_of(Channel& channel, const Errand& errand) {
  const auto outcome = channel.run(errand);
  CAPTURE(outcome.platform_code);
  REQUIRE(outcome.status == SendStatus::kAccepted);
  REQUIRE(outcome.learned.size() == 1);
  CHECK(outcome.learned[0].kind == InboundKind::kParcel);
  CHECK(outcome.learned[0].key == "asked:e7");
  REQUIRE(outcome.learned[0].parcel);
  CHECK(outcome.learned[0].parcel->asked_by == 4711);
  return *outcome.learned[0].parcel;
}

}  // namespace

// Vector K2 of the services' fact sheet, from its printed values.
TEST_CASE("a query to kuaidi100 is signed over the very bytes it sends", "[parcels]") {
  const std::string param = kuaidi100_query_param("yuantong", "YT0000000000001", "");
  CHECK(param == R"({"com":"yuantong","num":"YT0000000000001","phone":""})");
  CHECK(kuaidi100_query_sign(param, "LaokeKey001", "LAOKECUSTOMER001") == "88296E4825DA115CB4A6936B4ADD941E");
  CHECK(kuaidi100_query_sign(param, "LaokeKey001", "LAOKECUSTOMER002") != "88296E4825DA115CB4A6936B4ADD941E");
  CHECK(kuaidi100_query_param("a\"b", "1", "") == R"({"com":"a\"b","num":"1","phone":""})");
}

TEST_CASE("a parcel that is asked for is told with its stage, place and hour", "[parcels]") {
  FakeParcels fake;
  fake.knows("YT0000000000001", "5", "2026-01-03 09:12:00", "[杭州市] 快件正在派送");
  const auto news = answer_of(*asking(fake, "kuaidi100"), ask_about("YT0000000000001"));
  CHECK(news.tracking_no == "YT0000000000001");
  CHECK(news.carrier == "yto");
  CHECK(news.stage == ParcelStage::kOutForDelivery);
  CHECK(news.at_ms == 1'767'402'720'000);
  CHECK(news.text == "[杭州市] 快件正在派送");
  CHECK(news.refused.empty());
  CHECK(fake.followed().empty());
}

TEST_CASE("a carrier nobody named is guessed by the number before kuaidi100 is asked", "[parcels]") {
  FakeParcels fake;
  fake.knows("YT0000000000001", "0", "2026-01-03 09:12:00", "已发往杭州");
  CHECK(answer_of(*asking(fake, "kuaidi100"), ask_about("YT0000000000001", "")).stage == ParcelStage::kInTransit);
  CHECK(fake.questions().at(0).carrier == "yuantong");
}

TEST_CASE("what kuaidi100 refuses to tell is an answer, too, and not tried again", "[parcels]") {
  FakeParcels fake;
  const auto refused = [&](const Errand& errand, const json& more = json::object()) { return answer_of(*asking(fake, "kuaidi100", more), errand).refused; };
  CHECK(refused(ask_about("YT0000000000009")).starts_with("500 "));
  CHECK(refused(ask_about("SF0000000000009", "sf")).starts_with("408 "));
  CHECK(refused(ask_about("SF0000000000009", "sf", "13800000000")).starts_with("500 "));
  CHECK(refused(ask_about("L123456", "lalamove"), {{"auto_base", "http://127.0.0.1:9"}}).starts_with("400 "));
  CHECK(refused(ask_about("YT0000000000001"), {{"customer", "ANOTHER"}}).starts_with("503 "));
  const auto asked = fake.questions().size();
  CHECK(refused(ask_about("YT0000000000001"), {{"customer", ""}}).find("'customer'") != std::string::npos);
  CHECK(fake.questions().size() == asked);
  fake.use_up_quota();
  CHECK(refused(ask_about("YT0000000000001")).starts_with("601 "));
  fake.answer_next(200, "<html>maintenance</html>");
  CHECK(refused(ask_about("YT0000000000001")).starts_with("?"));
}

TEST_CASE("a service that is away or overloaded is asked again later", "[parcels]") {
  const std::string kind = GENERATE(as<std::string>(), "kuaidi100", "17track");
  FakeParcels fake;
  fake.answer_next(429, "{}", "7");
  const auto channel = asking(fake, kind);
  CHECK(channel->run(ask_about("YT0000000000001")).status == SendStatus::kThrottled);
  fake.answer_next(503, "{}");
  CHECK(channel->run(ask_about("YT0000000000001")).status == SendStatus::kRetryLater);
  const auto away = asking(fake, kind, {{"api_base", "http://127.0.0.1:9"}});
  CHECK(away->run(ask_about("YT0000000000001")).status == SendStatus::kRetryLater);
  CHECK_THROWS_AS(channel->run({"ask_parcel", "e1", {{"carrier", "yto"}}}), std::invalid_argument);
}

TEST_CASE("17track tells of what it follows", "[parcels]") {
  FakeParcels fake;
  const auto channel = asking(fake, "17track");
  CHECK(answer_of(*channel, ask_about("RR000000001CN", "chinapost")).refused.starts_with("-18019902 "));
  REQUIRE(channel->run({"follow_parcel", "e1", {{"carrier", "chinapost"}, {"tracking_no", "RR000000001CN"}, {"phone", ""}, {"reference", "1-2"}}}).status == SendStatus::kAccepted);
  CHECK(answer_of(*channel, ask_about("RR000000001CN", "chinapost")).stage == ParcelStage::kLabelCreated);
  fake.knows("RR000000001CN", "Delivered", "2026-01-03T01:12:00Z", "Delivered to the door");
  const auto news = answer_of(*channel, ask_about("RR000000001CN", "chinapost"));
  CHECK(news.stage == ParcelStage::kDelivered);
  CHECK(news.text == "Delivered to the door");
  CHECK(news.at_ms == 1'767'402'720'000);
  CHECK(fake.questions().back().carrier == "3011");
}

TEST_CASE("who is said to answer questions takes them", "[parcels]") {
  FakeParcels fake;
  for (const auto& kind : kinds()) {
    if (kind.purpose != Purpose::kParcels) continue;
    const auto taken = asking(fake, std::string(kind.name))->errands();
    CAPTURE(kind.name);
    CHECK(answers_parcel_questions(kind.name) == (std::ranges::find(taken, "ask_parcel") != taken.end()));
  }
}

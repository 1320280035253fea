#include <catch2/catch.hpp>

#include "bot/channels/channel.h"
#include "tests/fakes/fake_parcels.h"

using namespace laoke;
using namespace laoke::channels;
using namespace laoke::test;
using nlohmann::json;

namespace {

const std::string kHook = "http://127.0.0.1:1/hooks/parcels";

// An account at the fake, connected as the running server does it.
std::unique_ptr<Channel> connected(const FakeParcels& fake, const std::string& kind, const json& more = json::object()) {
  auto settings = fake.settings(kind);
  settings.update(more);
  auto channel = find_kind(kind)->make({1, 2, "parcels", kind, settings});
  channel->connect(kHook);
  return channel;
}

Errand follow(const std::string& number, const std::string& carrier = "yto", const std::string& phone = "+8613800000000") {
  return {"follow_parcel", "e1", {{"carrier", carrier}, {"tracking_no", number}, {"phone", phone}, {"reference", "77-88"}}};
}

}  // namespace

TEST_CASE("each service is asked once for a parcel, in its own words, and asking again is harmless", "[parcels]") {
  const std::string kind = GENERATE(as<std::string>(), "kuaidi100", "17track", "aftership");
  CAPTURE(kind);
  FakeParcels fake;
  const auto channel = connected(fake, kind);
  CHECK(channel->errands().front() == "follow_parcel");
  CHECK(channel->run(follow("YT0000000000001")).status == SendStatus::kAccepted);
  CHECK(channel->run(follow("YT0000000000001")).status == SendStatus::kAccepted);
  CHECK(channel->run(follow("EA123456785CN", "ems")).status == SendStatus::kAccepted);
  CHECK(channel->run(follow("L123456", "lalamove", "")).status == SendStatus::kAccepted);  // the service finds out the carrier
  const auto followed = fake.followed();
  REQUIRE(followed.size() == 3);
  CHECK(fake.calls() == 4);
  CHECK(followed[0].number == "YT0000000000001");
  const std::map<std::string, std::vector<std::string>> carriers = {
      {"kuaidi100", {"yuantong", "ems", ""}}, {"17track", {"", "3013", ""}}, {"aftership", {"yto", "china-ems", ""}}};
  for (std::size_t i = 0; i < 3; ++i) CHECK(followed[i].carrier == carriers.at(kind)[i]);
  if (kind == "kuaidi100") {
    CHECK(followed[0].phone == "+8613800000000");
    CHECK(followed[0].callback == kHook + "?t=c0ffee");
    CHECK(followed[0].salt == "laokeSalt01");
    CHECK(followed[2].phone.empty());
  } else {
    CHECK(followed[0].reference == "77-88");
  }
}

TEST_CASE("what a service refuses says whether to try again, wait, stop or give up", "[parcels]") {
  struct Case {
    const char* kind;
    int http;
    const char* body;
    SendStatus status;
  };
  const std::vector<Case> cases = {
      {"kuaidi100", 200, R"({"result":false,"returnCode":"500","message":"服务器错误"})", SendStatus::kRetryLater},
      {"kuaidi100", 200, R"({"result":false,"returnCode":"600","message":"key无效"})", SendStatus::kBadConfig},
      {"kuaidi100", 200, R"({"result":false,"returnCode":"601","message":"KEY已过期"})", SendStatus::kQuotaUsed},
      {"kuaidi100", 200, R"({"result":false,"returnCode":700,"message":"快递单号错误"})", SendStatus::kRejected},
      {"kuaidi100", 200, R"({"result":false,"returnCode":"701"})", SendStatus::kRejected},
      {"kuaidi100", 200, R"({"result":false,"returnCode":"702"})", SendStatus::kRejected},
      {"kuaidi100", 200, R"({"result":false,"returnCode":"799"})", SendStatus::kRejected},
      {"kuaidi100", 200, "<html>maintenance</html>", SendStatus::kRetryLater},
      {"kuaidi100", 302, "", SendStatus::kBadConfig},
      {"17track", 401, R"({"code":-18010002})", SendStatus::kBadConfig},
      {"17track", 200, R"({"code":-18010013,"data":{"message":"Submitted data is invalid."}})", SendStatus::kRejected},
      {"17track", 200, R"({"code":0,"data":{"accepted":[],"rejected":[{"number":"1","error":{"code":-18019903,"message":"Carrier cannot be detected."}}]}})", SendStatus::kRejected},
      {"17track", 200, R"({"code":0,"data":{"accepted":[],"rejected":[{"number":"1","error":{"code":-18019908,"message":"x"}}]}})", SendStatus::kQuotaUsed},
      {"17track", 200, R"({"code":0,"data":{"accepted":[],"rejected":[{"number":"1","error":{"code":-18019909,"message":"Daily quota is used up"}}]}})", SendStatus::kQuotaUsed},
      {"17track", 200, R"({"code":0,"data":null})", SendStatus::kRejected},
      {"17track", 200, "", SendStatus::kRetryLater},
      {"aftership", 400, R"({"meta":{"code":4005,"message":"invalid"}})", SendStatus::kRejected},
      {"aftership", 400, R"({"meta":{"code":4012,"message":"Cannot detect courier."}})", SendStatus::kRejected},
      {"aftership", 401, R"({"meta":{"code":401}})", SendStatus::kBadConfig},
      {"aftership", 402, R"({"meta":{"code":402,"message":"Payment required"}})", SendStatus::kQuotaUsed},
      {"aftership", 404, "", SendStatus::kRejected},
  };
  for (const auto& one : cases) DYNAMIC_SECTION(one.kind << " " << one.http << " " << one.body) {
    FakeParcels fake;
    const auto channel = connected(fake, one.kind);
    fake.answer_next(one.http, one.body);
    const auto outcome = channel->run(follow("YT0000000000001"));
    CHECK(outcome.status == one.status);
    CHECK_FALSE(outcome.platform_code.empty());
    CHECK(fake.followed().empty());
  }
}

TEST_CASE("a service that is overloaded, silent or away is asked again", "[parcels]") {
  const std::string kind = GENERATE(as<std::string>(), "kuaidi100", "17track", "aftership");
  CAPTURE(kind);
  FakeParcels fake;
  const auto channel = connected(fake, kind);
  fake.answer_next(429, "{}", "17");
  auto outcome = channel->run(follow("YT0000000000001"));
  CHECK(outcome.status == SendStatus::kThrottled);
  CHECK(outcome.retry_after == std::chrono::seconds(17));
  fake.answer_next(429, "{}", "soon");
  CHECK(channel->run(follow("YT0000000000001")).retry_after >= std::chrono::seconds(1));
  fake.answer_next(503, "{}");
  CHECK(channel->run(follow("YT0000000000001")).status == SendStatus::kRetryLater);
  fake.lose_next_answer();
  CHECK(channel->run(follow("YT0000000000001")).status == SendStatus::kUnknown);
  CHECK(fake.followed().size() == 1);
  CHECK(channel->run(follow("YT0000000000001")).status == SendStatus::kAccepted);  // it had been taken
  CHECK(fake.followed().size() == 1);
  const auto away = connected(fake, kind, {{"api_base", "http://127.0.0.1:9"}});
  CHECK(away->run(follow("YT0000000000001")).status == SendStatus::kRetryLater);
}

TEST_CASE("kuaidi100 needs an address to tell, and says so before it costs money", "[parcels]") {
  FakeParcels fake;
  auto settings = fake.settings("kuaidi100");
  const auto make = [&] { return find_kind("kuaidi100")->make({1, 2, "parcels", "kuaidi100", settings}); };
  const auto channel = make();
  CHECK(channel->run(follow("YT0000000000001")).status == SendStatus::kRetryLater);  // the server has not connected it yet
  CHECK_THROWS_WITH(channel->connect(""), Catch::Contains("public_url"));
  const auto outcome = channel->run(follow("YT0000000000001"));
  CHECK(outcome.status == SendStatus::kBadConfig);
  CHECK(outcome.platform_code.find("public_url") != std::string::npos);
  CHECK(fake.calls() == 0);
  settings["callback"] = "https://shop.example/hooks/parcels/";
  const auto fixed = make();
  fixed->connect("");
  CHECK(fixed->run(follow("YT0000000000001")).status == SendStatus::kAccepted);
  CHECK(fake.followed().at(0).callback == "https://shop.example/hooks/parcels?t=c0ffee");
}

TEST_CASE("an errand of another kind or without a number is refused, and nobody can be written to", "[parcels]") {
  const std::string kind = GENERATE(as<std::string>(), "kuaidi100", "17track", "aftership");
  FakeParcels fake;
  const auto channel = connected(fake, kind);
  CHECK(channel->run({"tag", "e1", {{"tag", "x"}}}).status == SendStatus::kRejected);
  CHECK_THROWS_AS(channel->run({"follow_parcel", "e1", {{"carrier", "sf"}}}), std::invalid_argument);
  CHECK(channel->send({}).status == SendStatus::kRejected);
  CHECK(fake.calls() == 0);
}

TEST_CASE("the test of an account asks the service whether the key is good", "[parcels]") {
  const std::string kind = GENERATE(as<std::string>(), "kuaidi100", "17track", "aftership");
  CAPTURE(kind);
  FakeParcels fake;
  CHECK(connected(fake, kind)->probe().at(0).ok);
  CHECK_FALSE(connected(fake, kind, {{"key", "wrong"}})->probe().at(0).ok);
  CHECK_FALSE(connected(fake, kind, {{"api_base", "http://127.0.0.1:9"}, {"auto_base", "http://127.0.0.1:9"}})->probe().at(0).ok);
  CHECK(fake.calls() == 0);
}

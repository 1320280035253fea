#include <catch2/catch.hpp>

#include "bot/channels/wechat/wechat.h"
#include "tests/fakes/fake_wechat.h"
#include "tests/support/manual_clock.h"

namespace laoke::test::wechat_mass_test {

using namespace channels;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr const char* kMassPath = "/cgi-bin/message/mass/send";
constexpr const char* kTagsPath = "/cgi-bin/tags/get";
const std::string kPng = std::string("\x89PNG\r\n\x1a\n", 8) + "made up for a test";

// An account with some followers who have not written for long.
struct Shop {
  test::ManualClock clock{1767225600000};
  FakeWechat fake{{"safe", [this] { return clock.now_ms(); }, false}};
  std::unique_ptr<Channel> channel;
  std::vector<std::string> followers;

  explicit Shop(int count = 3, const json& more = json::object()) {
    json settings = fake.settings();
    settings.update(more);
    channel = make_wechat({1, 2, "gzh", "wechat", settings}, [this] { return clock.now_ms(); });
    for (int i = 0; i < count; ++i) fake.follows(followers.emplace_back("oFan_" + std::to_string(10'000 + i)));
    clock.advance(7 * 86'400'000);
  }
  std::vector<SendOutcome> announce(const MessageContent& content, const std::string& key, std::vector<std::string> to = {}) {
    std::vector<Outgoing> messages;
    for (const auto& openid : to.empty() ? followers : to) {
      Outgoing& one = messages.emplace_back();
      one.external_id = openid;
      one.content = content;
      one.idempotency_key = key;
      one.marketing = true;
    }
    return channel->send_batch(content, messages);
  }
  std::vector<SendOutcome> announce(const std::string& text, const std::string& key = "5f0c0c5f0c0c5f0c0c5f0c0c5f0c0c5f") {
    MessageContent content;
    content.text = text;
    return announce(content, key);
  }
  ErrandOutcome errand(const std::string& kind, const std::string& openid, const std::string& tag = "") {
    return channel->run({kind, "k1", {{"external_id", openid}, {"tag", tag}}});
  }
};

bool all_of(const std::vector<SendOutcome>& outcomes, SendStatus status) {
  return std::all_of(outcomes.begin(), outcomes.end(), [&](const SendOutcome& one) { return one.status == status; });
}

}  // namespace

TEST_CASE("one mass send reaches followers who have not written for long", "[wechat]") {
  Shop shop;
  const auto outcomes = shop.announce("新品到了");
  REQUIRE(outcomes.size() == 3);
  CHECK(all_of(outcomes, SendStatus::kAccepted));
  CHECK(shop.fake.calls(kMassPath) == 1);
  const json body = shop.fake.mass_bodies().at(0);
  CHECK(body["clientmsgid"] == "5f0c0c5f0c0c5f0c0c5f0c0c5f0c0c5f");
  CHECK(body["touser"].size() == 3);
  CHECK(outcomes[0].platform_message_id == shop.fake.accepted().at(0).msg_id);
  for (const auto& openid : shop.followers) CHECK(shop.fake.accepted_by(openid).at(0).text == "新品到了");
}

TEST_CASE("ten thousand followers are one call", "[wechat]") {
  Shop shop(10'000);
  CHECK(all_of(shop.announce("新品到了"), SendStatus::kAccepted));
  CHECK(shop.fake.calls(kMassPath) == 1);
  CHECK(shop.fake.accepted().size() == 10'000);
}

TEST_CASE("a mass send is repeated under its key and reaches nobody twice", "[wechat]") {
  Shop shop;
  SECTION("its answer got lost") {
    shop.fake.lose_next_answer();
    const auto outcomes = shop.announce("新品到了");
    CHECK(all_of(outcomes, SendStatus::kAccepted));
    CHECK(outcomes[0].platform_message_id == shop.fake.accepted().at(0).msg_id);
    CHECK(shop.fake.calls(kMassPath) == 2);
  }
  SECTION("both answers got lost, and it is called again later") {
    shop.fake.lose_next_answer(2);
    CHECK(all_of(shop.announce("新品到了"), SendStatus::kUnknown));
    CHECK(all_of(shop.announce("新品到了"), SendStatus::kAccepted));
  }
  SECTION("WeChat says the job still runs") {
    shop.fake.fail_next(1, 45066, "clientmsgid retry too fast");
    const auto outcomes = shop.announce("新品到了");
    CHECK(all_of(outcomes, SendStatus::kRetryLater));
    CHECK(outcomes[0].retry_after == 60s);
    CHECK(all_of(shop.announce("新品到了"), SendStatus::kAccepted));
  }
  CHECK(shop.fake.accepted().size() == 3);
}

TEST_CASE("a picture with words is one mass send", "[wechat]") {
  Shop shop;
  MessageContent content;
  content.image = shop.fake.add_picture("/a.png", kPng);
  content.text = "新品到了";
  content.buttons = {{{"去看看", "", "https://shop.example.com"}, {"好", "ok", ""}}};
  CHECK(all_of(shop.announce(content, "k2"), SendStatus::kAccepted));
  const auto sent = shop.fake.accepted();
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].type == "image");
  CHECK(sent[0].text == "新品到了\n去看看: https://shop.example.com\n· 好");
  shop.fake.expire_media();
  CHECK(all_of(shop.announce(content, "k3"), SendStatus::kAccepted));
}

TEST_CASE("refusals of a mass send say nothing about each follower", "[wechat]") {
  struct Row {
    int code;
    SendStatus status;
  };
  const Row row = GENERATE(values<Row>({{40003, SendStatus::kRejected},
                                        {45015, SendStatus::kRejected},
                                        {40130, SendStatus::kRejected},
                                        {45028, SendStatus::kQuotaUsed},
                                        {45011, SendStatus::kThrottled},
                                        {-1, SendStatus::kRetryLater}}));
  DYNAMIC_SECTION(row.code) {
    Shop shop;
    shop.fake.fail_next(1, row.code, "words");
    CHECK(all_of(shop.announce("新品到了"), row.status));
  }
}

TEST_CASE("addresses that are none are left out of a mass send", "[wechat]") {
  Shop shop;
  MessageContent content;
  content.text = "新品到了";
  const auto outcomes = shop.announce(content, "k4", {shop.followers[0], "李雷", shop.followers[1], ""});
  CHECK(outcomes[0].status == SendStatus::kAccepted);
  CHECK(outcomes[1].status == SendStatus::kContactGone);
  CHECK(outcomes[2].status == SendStatus::kAccepted);
  CHECK(outcomes[3].status == SendStatus::kContactGone);
  CHECK(shop.fake.mass_bodies().at(0)["touser"].size() == 2);
  const auto alone = shop.announce(content, "k5", {shop.followers[0], "李雷"});
  CHECK(alone[0].status == SendStatus::kRejected);
  CHECK(shop.fake.calls(kMassPath) == 1);
}

TEST_CASE("what cannot be a mass send is refused before the call", "[wechat]") {
  Shop shop;
  CHECK(all_of(shop.announce(std::string(2049, 'x')), SendStatus::kRejected));
  CHECK(all_of(shop.announce(" "), SendStatus::kRejected));
  CHECK(shop.fake.calls(kMassPath) == 0);
}

TEST_CASE("an account without the right to mass sends stops trying for an hour and says what to click", "[wechat]") {
  Shop shop;
  shop.fake.forbid(kMassPath);
  CHECK(shop.channel->traits().batch_size == 10'000);
  const auto outcomes = shop.announce("新品到了");
  CHECK(all_of(outcomes, SendStatus::kRejected));
  CHECK_THAT(outcomes[0].platform_code, Catch::StartsWith("48001") && Catch::Contains("接口权限 > 群发接口") && Catch::Contains("account_type"));
  CHECK(shop.channel->traits().batch_size == 1);
  CHECK(all_of(shop.announce("新品到了"), SendStatus::kRejected));
  CHECK(shop.fake.calls(kMassPath) == 1);
  shop.fake.allow(kMassPath);
  shop.clock.advance(3'600'000);
  CHECK(shop.channel->traits().batch_size == 10'000);
  CHECK(all_of(shop.announce("新品到了"), SendStatus::kAccepted));
}

TEST_CASE("a missing right names itself and harms no other", "[wechat]") {
  Shop shop(1, {{"sync_tags", "yes"}});
  const auto send = [&](const std::string& platform_template, const std::string& image = "") {
    Outgoing message;
    message.external_id = shop.followers[0];
    message.content.text = "好";
    message.content.platform_template = platform_template;
    message.content.image = image;
    return shop.channel->send(message);
  };
  shop.fake.writes(shop.followers[0], "在吗");
  shop.fake.add_template("T", {});
  SECTION("templates") {
    shop.fake.forbid("/cgi-bin/message/template/send");
    const auto refused = send("T");
    CHECK(refused.status == SendStatus::kRejected);
    CHECK_THAT(refused.platform_code, Catch::Contains("模板消息"));
    CHECK(send("T").platform_code.find("模板消息") != std::string::npos);
    CHECK(shop.fake.calls("/cgi-bin/message/template/send") == 1);
  }
  SECTION("notices") {
    shop.fake.forbid("/cgi-bin/message/subscribe/bizsend");
    CHECK_THAT(send("notice:T").platform_code, Catch::Contains("订阅通知"));
  }
  SECTION("pictures") {
    shop.fake.forbid("/cgi-bin/media/upload");
    const auto refused = send("", shop.fake.add_picture("/a.png", kPng));
    CHECK(refused.status == SendStatus::kRejected);
    CHECK_THAT(refused.platform_code, Catch::Contains("素材管理"));
  }
  SECTION("tags") {
    shop.fake.forbid(kTagsPath);
    CHECK_THAT(shop.errand("tag", shop.followers[0], "vip").platform_code, Catch::Contains("用户标签"));
  }
  CHECK(send("").status == SendStatus::kAccepted);
}

TEST_CASE("an account that may not write to customers at all stops", "[wechat]") {
  Shop shop(1);
  shop.fake.forbid("/cgi-bin/message/custom/send");
  Outgoing message;
  message.external_id = shop.followers[0];
  message.content.text = "好";
  const auto refused = shop.channel->send(message);
  CHECK(refused.status == SendStatus::kBadConfig);
  CHECK_THAT(refused.platform_code, Catch::Contains("微信认证") && Catch::Contains("客服消息"));
  Shop trial(1, {{"account_type", "unverified"}});
  const auto never = trial.channel->send(message);
  CHECK(never.status == SendStatus::kRejected);
  CHECK(trial.fake.calls("/cgi-bin/message/custom/send") == 0);
}

TEST_CASE("a tag put on here is put on in WeChat, made there when it is missing", "[wechat]") {
  Shop shop(2, {{"sync_tags", "yes"}});
  const auto& anna = shop.followers[0];
  CHECK(shop.errand("tag", anna, "油性皮肤").status == SendStatus::kAccepted);
  CHECK(shop.errand("tag", anna, "油性皮肤").status == SendStatus::kAccepted);
  CHECK(shop.errand("tag", shop.followers[1], "油性皮肤").status == SendStatus::kAccepted);
  CHECK(shop.fake.tags_of(anna) == std::vector<std::string>{"油性皮肤"});
  CHECK(shop.fake.calls(kTagsPath) == 1);
  CHECK(shop.fake.calls("/cgi-bin/tags/create") == 1);
  CHECK(shop.errand("untag", anna, "油性皮肤").status == SendStatus::kAccepted);
  CHECK(shop.fake.tags_of(anna).empty());
  CHECK(shop.errand("untag", anna, "没有的标签").status == SendStatus::kAccepted);
  CHECK(shop.fake.calls("/cgi-bin/tags/create") == 1);
}

TEST_CASE("a tag deleted or made in the console meanwhile is found again", "[wechat]") {
  Shop shop(1, {{"sync_tags", "yes"}});
  const auto& anna = shop.followers[0];
  CHECK(shop.errand("tag", anna, "vip").status == SendStatus::kAccepted);
  shop.fake.remove_tag("vip");
  CHECK(shop.errand("tag", anna, "vip").status == SendStatus::kAccepted);
  CHECK(shop.fake.tags_of(anna) == std::vector<std::string>{"vip"});
  shop.fake.add_tag("新客");
  CHECK(shop.errand("tag", anna, "新客").status == SendStatus::kAccepted);
  CHECK(shop.fake.tags_of(anna).size() == 2);
}

TEST_CASE("a tag that WeChat cannot hold is refused for good, a lost answer is not", "[wechat]") {
  Shop shop(1, {{"sync_tags", "yes"}});
  const auto& anna = shop.followers[0];
  CHECK(shop.errand("tag", anna, "十一个汉字的标签名太长").status == SendStatus::kRejected);
  CHECK(shop.errand("tag", anna, "").status == SendStatus::kRejected);
  CHECK(shop.errand("tag", "李雷", "vip").status == SendStatus::kRejected);
  CHECK(shop.errand("tag", "oNobody", "vip").status == SendStatus::kRejected);
  CHECK(shop.errand("tag", anna, "星标组").status == SendStatus::kRejected);  // WeChat's own
  CHECK(shop.errand("dance", anna).status == SendStatus::kRejected);
  for (int i = 0; i < 20; ++i) CHECK(shop.errand("tag", anna, "t" + std::to_string(i)).status == SendStatus::kAccepted);
  const auto full = shop.errand("tag", anna, "t20");
  CHECK(full.status == SendStatus::kRejected);
  CHECK_THAT(full.platform_code, Catch::StartsWith("45059"));
  shop.fake.drop_next(2);
  CHECK(shop.errand("untag", anna, "t0").status == SendStatus::kRetryLater);
  shop.fake.lose_next_answer();
  CHECK(shop.errand("untag", anna, "t0").status == SendStatus::kAccepted);
}

TEST_CASE("asking about a follower tells the tags and who the person is elsewhere", "[wechat]") {
  Shop shop(1, {{"sync_tags", "yes"}});
  const auto& anna = shop.followers[0];
  shop.fake.set_union_id(anna, "oUnion_1");
  shop.errand("tag", anna, "油性皮肤");
  const auto outcome = shop.errand("profile", anna);
  CHECK(outcome.status == SendStatus::kAccepted);
  REQUIRE(outcome.learned.size() == 1);
  CHECK(outcome.learned[0].kind == InboundKind::kProfile);
  CHECK(outcome.learned[0].external_id == anna);
  CHECK(outcome.learned[0].person_id == "oUnion_1");
  CHECK(outcome.learned[0].tags == std::vector<std::string>{"油性皮肤"});
  CHECK(shop.errand("profile", "oNobody").learned.empty());
  Shop quiet(1);  // without sync_tags tags stay each where they are
  CHECK(quiet.errand("profile", quiet.followers[0]).learned.at(0).tags.empty());
  CHECK(quiet.errand("tag", quiet.followers[0], "vip").status == SendStatus::kRejected);
}

TEST_CASE("an account that may not ask about followers says so once and then is left alone", "[wechat]") {
  Shop shop(2);
  shop.fake.forbid("/cgi-bin/user/info");
  CHECK(shop.channel->errands() == std::vector<std::string_view>{"profile"});
  const auto told = shop.errand("profile", shop.followers[0]);
  CHECK(told.status == SendStatus::kRejected);
  CHECK_THAT(told.platform_code, Catch::StartsWith("48001") && Catch::Contains("用户标签"));
  CHECK(shop.channel->errands().empty());
  CHECK(shop.errand("profile", shop.followers[1]).status == SendStatus::kContactGone);
  CHECK(shop.fake.calls("/cgi-bin/user/info") == 1);
  shop.fake.allow("/cgi-bin/user/info");
  shop.clock.advance(3'600'000);
  CHECK(shop.errand("profile", shop.followers[1]).status == SendStatus::kAccepted);
  Shop unverified(1, {{"account_type", "unverified"}});
  CHECK(unverified.channel->errands().empty());
}

TEST_CASE("the probe names what works, what does not, and the steps in the console", "[wechat]") {
  Shop shop;
  const auto text = [&] {
    std::string all;
    for (const auto& line : shop.channel->probe()) all += (line.ok ? "+ " : "- ") + line.text + "\n";
    return all;
  };
  shop.channel->connect("https://laoke.example.com/hooks/gzh");
  const std::string good = text();
  CHECK_THAT(good, Catch::Contains("+ AppID and AppSecret are right") && Catch::Contains("499993") && Catch::Contains("IP白名单"));
  CHECK_THAT(good, Catch::Contains("URL https://laoke.example.com/hooks/gzh") && Catch::Contains("安全模式"));
  shop.fake.forbid(kTagsPath);
  CHECK_THAT(text(), Catch::Contains("- tags: 48001"));
  Shop other;
  other.fake.change_secret();
  const auto lines = other.channel->probe();
  CHECK_FALSE(lines.front().ok);
  CHECK_THAT(lines.front().text, Catch::Contains("40125") && Catch::Contains("基本配置"));
}

}  // namespace laoke::test::wechat_mass_test

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "bot/channels/wechat/parse.h"
#include "bot/channels/wechat/wechat.h"
#include "bot/channels/xml_body.h"
#include "handlers/outside_events.h"
#include "tests/fakes/fake_wechat.h"

namespace laoke::test::wechat_push_test {

using namespace channels;
using nlohmann::json;

namespace {

constexpr std::int64_t kNewYearMs = 1767225600000;
constexpr const char* kAnna = "oLaokeOpenId_A1";

std::string recorded(const std::string& name) {
  std::ifstream file(std::string(LAOKE_SOURCE_DIR "/tests/payloads/wechat/") + name + ".xml");
  std::stringstream text;
  text << file.rdbuf();
  REQUIRE_FALSE(text.str().empty());
  return text.str();
}

std::vector<InboundEvent> events_in(const std::string& xml) { return wechat::events_of(XmlBody(xml).root(), ""); }

InboundEvent only_event(const std::string& name) {
  const auto events = events_in(recorded(name));
  REQUIRE(events.size() == 1);
  return events.front();
}

// Settings that need no server.
json settings_for(const char* mode, const json& more = json::object()) {
  json settings{{"app_id", "wx1a2b3c4d5e6f7890"}, {"app_secret", "0123456789abcdef0123456789abcdef"},
                {"token", "laoke2026token"},      {"encoding_aes_key", "LaokeTestEncodingAesKeyForUnitTestsOnly012E"},
                {"mode", mode}};
  settings.update(more);
  return settings;
}

std::unique_ptr<Channel> account(const char* mode = "safe", const json& more = json::object()) {
  return make_wechat({1, 2, "gzh", "wechat", settings_for(mode, more)}, [] { return kNewYearMs; });
}

FakeWechat::Options at_new_year(const char* mode) {
  return {mode, [] { return kNewYearMs; }, false};
}

InboundEvent message_of(InboundKind kind, const char* id, std::int64_t at_ms) {
  InboundEvent event;
  event.kind = kind;
  event.key = std::string("m:") + id;
  event.platform_message_id = id;
  event.external_id = kAnna;
  event.at_ms = at_ms;
  event.window_ms = 48 * 3'600'000;
  event.replies_left = 5;
  return event;
}

InboundEvent with(InboundEvent event, void (*change)(InboundEvent&)) {
  change(event);
  return event;
}

}  // namespace

TEST_CASE("recorded WeChat messages become shop events", "[wechat]") {
  struct Row {
    const char* payload;
    InboundEvent event;
  };
  const Row row = GENERATE(values<Row>({
      {"text", with(message_of(InboundKind::kText, "24500000000000001", 1767225600000), [](InboundEvent& e) { e.text = "你好，老客"; })},
      {"image", with(message_of(InboundKind::kMedia, "24500000000000002", 1767225700000),
                     [](InboundEvent& e) {
                       e.media_kind = "photo";
                       e.media = "MEDIA_1";
                     })},
      {"voice", with(message_of(InboundKind::kMedia, "24500000000000003", 1767225701000),
                     [](InboundEvent& e) {
                       e.media_kind = "voice";
                       e.media = "MEDIA_2";
                       e.text = "面膜还有吗";
                     })},
      {"video", with(message_of(InboundKind::kMedia, "24500000000000004", 1767225702000),
                     [](InboundEvent& e) {
                       e.media_kind = "video";
                       e.media = "MEDIA_3";
                     })},
      {"location", with(message_of(InboundKind::kLocation, "24500000000000005", 1767225703000),
                        [](InboundEvent& e) { e.text = "23.134521,113.358803"; })},
      {"link", with(message_of(InboundKind::kText, "24500000000000006", 1767225704000),
                    [](InboundEvent& e) { e.text = "面膜测评\n十款对比\nhttps://shop.example.com/a?b=1&c=2"; })},
      {"menu_press", with(message_of(InboundKind::kPress, "24500000000000007", 1767225705000),
                          [](InboundEvent& e) {
                            e.text = "收到了";
                            e.press_data = "rcv:1001:y";
                          })},
  }));
  DYNAMIC_SECTION(row.payload) {
    CHECK(only_event(row.payload) == row.event);
  }
}

TEST_CASE("recorded WeChat events become shop events with their windows", "[wechat]") {
  struct Row {
    const char* payload;
    InboundKind kind;
    std::int64_t window_ms, replies;
    const char *referral, *press;
  };
  const Row row = GENERATE(values<Row>({
      {"subscribe_scene", InboundKind::kFollowed, 60'000, 3, "parcel-card", ""},
      {"scan", InboundKind::kFollowed, 60'000, 3, "parcel-card", ""},
      {"unsubscribe", InboundKind::kBlocked, 0, -1, "", ""},
      {"click", InboundKind::kPress, 60'000, 3, "", "again:y"},
      {"view", InboundKind::kOther, 0, -1, "", ""},
      {"notice_answers", InboundKind::kOther, 0, -1, "", ""},
  }));
  DYNAMIC_SECTION(row.payload) {
    const InboundEvent event = only_event(row.payload);
    CHECK(event.kind == row.kind);
    CHECK(event.external_id == kAnna);
    CHECK(event.window_ms == row.window_ms);
    CHECK(event.replies_left == row.replies);
    CHECK(event.referral == row.referral);
    CHECK(event.press_data == row.press);
    CHECK(event.at_ms >= 1767225700000);
  }
}

TEST_CASE("results of templates, notices and mass sends are receipts", "[wechat]") {
  const InboundEvent done = only_event("template_result"), blocked = only_event("template_blocked");
  CHECK(done.receipt == ReceiptKind::kDelivered);
  CHECK(done.platform_message_id == "2001");
  CHECK(done.external_id == kAnna);
  CHECK(blocked.receipt == ReceiptKind::kFailed);
  CHECK(blocked.receipt_reason == "failed:user block");

  const auto notices = events_in(recorded("notice_results"));
  REQUIRE(notices.size() == 2);
  CHECK(notices[0].receipt == ReceiptKind::kDelivered);
  CHECK(notices[0].platform_message_id == "3001");
  CHECK(notices[1].receipt == ReceiptKind::kFailed);
  CHECK(notices[1].receipt_reason == "43101 user refuse");
  CHECK(notices[0].key != notices[1].key);

  const InboundEvent went = only_event("mass_result"), refused = only_event("mass_refused");
  for (const auto& event : {went, refused}) {
    CHECK(event.kind == InboundKind::kReceipt);
    CHECK(event.external_id.empty());  // the sender of the push is the publisher, no customer
    CHECK(event.platform_message_id == "1000001625");
    REQUIRE(event.batch_result != nullptr);
  }
  CHECK(*went.batch_result == BatchResult{false, 120, 110, 108, 2, "send success"});
  CHECK(refused.batch_result->failed);
  CHECK(refused.batch_result->words == "err(10001) 涉嫌广告 (advertising)");
}

TEST_CASE("a mass send's result without its numbers, or with odd ones, says that they are not known", "[wechat]") {
  const auto result = [](const std::string& fields) {
    const auto events = events_in("<xml><FromUserName>oP</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType><Event>MASSSENDJOBFINISH</Event>"
                                  "<MsgID>9</MsgID>" + fields + "</xml>");
    return *events.at(0).batch_result;
  };
  CHECK(result("<Status>send success</Status>") == BatchResult{false, -1, -1, -1, -1, "send success"});
  CHECK(result("<Status>send success</Status><TotalCount>-3</TotalCount><SentCount>2x</SentCount>") == BatchResult{false, -1, -1, -1, -1, "send success"});
  CHECK(result("<Status>send fail</Status><TotalCount>5</TotalCount>") == BatchResult{true, 5, -1, -1, -1, "send fail"});
  CHECK(result("<Status>err(99999)</Status>").words == "err(99999)");
  CHECK(result("").failed);
}

TEST_CASE("two events of one second are two, the same event twice is one", "[wechat]") {
  const auto key = [](const std::string& fields) {
    return events_in("<xml><ToUserName>gh</ToUserName><FromUserName>oA</FromUserName><MsgType>event</MsgType>" + fields + "</xml>").at(0).key;
  };
  const std::string first = "<CreateTime>1</CreateTime><Event>CLICK</Event><EventKey>a</EventKey>";
  CHECK(key(first) == key(first));
  CHECK(key(first) == key("<EventKey><![CDATA[a]]></EventKey><Event>click</Event><CreateTime>1</CreateTime>"));
  const std::set<std::string> keys{
      key(first),
      key("<CreateTime>1</CreateTime><Event>CLICK</Event><EventKey>b</EventKey>"),
      key("<CreateTime>2</CreateTime><Event>CLICK</Event><EventKey>a</EventKey>"),
      key("<CreateTime>1</CreateTime><Event>VIEW</Event><EventKey>a</EventKey>"),
      key("<CreateTime>1</CreateTime><Event>SCAN</Event><EventKey>a</EventKey>"),
      key("<CreateTime>1</CreateTime><Event>SCAN</Event><EventKey>a</EventKey><Ticket>t</Ticket>"),
      key("<CreateTime>1</CreateTime><Event>TEMPLATESENDJOBFINISH</Event><MsgID>1</MsgID><Status>success</Status>"),
      key("<CreateTime>1</CreateTime><Event>TEMPLATESENDJOBFINISH</Event><MsgID>2</MsgID><Status>success</Status>"),
      key("<CreateTime>1</CreateTime><Event>subscribe_msg_change_event</Event><SubscribeMsgChangeEvent><List><TemplateId>a</TemplateId></List></SubscribeMsgChangeEvent>"),
      key("<CreateTime>1</CreateTime><Event>subscribe_msg_change_event</Event><SubscribeMsgChangeEvent><List><TemplateId>b</TemplateId></List></SubscribeMsgChangeEvent>"),
  };
  CHECK(keys.size() == 10);
}

TEST_CASE("a plain follow has no source, a scene is one", "[wechat]") {
  const auto referral = [](const std::string& key) {
    return events_in("<xml><FromUserName>oA</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType><Event>subscribe</Event><EventKey>" + key +
                     "</EventKey></xml>").at(0).referral;
  };
  CHECK(referral("") == "");
  CHECK(referral("qrscene_123") == "123");
  CHECK(referral("qrscene_c42") == "c42");
  CHECK(referral("qrscene_" + std::string(200, 'x')) == "");
}

TEST_CASE("a push that is not what WeChat documents is refused, never a crash", "[wechat]") {
  const auto [says, fields] = GENERATE(table<const char*, std::string>({
      {"nothing in it", ""},
      {"no sender", "<CreateTime>1</CreateTime><MsgType>text</MsgType><MsgId>1</MsgId>"},
      {"no time", "<FromUserName>oA</FromUserName><MsgType>text</MsgType><MsgId>1</MsgId>"},
      {"a time of another world", "<FromUserName>oA</FromUserName><CreateTime>9223372036854775807</CreateTime><MsgType>text</MsgType><MsgId>1</MsgId>"},
      {"a time before all", "<FromUserName>oA</FromUserName><CreateTime>-1</CreateTime><MsgType>text</MsgType><MsgId>1</MsgId>"},
      {"no type", "<FromUserName>oA</FromUserName><CreateTime>1</CreateTime><MsgId>1</MsgId>"},
      {"no message id", "<FromUserName>oA</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType>"},
      {"an endless message id", "<FromUserName>oA</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><MsgId>" + std::string(1000, '1') + "</MsgId>"},
      {"an endless sender", "<FromUserName>" + std::string(1000, 'o') + "</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><MsgId>1</MsgId>"},
      {"an event without a name", "<FromUserName>oA</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType>"},
      {"two senders", "<FromUserName>oA</FromUserName><FromUserName>oB</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><MsgId>1</MsgId>"},
      {"a place nowhere", "<FromUserName>oA</FromUserName><CreateTime>1</CreateTime><MsgType>location</MsgType><MsgId>1</MsgId><Location_X>nan</Location_X><Location_Y>1</Location_Y>"},
      {"a place off the earth", "<FromUserName>oA</FromUserName><CreateTime>1</CreateTime><MsgType>location</MsgType><MsgId>1</MsgId><Location_X>181</Location_X><Location_Y>1</Location_Y>"},
  }));
  DYNAMIC_SECTION(says) {
    CHECK_THROWS_AS(events_in("<xml>" + fields + "</xml>"), BadPayload);
  }
}

TEST_CASE("what a later version sends is kept for the record and does nothing", "[wechat]") {
  for (const char* fields : {"<MsgType>hologram</MsgType><MsgId>1</MsgId>", "<MsgType>event</MsgType><Event>hologram_event</Event>"}) {
    const auto events = events_in(std::string("<xml><FromUserName>oA</FromUserName><CreateTime>1</CreateTime>") + fields + "</xml>");
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == InboundKind::kOther);
    CHECK_FALSE(events[0].key.empty());
  }
}

TEST_CASE("the console's check of the address is answered with its own words", "[wechat]") {
  for (const char* mode : {"safe", "mixed", "plain"}) {
    RawRequest request{"GET", "", {}, {{"signature", "da12ef95106dfea58797efaac84c047ea75d8a07"}, {"timestamp", "1767225600"}, {"nonce", "889900"}, {"echostr", "5837397520665436499"}}};
    const auto channel = account(mode);
    const auto answered = channel->handshake(request);
    REQUIRE(answered);
    CHECK(answered->status == 200);
    CHECK(answered->body == "5837397520665436499");
    request.query["nonce"] = "889901";
    CHECK(channel->handshake(request)->status == 403);
    CHECK(channel->handshake(request)->body.empty());
    request.query["nonce"] = "889900";
    request.query["echostr"] = std::string(1000, '1');
    CHECK(channel->handshake(request)->status == 403);
    request.method = "POST";
    CHECK_FALSE(channel->handshake(request));
    request.method = "GET";
    request.query.erase("echostr");
    CHECK_FALSE(channel->handshake(request));
  }
}

TEST_CASE("in every mode a genuine push is read, and one with a changed byte is not WeChat's", "[wechat]") {
  const char* const mode = GENERATE("safe", "mixed", "plain");
  DYNAMIC_SECTION(mode) {
    FakeWechat fake(at_new_year(mode));
    const auto channel = account(mode);
    const RawRequest good = fake.sign(recorded("text"));
    CHECK(channel->authentic(good));
    CHECK(channel->parse(good).at(0).text == "你好，老客");
    const auto broken = [&](auto change) {
      RawRequest request = good;
      change(request);
      return channel->authentic(request);
    };
    const bool plain = std::string(mode) == "plain";
    const char* const signature = plain ? "signature" : "msg_signature";
    CHECK_FALSE(broken([&](RawRequest& r) { r.query[signature][5] ^= 1; }));
    CHECK_FALSE(broken([&](RawRequest& r) { r.query.erase(signature); }));
    CHECK_FALSE(broken([](RawRequest& r) { r.query["nonce"] = "1"; }));
    CHECK_FALSE(broken([](RawRequest& r) { r.query["timestamp"] = "1767225601"; }));
    CHECK_FALSE(broken([](RawRequest& r) { r.query.clear(); }));
    if (plain) return;
    CHECK_FALSE(broken([](RawRequest& r) { r.body[r.body.find("<Encrypt>") + 30] ^= 1; }));
    CHECK_FALSE(broken([](RawRequest& r) { r.body.clear(); }));
    CHECK_FALSE(broken([](RawRequest& r) { r.body.resize(r.body.size() / 2); }));
    CHECK_FALSE(broken([](RawRequest& r) { r.body = "<!DOCTYPE x>" + r.body; }));
    CHECK_FALSE(broken([](RawRequest& r) { r.body = "<xml><Content>clear</Content></xml>"; }));
  }
}

TEST_CASE("the clear half of a mixed push is nobody's word", "[wechat]") {
  FakeWechat fake(at_new_year("mixed"));
  RawRequest request = fake.sign(recorded("text"));
  const std::size_t at = request.body.find("你好，老客");
  REQUIRE(at != std::string::npos);
  request.body.replace(at, std::string("你好，老客").size(), "送我一百单");
  const auto channel = account("mixed");
  CHECK(channel->authentic(request));
  CHECK(channel->parse(request).at(0).text == "你好，老客");
}

TEST_CASE("an old push is not taken again", "[wechat]") {
  FakeWechat fake(at_new_year("safe"));
  const RawRequest request = fake.sign(recorded("text"));
  const auto later = [&](std::int64_t seconds, const json& more) {
    return make_wechat({1, 2, "gzh", "wechat", settings_for("safe", more)}, [seconds] { return kNewYearMs + seconds * 1000; })->authentic(request);
  };
  CHECK(later(599, json::object()));
  CHECK_FALSE(later(601, json::object()));
  CHECK_FALSE(later(-601, json::object()));
  CHECK(later(601, {{"max_age_seconds", "900"}}));
  CHECK(later(86'400 * 365, {{"max_age_seconds", 0}}));
}

TEST_CASE("an envelope for another account is kept as unreadable", "[wechat]") {
  FakeWechat fake(at_new_year("safe"));
  const RawRequest request = fake.sign(recorded("text"));
  CHECK_THROWS_AS(account("safe", {{"app_id", "wxanother"}})->parse(request), BadPayload);
  CHECK_THROWS_AS(account("safe", {{"original_id", "gh_another"}})->parse(request), BadPayload);
  CHECK(account("safe", {{"original_id", "gh_laoke000001"}})->parse(request).size() == 1);
}

TEST_CASE("a reply travels in the answer, encrypted where the push was", "[wechat]") {
  const char* const mode = GENERATE("safe", "mixed", "plain");
  DYNAMIC_SECTION(mode) {
    FakeWechat fake(at_new_year(mode));
    const auto channel = account(mode);
    const RawRequest request = fake.sign(fake.writes(kAnna, "在吗"));
    MessageContent reply;
    reply.text = "在的 ]]> 亲<&>";
    CHECK(channel->can_answer(reply));
    const HookAnswer answer = channel->answer(request, reply);
    CHECK((answer.body.find("亲") == std::string::npos) == (std::string(mode) != "plain"));
    REQUIRE(fake.take_answer(answer));
    REQUIRE(fake.accepted().size() == 1);
    CHECK(fake.accepted()[0].way == "passive");
    CHECK(fake.accepted()[0].openid == kAnna);
    CHECK(fake.accepted()[0].text == reply.text);
    CHECK(channel->answer(request, std::nullopt).body == "success");
    CHECK(channel->answer(RawRequest{"POST", "nonsense", {}, {}}, reply).body == "success");
  }
}

TEST_CASE("what one text cannot carry goes another way", "[wechat]") {
  const auto channel = account();
  const auto can = [&](auto change) {
    MessageContent content;
    content.text = "好";
    change(content);
    return channel->can_answer(content);
  };
  CHECK(channel->traits().passive_replies);
  CHECK(can([](MessageContent&) {}));
  CHECK(can([](MessageContent& c) { c.text = std::string(2048, 'x'); }));
  CHECK(can([](MessageContent& c) { c.buttons = {{{"看", "", "https://shop.example.com"}}}; }));
  CHECK_FALSE(can([](MessageContent& c) { c.text = std::string(2049, 'x'); }));
  CHECK_FALSE(can([](MessageContent& c) { c.text = " "; }));
  CHECK_FALSE(can([](MessageContent& c) { c.image = "https://shop.example.com/a.png"; }));
  CHECK_FALSE(can([](MessageContent& c) { c.platform_template = "TPL"; }));
  CHECK_FALSE(can([](MessageContent& c) { c.edit_of = "1"; }));
  CHECK_FALSE(can([](MessageContent& c) { c.buttons = {{{"好", "ok", ""}}}; }));
}

TEST_CASE("a wrong WeChat setting is named with what is allowed, and secrets stay hidden", "[wechat]") {
  struct Wrong {
    json settings;
    const char *names, *hides;
  };
  const Wrong row = GENERATE(values<Wrong>({
      {{{"app_id", ""}}, "app_id is missing", "@@"},
      {{{"app_id", "公众号"}}, "developer id", "@@"},
      {{{"app_secret", "hunter 2"}}, "app_secret is '***'", "hunter"},
      {{{"token", "ab"}}, "3 to 32", "'ab'"},
      {{{"token", "with-dash"}}, "letters and digits", "with-dash"},
      {{{"token", std::string(33, 'a')}}, "of 33 letters", "aaaa"},
      {{{"encoding_aes_key", "tooshort"}}, "EncodingAESKey", "tooshort"},
      {{{"encoding_aes_key", ""}}, "encoding_aes_key is missing", "@@"},
      {{{"mode", "secret"}}, "safe, mixed or plain", "@@"},
      {{{"account_type", "personal"}}, "service, subscription or unverified", "@@"},
      {{{"sync_tags", "maybe"}}, "yes or no", "@@"},
      {{{"max_age_seconds", "-1"}}, "0 to 86400", "@@"},
      {{{"messages_per_second", 0}}, "0.1 to 1000", "@@"},
      {{{"timeout_seconds", "60"}}, "0.1 to 25", "@@"},
      {{{"api_base", "api.weixin.qq.com"}}, "api_base is 'api.weixin.qq.com'", "@@"},
      {{{"original_id", "我的小店"}}, "gh_", "@@"},
      {{{"token", json::array()}}, "token is neither", "@@"},
  }));
  try {
    account("safe", row.settings);
    FAIL("accepted: " << row.settings.dump());
  } catch (const std::invalid_argument& error) {
    CHECK_THAT(error.what(), Catch::Contains(row.names));
    CHECK_THAT(error.what(), !Catch::Contains(row.hides));
  }
}

TEST_CASE("a plain account needs no key, and what an account may do follows from its type", "[wechat]") {
  CHECK_NOTHROW(account("plain", {{"encoding_aes_key", ""}}));
  CHECK(account()->traits().batch_size == 10'000);
  CHECK(account()->traits().batch_least == 2);
  CHECK(account()->traits().batch_ignores_window);
  CHECK(account("safe", {{"account_type", "subscription"}})->traits().batch_size == 1);
  CHECK(account()->traits().window_ms == 48 * 3'600'000);
  CHECK_FALSE(account()->traits().idempotent);
  CHECK(account()->errands() == std::vector<std::string_view>{"profile"});
  CHECK(account("safe", {{"sync_tags", "yes"}})->errands().size() == 3);
  CHECK(find_kind("wechat")->make({1, 2, "gzh", "wechat", settings_for("safe")})->kind() == "wechat");
}

}  // namespace laoke::test::wechat_push_test

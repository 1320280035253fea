#include <catch2/catch.hpp>
#include <set>

#include "bot/channels/wechat_envelope.h"
#include "bot/channels/wecom/wecom.h"
#include "bot/channels/wecom/wecom_address.h"
#include "bot/channels/wecom/wecom_callback.h"
#include "bot/channels/wecom/wecom_notes.h"
#include "bot/channels/wecom/wecom_service.h"
#include "bot/channels/wecom/wecom_settings.h"
#include "bot/channels/wecom/wecom_watch.h"
#include "bot/channels/xml_body.h"
#include "tests/fakes/fake_wecom.h"

using namespace laoke;
using namespace laoke::channels;
using laoke::test::FakeWecom;
using nlohmann::json;

namespace {

// The printed vectors: developer.work.weixin.qq.com/document/path/90968 tells the scheme, the values are made up.
constexpr const char* kToken = "QyLaokeTok3n";
constexpr const char* kAesKey = "WeComLaokeCallbackAesKeyMadeUpForTests9876A";
constexpr const char* kCorp = "ww0f1e2d3c4b5a6978";
constexpr const char* kEcho = "2VjpnRt8JFrjs+KJedJoVEQf0xFlZtsVr+gHiUY9lrQ6HsK0knzs27ifCmuD4+blqFL1E/Y+JeNwKn31Hbp/bg==";
constexpr const char* kEchoSignature = "5861be1e68632171c12fab821b2bb5656190fad5";
constexpr const char* kEventEncrypted =
    "Nlle+Usn7zvOCx+6whCgIIqvWmyqPoxgQ82kAoGre0pdcIEfmCnsCuIYCWwozj736D8BusD/cmiddIrd67LspDm+eVih0FSqct8iRfOHGVLNLaoVZjPKhOkJvyA2ESQd2Lzu"
    "qWYbgYBTUGDqwxOInbr0N/NBe6Ekh329SnSmz47/+iefQZzPc8wQXLNzNYLdg2Gpr0aOLxmrVbx+Fsq6A0dtUNZkYGpUnjthxjEqqsw0Asb3g6FinP74DCytcCnqnWrBE8kY"
    "Wm46jhe+URmDZ5ZcRMrmqFOGA1sQyx4THrdUNjhOUmMNl+72eix/QykMi3VER4TiLvd84xGpbCKqZVRG7ear81xCLE2k1g+jLO530qybiQUk4fSE5VwOXKVjxMi1KEZ7odyE"
    "lptMI9xLLade19nGG/uZXoxe9y9fa675jTxHlicSOAUtp7mgaDnYP3iLMffxJfn2CaBYS7+2r2YOi5JBW3Sz+k3a2G2sc59V6CpT/BW8E8OEkpWWruE4WtKiO4s9cPlYoXPi"
    "trY+6i5Spo0DxgOlfuXFuoDI+kBRNZ7gdN0N/yrfB37qzXO5bwfRP09dlfyC6dzlCPIdjGl/SseW1W1lIfVzcYze4AfZbe8hFr0so2kGVYeOI/ShoZtZii1hSoGLmXdGqHeY"
    "RjlacSOLZ7bqtGTj9xhIs0RNFmPZ3XOZBNX8FtMZeIvzBNQ8VrtYGMiqJRvSazHcsQ==";
constexpr const char* kEventSignature = "d12f1e0ee0a91c0b801e6f8e1d9cda846f284281";
constexpr const char* kEventMessage =
    "<xml><ToUserName><![CDATA[ww0f1e2d3c4b5a6978]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1767225660</CreateTime>"
    "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[add_external_contact]]></ChangeType>"
    "<UserID><![CDATA[seller01]]></UserID><ExternalUserID><![CDATA[wmLaokeExt0001]]></ExternalUserID><State><![CDATA[parcel-card]]></State>"
    "<WelcomeCode><![CDATA[WLC-demo-0001]]></WelcomeCode></xml>";

json settings(const std::string& base = "http://127.0.0.1:1") {
  return {{"corp_id", kCorp}, {"agent_id", 1000002}, {"secret", "made-up-secret"}, {"token", kToken}, {"encoding_aes_key", kAesKey}, {"api_base", base}};
}

std::unique_ptr<Channel> at(std::int64_t seconds, json more = json::object()) {
  json all = settings();
  all.update(more);
  return wecom::make_with_clock({1, 2, "企微", "wecom", all}, [seconds] { return seconds * 1000; });
}

RawRequest echo(const std::string& echostr = kEcho, const std::string& signature = kEchoSignature) {
  return {"GET", "", {}, {{"msg_signature", signature}, {"timestamp", "1767225600"}, {"nonce", "1372623149"}, {"echostr", echostr}}};
}

RawRequest event_request(const std::string& encrypted = kEventEncrypted, const std::string& signature = kEventSignature) {
  RawRequest request{"POST", "", {}, {{"msg_signature", signature}, {"timestamp", "1767225660"}, {"nonce", "7654321"}}};
  request.body = "<xml><ToUserName><![CDATA[ww0f1e2d3c4b5a6978]]></ToUserName><AgentID><![CDATA[1000002]]></AgentID><Encrypt><![CDATA[" + encrypted + "]]></Encrypt></xml>";
  return request;
}

wecom::Callback read(const std::string& fields, const std::string& time = "1767225660") {
  return wecom::read_callback(XmlBody("<xml><FromUserName>sys</FromUserName><CreateTime>" + time + "</CreateTime>" + fields + "</xml>").root());
}

std::string change(const std::string& type, const std::string& more = "") {
  return "<MsgType>event</MsgType><Event>change_external_contact</Event><ChangeType>" + type +
         "</ChangeType><UserID>seller01</UserID><ExternalUserID>wm1</ExternalUserID>" + more;
}

}  // namespace

TEST_CASE("WeCom's check of the address is answered with what it encrypted", "[wecom]") {
  const auto channel = at(1767225600);
  const auto answer = channel->handshake(echo());
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body == "1616140317555161061");
  std::string blanks = kEcho;
  for (char& c : blanks) c = c == '+' ? ' ' : c;
  CHECK(channel->handshake(echo(blanks))->body == "1616140317555161061");

  CHECK(channel->handshake(echo(kEcho, "5861be1e68632171c12fab821b2bb5656190fad6"))->status == 401);
  CHECK(channel->handshake(echo("2VjpnRt8", kEchoSignature))->status == 401);
  CHECK(at(1767225600 + 3601)->handshake(echo())->status == 401);
  CHECK(at(1767225600 + 3601, {{"max_age_seconds", 0}})->handshake(echo())->status == 200);
  CHECK(at(1767225600, {{"corp_id", "wwother"}})->handshake(echo())->status == 401);
  CHECK_FALSE(channel->handshake(event_request()));
}

TEST_CASE("the printed event is taken as it is, and nothing that was changed on its way", "[wecom]") {
  const auto channel = at(1767225660);
  REQUIRE(channel->authentic(event_request()));
  const auto events = channel->parse(event_request());
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == InboundKind::kFollowed);
  CHECK(events[0].external_id == "ext:wmLaokeExt0001");
  CHECK(events[0].referral == "parcel-card");
  CHECK(events[0].reply_token == "WLC-demo-0001");
  CHECK(events[0].at_ms == 1767225660000);
  CHECK(channel->answer(event_request(), std::nullopt).body.empty());

  const WechatEnvelope envelope(kToken, kAesKey, kCorp);
  CHECK(envelope.encrypt(kEventMessage, "z9x8c7v6b5n4m3a2") == kEventEncrypted);
  CHECK(envelope.sign("1767225660", "7654321", kEventEncrypted) == kEventSignature);

  std::string tampered = kEventEncrypted;
  tampered[40] = tampered[40] == 'A' ? 'B' : 'A';
  CHECK_FALSE(channel->authentic(event_request(tampered)));
  CHECK_FALSE(channel->authentic(event_request(kEventEncrypted, "")));
  CHECK_FALSE(channel->authentic(event_request("")));
  CHECK_FALSE(at(1767225660 + 3601)->authentic(event_request()));
  RawRequest empty = event_request();
  for (const char* body : {"", "<xml>", "{}", "<!DOCTYPE x><xml><Encrypt>a</Encrypt></xml>"}) {
    empty.body = body;
    CHECK_FALSE(channel->authentic(empty));
  }
  // Signed with the right token, and meant for another corporation.
  const WechatEnvelope other(kToken, kAesKey, "ww_other");
  const auto foreign = other.encrypt(kEventMessage);
  const auto stranger = event_request(foreign, other.sign("1767225660", "7654321", foreign));
  CHECK(channel->authentic(stranger));
  CHECK_THROWS_AS(channel->parse(stranger), BadPayload);
}

TEST_CASE("each thing that happens to a customer is one event", "[wecom]") {
  using Ask = wecom::Callback::Ask;
  struct Row {
    const char* says;
    std::string fields;
    InboundKind kind;
    std::string external_id;
    Ask ask;
  };
  const Row row = GENERATE(values<Row>({
      {"added", change("add_external_contact"), InboundKind::kFollowed, "ext:wm1", Ask::kName},
      {"added from one side", change("add_half_external_contact"), InboundKind::kFollowed, "ext:wm1", Ask::kName},
      {"note or tags changed", change("edit_external_contact"), InboundKind::kOther, "ext:wm1", Ask::kTags},
      {"removed by the member", change("del_external_contact", "<Source>DELETE_BY_TRANSFER</Source>"), InboundKind::kBlocked, "ext:wm1", Ask::kFollowed},
      {"removed by the customer", change("del_follow_user"), InboundKind::kBlocked, "ext:wm1", Ask::kFollowed},
      {"a handover that failed", change("transfer_fail", "<FailReason>customer_refused</FailReason>"), InboundKind::kAlert, "ext:wm1", Ask::kNothing},
      {"a change of a later version", change("levitate"), InboundKind::kOther, "ext:wm1", Ask::kNothing},
      {"tags of the corporation", "<MsgType>event</MsgType><Event>change_external_tag</Event><Id>et1</Id>", InboundKind::kOther, "member:sys", Ask::kTagNames},
      {"a nudge of 微信客服", "<MsgType>event</MsgType><Event>kf_msg_or_event</Event><Token>ENC</Token><OpenKfId>wk1</OpenKfId>", InboundKind::kOther, "member:sys", Ask::kMessages},
      {"an event of a later version", "<MsgType>event</MsgType><Event>eclipse</Event>", InboundKind::kOther, "member:sys", Ask::kNothing},
      {"a group chat changed", "<MsgType>event</MsgType><Event>change_external_chat</Event><ChatId>wr1</ChatId>", InboundKind::kOther, "member:sys", Ask::kNothing},
  }));
  DYNAMIC_SECTION(row.says) {
    const auto callback = read(row.fields);
    CHECK(callback.event.kind == row.kind);
    CHECK(callback.event.external_id == row.external_id);
    CHECK(callback.ask == row.ask);
    CHECK(callback.event.at_ms == 1767225660000);
  }
}

TEST_CASE("two things of one second are two, and the same told again is one", "[wecom]") {
  std::set<std::string> keys;
  const std::vector<std::string> different = {change("add_external_contact"), change("del_follow_user"), change("add_external_contact", "<State>a</State>"),
                                              change("add_external_contact", "<State>b</State>"), change("add_external_contact", "<WelcomeCode>c</WelcomeCode>"),
                                              "<MsgType>event</MsgType><Event>kf_msg_or_event</Event><Token>1</Token><OpenKfId>wk1</OpenKfId>",
                                              "<MsgType>event</MsgType><Event>kf_msg_or_event</Event><Token>2</Token><OpenKfId>wk1</OpenKfId>"};
  for (const auto& fields : different) keys.insert(read(fields).event.key);
  CHECK(keys.size() == different.size());
  CHECK(read(different[0]).event.key == read(different[0]).event.key);
  CHECK(read(different[0]).event.key != read(different[0], "1767225661").event.key);
  FakeWecom wecom;  // a repeat comes in another envelope
  const auto channel = at(0, {{"max_age_seconds", 0}});
  const std::string xml = "<xml><FromUserName>m</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>在</Content><MsgId>7</MsgId></xml>";
  CHECK(channel->parse(wecom.callback(xml)) == channel->parse(wecom.callback(xml)));
}

TEST_CASE("what a member writes in the app's chat is a message", "[wecom]") {
  struct Row {
    const char* says;
    const char* fields;
    InboundKind kind;
    const char *text, *media;
  };
  const Row row = GENERATE(values<Row>({
      {"a text", "<MsgType>text</MsgType><Content><![CDATA[+油性皮肤 李雷]]></Content>", InboundKind::kText, "+油性皮肤 李雷", ""},
      {"a picture", "<MsgType>image</MsgType><PicUrl>u</PicUrl><MediaId>M1</MediaId>", InboundKind::kMedia, "", "M1"},
      {"a voice", "<MsgType>voice</MsgType><MediaId>V1</MediaId><Format>amr</Format>", InboundKind::kMedia, "", "V1"},
      {"a place", "<MsgType>location</MsgType><Location_X>30.25</Location_X><Location_Y>120.5</Location_Y>", InboundKind::kLocation, "30.25,120.5", ""},
      {"a link", "<MsgType>link</MsgType><Title>新品</Title><Url>https://a.example/1</Url>", InboundKind::kText, "新品\nhttps://a.example/1", ""},
      {"something of a later version", "<MsgType>hologram</MsgType>", InboundKind::kOther, "", ""},
  }));
  DYNAMIC_SECTION(row.says) {
    const auto event = wecom::read_callback(XmlBody("<xml><FromUserName>seller01</FromUserName><CreateTime>9</CreateTime><MsgId>990001</MsgId>" + std::string(row.fields) + "</xml>").root()).event;
    CHECK(event.kind == row.kind);
    CHECK(event.external_id == "member:seller01");
    CHECK(event.key == "m:990001");
    CHECK(event.text == row.text);
    CHECK(event.media == row.media);
  }
  const auto menu = read("<MsgType>event</MsgType><Event>click</Event><EventKey>待办</EventKey>").event;
  CHECK(menu.kind == InboundKind::kPress);
  CHECK(menu.press_data == "待办");
  CHECK(menu.press_id.empty());
}

TEST_CASE("callbacks that are not what WeCom documents are refused", "[wecom]") {
  const auto fields = GENERATE(as<std::string>(), "<MsgType>event</MsgType><Event>change_external_contact</Event><ChangeType>x</ChangeType>",
                               "<MsgType>text</MsgType><Content>x</Content>", "<MsgType>event</MsgType><Event>kf_msg_or_event</Event>",
                               "<MsgType>event</MsgType><MsgType>text</MsgType>");
  CHECK_THROWS_AS(read(fields), BadPayload);
  CHECK_THROWS_AS(read(change("add_external_contact"), "soon"), BadPayload);
  CHECK_THROWS_AS(read(change("add_external_contact"), "-1"), BadPayload);
  CHECK_THROWS_AS(at(1)->parse({"POST", "not XML", {}, {}}), BadPayload);
  CHECK_THROWS_AS(at(1)->parse({"POST", "{\"kf\": 7}", {}, {}}), BadPayload);
  CHECK_THROWS_AS(at(1)->parse({"POST", "{\"results\": {\"id\":\"1\",\"at_ms\":1,\"list\":[{\"to\":\"wm1\",\"what\":\"?\"}]}}", {}, {}}), BadPayload);
}

TEST_CASE("messages of 微信客服 open the window, and what employees do does not", "[wecom]") {
  const json text{{"msgid", "m1"}, {"open_kfid", "wk1"}, {"external_userid", "wm1"}, {"send_time", 1767225700}, {"origin", 3}, {"msgtype", "text"}, {"text", {{"content", "在吗"}}}};
  const auto event = wecom::service_event(text);
  CHECK(event.kind == InboundKind::kText);
  CHECK(event.external_id == "kf:wk1:wm1");
  CHECK(event.key == "kf:m1");
  CHECK(event.text == "在吗");
  CHECK(event.window_ms == 48 * 3'600'000);
  CHECK(event.replies_left == 5);
  json by_hand = text, picture = text, card = text;
  by_hand["origin"] = 5;
  CHECK(wecom::service_event(by_hand).kind == InboundKind::kOther);
  CHECK(wecom::service_event(by_hand).window_ms == 0);
  picture.update({{"msgtype", "image"}, {"image", {{"media_id", "P1"}}}});
  CHECK(wecom::service_event(picture).media_kind == "photo");
  card["msgtype"] = "business_card";
  CHECK(wecom::service_event(card).kind == InboundKind::kMedia);

  const auto system = [](json happened) {
    happened.update({{"open_kfid", "wk1"}, {"external_userid", "wm1"}});
    return wecom::service_event({{"msgid", "e1"}, {"send_time", 1}, {"origin", 4}, {"msgtype", "event"}, {"event", happened}});
  };
  const auto entered = system({{"event_type", "enter_session"}, {"scene", "site"}, {"scene_param", "card-7"}, {"welcome_code", "C1"}});
  CHECK(entered.kind == InboundKind::kFollowed);
  CHECK(entered.external_id == "kf:wk1:wm1");
  CHECK(entered.referral == "card-7");
  CHECK(entered.reply_token == "C1");
  const auto failed = system({{"event_type", "msg_send_fail"}, {"fail_msgid", "x-0"}, {"fail_type", 4}});
  CHECK(failed.receipt == ReceiptKind::kFailed);
  CHECK(failed.platform_message_id == "x-0");
  CHECK(failed.receipt_reason.find("48") != std::string::npos);
  CHECK(system({{"event_type", "user_recall_msg"}, {"recall_msgid", "m1"}}).kind == InboundKind::kUnsent);
  CHECK(system({{"event_type", "servicer_status_change"}}).kind == InboundKind::kOther);
  for (const char* missing : {"msgid", "send_time", "external_userid"}) {
    json broken = text;
    broken.erase(missing);
    CHECK_THROWS_AS(wecom::service_event(broken), BadPayload);
  }
}

TEST_CASE("addresses tell the three kinds of people apart", "[wecom]") {
  using wecom::Who;
  CHECK(wecom::address_in("ext:wm1") == wecom::Address{Who::kCustomer, "wm1", ""});
  CHECK(wecom::address_in("kf:wk1:wm1") == wecom::Address{Who::kService, "wm1", "wk1"});
  CHECK(wecom::address_in("member:seller01") == wecom::Address{Who::kMember, "seller01", ""});
  for (const char* none : {"", "wm1", "ext:", "kf:wk1", "kf::wm1", "kf:wk1:", "member:"}) CHECK_FALSE(wecom::address_in(none));
}

TEST_CASE("a task is asked about with growing gaps for a week, a job for a day", "[wecom]") {
  constexpr std::int64_t kMinute = 60'000, kHour = 60 * kMinute;
  wecom::Watch task;
  std::vector<std::int64_t> minutes;
  std::int64_t now = 0;
  bool more = wecom::look_again(task, now, std::chrono::minutes(10));
  for (; more && minutes.size() < 50; more = wecom::look_again(task, now, std::chrono::minutes(10))) {
    now = task.due_ms;
    minutes.push_back(now / kMinute);
  }
  REQUIRE(minutes.size() > 5);
  CHECK(std::vector(minutes.begin(), minutes.begin() + 5) == std::vector<std::int64_t>{10, 40, 160, 880, 880 + 1440});
  CHECK(now <= 7 * 24 * kHour);
  wecom::Watch job;
  job.kind = wecom::Watch::Kind::kMomentJob;
  CHECK(wecom::look_again(job, 0, std::chrono::minutes(10)));
  CHECK(job.due_ms == 3'000);
  CHECK_FALSE(wecom::look_again(job, 25 * kHour, std::chrono::minutes(10)));
}

TEST_CASE("where polling stands survives, and what is no cursor is a first start", "[wecom]") {
  wecom::Cursor cursor{77, {{"wk1", "c1"}}, {{wecom::Watch::Kind::kMoment, "mom1", "moment:9", 1, 2, 3}}, 4};
  CHECK(wecom::cursor_from(wecom::to_text(cursor), 5) == cursor);
  const auto broken = GENERATE(as<std::string>(), "", "7", "{}", "{\"since\":1,\"kf\":{},\"watch\":[[9,\"\",\"\",0,0,0]],\"page\":1}", "nonsense",
                               R"({"since":88888888888888888888888888,"kf":{},"watch":[],"page":1})", R"({"since":1,"kf":{},"watch":[[1,"","",1e99,0,0]],"page":1})");
  CHECK(wecom::cursor_from(broken, 5) == wecom::Cursor{5, {}, {}, 0});
}

TEST_CASE("a wrong setting is named with what is allowed, and no secret is shown", "[wecom]") {
  const auto [name, value] = GENERATE(table<std::string, json>({{"corp_id", ""}, {"corp_id", "a b"}, {"agent_id", "x"}, {"secret", "a secret!"}, {"token", "ab"},
                                                                {"token", std::string(33, 'a')}, {"encoding_aes_key", "short"}, {"sync_tags", "maybe"},
                                                                {"api_base", "ftp://x"}, {"messages_per_second", 0}, {"timeout_seconds", json::array()}}));
  json wrong = settings();
  wrong[name] = value;
  CHECK_THROWS_WITH(wecom::read_settings(wrong), Catch::Contains("wecom: " + name) && Catch::Contains("must be") && !Catch::Contains("a secret!"));
}

TEST_CASE("settings are read as the command line writes them", "[wecom]") {
  json written = settings();
  written.update({{"agent_id", "1000002"}, {"sync_tags", "yes"}, {"open_kfids", "wk1, wk2"}, {"results_after_seconds", "30"}});
  const auto read = wecom::read_settings(written);
  CHECK(read.agent_id == 1000002);
  CHECK(read.sync_tags);
  CHECK(read.open_kfids == std::vector<std::string>{"wk1", "wk2"});
  CHECK(read.results_after == std::chrono::seconds(30));
  CHECK(read.tag_group == "老客");
}

#include "bot/channels/webchat.h"

#include <catch2/catch.hpp>
#include <thread>

#include "bot/channels/webchat_room.h"
#include "bot/http/server.h"
#include "bot/http/webchat_routes.h"
#include "tests/support/raw_http.h"

using namespace laoke;
using namespace laoke::channels;
using namespace std::chrono_literals;

namespace {

constexpr const char* kChatToken = "token-of-the-test-shop";

std::int64_t fresh_channel() {
  static std::atomic<std::int64_t> next = 900;
  return ++next;
}

std::unique_ptr<Channel> webchat(std::int64_t channel_id = fresh_channel(), const std::string& token = kChatToken) {
  return webchat_kind().make({1, channel_id, "page", "webchat", {{"token", token}}});
}

RawRequest chat_request(const std::string& body, const std::string& token = kChatToken) {
  return {"POST", body, {{kWebchatTokenHeader, token}}, {}};
}

Outgoing text_message(const std::string& to, const std::string& text, const std::string& key = "") {
  Outgoing out;
  out.external_id = to;
  out.content.text = text;
  out.idempotency_key = key;
  return out;
}

std::vector<std::string> texts(const std::vector<WebchatRoom::Entry>& entries) {
  std::vector<std::string> all;
  for (const auto& entry : entries) all.push_back((entry.edit ? "edit " : "") + entry.content.text);
  return all;
}

}  // namespace

TEST_CASE("what a page posts becomes one shop event", "[http][webchat]") {
  InboundEvent base;
  base.external_id = base.display_name = "小美";
  base.key = base.platform_message_id = "k1";
  const auto with = [&](auto change) {
    InboundEvent event = base;
    change(event);
    return event;
  };
  struct Row {
    const char* says;
    const char* fields;
    InboundEvent event;
  };
  const std::vector<Row> rows = {
      {"a text", R"("text":"在吗😊")", with([](auto& e) { e.kind = InboundKind::kText, e.text = "在吗😊"; })},
      {"a name and a time", R"("text":"hi","name":"美美","at_ms":5)",
       with([](auto& e) { e.kind = InboundKind::kText, e.text = "hi", e.display_name = "美美", e.at_ms = 5; })},
      {"an answer to a message", R"("text":"好","reply_to":"77")",
       with([](auto& e) { e.kind = InboundKind::kText, e.text = "好", e.reply_to = "77"; })},
      {"a pressed button", R"("press":"yes:1","message_id":"77")",
       with([](auto& e) { e.kind = InboundKind::kPress, e.press_data = "yes:1", e.press_id = "k1", e.reply_to = "77"; })},
      {"a shared phone", R"("phone":"13800138000")", with([](auto& e) { e.kind = InboundKind::kSharedPhone, e.text = "13800138000"; })},
      {"a start with a referral", R"("start":"abc")", with([](auto& e) { e.kind = InboundKind::kFollowed, e.referral = "abc"; })},
      {"a start without one", R"("start":"")", with([](auto& e) { e.kind = InboundKind::kFollowed; })},
      {"a photo", R"("image":"https://x/1.jpg","text":"这款")",
       with([](auto& e) { e.kind = InboundKind::kMedia, e.media_kind = "photo", e.media = "https://x/1.jpg", e.text = "这款"; })},
      {"a message was read", R"("read":"77")",
       with([](auto& e) { e.kind = InboundKind::kReceipt, e.receipt = ReceiptKind::kRead, e.platform_message_id = "77"; })},
      {"an edited text", R"("edit_of":"k0","text":"改了")",
       with([](auto& e) { e.kind = InboundKind::kEdited, e.platform_message_id = "k0", e.text = "改了"; })},
      {"leaving", R"("left":true)", with([](auto& e) { e.kind = InboundKind::kBlocked; })},
  };
  const std::size_t at = GENERATE(range(0, 11));
  DYNAMIC_SECTION(rows.at(at).says) {
    const auto events = webchat()->parse(chat_request(R"({"from":"小美","id":"k1",)" + std::string(rows[at].fields) + "}"));
    REQUIRE(events.size() == 1);
    CHECK(events[0] == rows[at].event);
  }
}

TEST_CASE("a body that is no webchat message is refused", "[http][webchat]") {
  const auto [says, body] = GENERATE(table<std::string, std::string>({
      {"nothing", ""},
      {"no JSON", "hello"},
      {"a list", "[]"},
      {"nobody", R"({"text":"x"})"},
      {"an empty name", R"({"from":"","text":"x"})"},
      {"a number for a name", R"({"from":1,"text":"x"})"},
      {"no text", R"({"from":"a"})"},
      {"a list for a text", R"({"from":"a","text":["x"]})"},
      {"a very long name", R"({"from":")" + std::string(200, 'x') + R"(","text":"x"})"},
      {"a very long press", R"({"from":"a","press":")" + std::string(5000, 'x') + R"("})"},
      {"bytes that are no text", "{\"from\":\"\xff\xfe\",\"text\":\"x\"}"},
  }));
  DYNAMIC_SECTION(says) { CHECK_THROWS_AS(webchat()->parse(chat_request(body)), BadPayload); }
}

TEST_CASE("only who knows the channel's token may speak", "[http][webchat]") {
  const auto channel = webchat();
  CHECK(channel->authentic(chat_request("x")));
  CHECK_FALSE(channel->authentic(chat_request("x", "")));
  CHECK_FALSE(channel->authentic(chat_request("x", std::string(kChatToken) + "x")));
  CHECK_FALSE(channel->authentic({"POST", "x", {}, {}}));
  CHECK_THROWS_WITH(webchat(1, "short"), Catch::Contains("'token'") && Catch::Contains("16") && !Catch::Contains("short"));
  CHECK(webchat_kind().settings.at(0).generated);
}

TEST_CASE("a text of 100 kB with every kind of letter goes through", "[http][webchat]") {
  std::string text;
  while (text.size() < 100'000) text += "老客👍🏽\u200d\u202eabc\u200b ";
  const auto event = webchat()->parse(chat_request(nlohmann::json{{"from", "小美"}, {"text", text}}.dump())).at(0);
  CHECK(event.text == text);
  CHECK_FALSE(event.key.empty());
}

TEST_CASE("a message sent twice with one key is said once", "[http][webchat]") {
  const std::int64_t id = fresh_channel();
  const auto channel = webchat(id);
  const auto first = channel->send(text_message("小美", "您好", "k"));
  CHECK(first.status == SendStatus::kAccepted);
  CHECK(channel->send(text_message("小美", "您好", "k")).platform_message_id == first.platform_message_id);
  CHECK(webchat(id)->send(text_message("小美", "您好", "k")).platform_message_id == first.platform_message_id);  // new settings
  CHECK(texts(webchat_room(id)->listen("小美", 0, 0ms)) == std::vector<std::string>{"您好"});
  CHECK(webchat_room(id)->listen("阿强", 0, 0ms).empty());
}

TEST_CASE("a stream begins with what none has shown, or after the event it names", "[http][webchat]") {
  WebchatRoom room(1000);
  MessageContent content;
  const auto say = [&](const char* text) {
    content.text = text;
    return room.say("小美", content, "");
  };
  say("1");
  CHECK(room.shown("小美") == 0);
  const auto first = room.listen("小美", 0, 0ms);
  CHECK(texts(first) == std::vector<std::string>{"1"});
  room.mark_shown("小美", first.back().id);
  CHECK(room.listen("小美", room.shown("小美"), 0ms).empty());
  const std::string edited = say("2");
  say("3");
  content.edit_of = edited;
  say("2, step 1");
  say("2, step 2");
  CHECK(texts(room.listen("小美", first.back().id, 0ms)) == std::vector<std::string>{"2", "3", "edit 2, step 2"});
  CHECK(room.listen("小美", 0, 0ms).back().message_id == edited);
}

TEST_CASE("a room forgets the oldest and stays small", "[http][webchat]") {
  WebchatRoom room(1000);
  MessageContent content;
  for (int i = 0; i < 150; ++i) {
    content.text = std::to_string(i);
    room.say("小美", content, "");
  }
  CHECK(texts(room.listen("小美", 0, 0ms)).front() == "50");
  for (std::size_t i = 0; i < WebchatRoom::kContacts; ++i) room.say("c" + std::to_string(i), content, "");
  CHECK(room.listen("小美", 0, 0ms).empty());
  CHECK(room.listen("c0", 0, 0ms).size() == 1);
}

TEST_CASE("events stream to who holds the token, and go on where they broke off", "[http][webchat][concurrent]") {
  const std::int64_t id = fresh_channel();
  const auto channel = webchat(id);
  http::Router router;
  http::add_webchat_routes(router, [&](std::string_view name) {
    return name == "page" ? std::optional(http::WebchatAccount{id, kChatToken}) : std::nullopt;
  });
  http::ServerOptions options;
  options.port = 0;
  http::Server server(options, [&](http::Request& request) { return router(request); });
  server.start();
  const auto events = [&](const std::string& path, const std::string& headers) {
    return "GET /webchat/" + path + " HTTP/1.1\r\n" + headers + "\r\n";
  };
  const std::string token = std::string("X-Laoke-Webchat-Token: ") + kChatToken + "\r\n";
  const std::string mei = "page/events?contact=%E5%B0%8F%E7%BE%8E";

  SECTION("refusals") {
    test::RawHttp client(server.port());
    CHECK(client.ask(events(mei, "")).status == 401);
    CHECK(client.ask(events("other/events?contact=a", token)).status == 401);
    CHECK(client.ask(events("page/events", token)).status == 400);
  }
  SECTION("live, then resumed") {
    std::string first_id;
    {
      test::RawHttp client(server.port());
      client.send(events(mei, token));
      CHECK_FALSE(client.until(": connected\n\n").empty());
      Outgoing asks = text_message("小美", "要哪个？\n\n第二行");
      asks.content.buttons = {{{"面膜", "p:1", ""}, {"官网", "", "https://x"}}};
      first_id = channel->send(asks).platform_message_id;
      CHECK(client.until("\n\n").find("id: " + first_id + "\nevent: message\ndata: ") != std::string::npos);
      while (webchat_room(id)->shown("小美") == 0) std::this_thread::yield();  // noted just after it was sent
    }
    channel->send(text_message("小美", "断线时说的"));
    Outgoing edit = text_message("小美", "要哪个？已选");
    edit.content.edit_of = first_id;
    channel->send(edit);
    {
      test::RawHttp forgetful(server.port());  // without a memory: what nobody has been shown
      forgetful.send(events(mei, token));
      CHECK(forgetful.until("断线时说的").find("第二行") == std::string::npos);
    }
    test::RawHttp again(server.port());
    again.send(events(mei, token + "Last-Event-ID: " + first_id + "\r\n"));
    CHECK(again.until("断线时说的\"}\n\n").find("要哪个") == std::string::npos);
    CHECK_FALSE(again.until("event: edit\ndata: {\"id\":\"" + first_id + "\",\"text\":\"要哪个？已选\"}\n\n").empty());
    server.stop(3s);
    CHECK(again.until("\r\n0\r\n\r\n").size() > 0);
    CHECK(again.closed());
  }
}

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "bot/channels/channel.h"
#include "bot/channels/json_body.h"
#include "bot/channels/telegram_parse.h"
#include "handlers/crypto.h"

using namespace laoke;
using namespace laoke::channels;
using nlohmann::json;

namespace {

constexpr const char* kToken = "7700112233:AAHfakefakefakefakefakefakefakefake0";

std::unique_ptr<Channel> telegram(json settings = json::object()) {
  if (!settings.contains("token")) settings["token"] = kToken;
  return find_kind("telegram")->make({1, 2, "bot", "telegram", std::move(settings)});
}

std::string recorded(const std::string& name) {
  std::ifstream file(std::string(LAOKE_SOURCE_DIR "/tests/payloads/telegram/") + name + ".json");
  std::stringstream text;
  text << file.rdbuf();
  REQUIRE_FALSE(text.str().empty());
  return text.str();
}

RawRequest request(const std::string& body, const std::string& secret = "") {
  RawRequest raw{"POST", body, {}, {}};
  if (!secret.empty()) raw.headers["x-telegram-bot-api-secret-token"] = secret;
  return raw;
}

InboundEvent from_xiaomei(InboundKind kind, const char* key, std::int64_t at_ms) {
  InboundEvent event;
  event.kind = kind;
  event.key = key;
  event.external_id = "5102233441";
  event.at_ms = at_ms;
  event.display_name = "晓梅";
  return event;
}

InboundEvent with(InboundEvent event, void (*change)(InboundEvent&)) {
  change(event);
  return event;
}

struct Row {
  const char* says;
  const char* payload;
  InboundEvent event;
};

// A message in a private chat with `more` beside its envelope.
json message(const json& more) {
  json all{{"message_id", 9},
           {"from", {{"id", 42}, {"is_bot", false}, {"first_name", "Ann"}}},
           {"chat", {{"id", 42}, {"type", "private"}}},
           {"date", 1767225600}};
  all.update(more);
  return {{"update_id", 7}, {"message", all}};
}

}  // namespace

TEST_CASE("recorded Telegram callbacks become shop events", "[telegram]") {
  const Row row = GENERATE(values<Row>({
      {"a text", "text",
       with(from_xiaomei(InboundKind::kText, "731004501", 1767225600000),
            [](InboundEvent& e) {
              e.display_name = "陈晓梅";
              e.username = "xiaomei_c";
              e.language = "zh-hans";
              e.text = "这款面霜还有货吗?";
              e.platform_message_id = "812";
            })},
      {"a start by a referral link", "start_with_payload",
       with(from_xiaomei(InboundKind::kFollowed, "731004502", 1767225610000),
            [](InboundEvent& e) {
              e.text = "/start ref_wang_0426";
              e.referral = "ref_wang_0426";
              e.platform_message_id = "813";
            })},
      {"the largest size of a photo, and its caption", "photo_with_caption",
       with(from_xiaomei(InboundKind::kMedia, "731004503", 1767225660000),
            [](InboundEvent& e) {
              e.media_kind = "photo";
              e.media = "AgACAgUAAxkBAAIDT";
              e.text = "付款截图";
              e.platform_message_id = "814";
            })},
      {"a press", "button_press",
       with(from_xiaomei(InboundKind::kPress, "731004504", 0),
            [](InboundEvent& e) {
              e.press_id = "21914011998877";
              e.press_data = "rcv:10087:y";
              e.platform_message_id = "815";
            })},
      {"the bot was blocked", "bot_blocked", from_xiaomei(InboundKind::kBlocked, "731004505", 1767226000000)},
      {"the sender's own number", "shared_phone",
       with(from_xiaomei(InboundKind::kSharedPhone, "731004506", 1767226100000),
            [](InboundEvent& e) {
              e.phone = "8613800138000";
              e.reply_to = "811";
              e.platform_message_id = "816";
            })},
      {"an edited text", "edited_text",
       with(from_xiaomei(InboundKind::kEdited, "731004507", 1767225640000),
            [](InboundEvent& e) {
              e.text = "这款面霜和精华还有货吗?";
              e.platform_message_id = "812";
            })},
  }));
  DYNAMIC_SECTION(row.says) {
    const auto events = telegram()->parse(request(recorded(row.payload)));
    REQUIRE(events.size() == 1);
    CHECK(events[0] == row.event);
  }
}

TEST_CASE("the bot unblocked is a customer who came back", "[telegram]") {
  json update = json::parse(recorded("bot_blocked"));
  update["my_chat_member"]["new_chat_member"]["status"] = "member";
  CHECK(parse_telegram_update(update).at(0).kind == InboundKind::kFollowed);
  update["my_chat_member"]["new_chat_member"]["status"] = "restricted";
  CHECK(parse_telegram_update(update).at(0).kind == InboundKind::kOther);
}

TEST_CASE("what customers send beside texts and photos is understood", "[telegram]") {
  struct Sent {
    const char* says;
    json more;
    InboundKind kind;
    const char *media_kind, *text;
  };
  const Sent row = GENERATE(values<Sent>({
      {"a file", {{"document", {{"file_id", "F"}}}, {"caption", "收据"}}, InboundKind::kMedia, "document", "收据"},
      {"a moving picture, which is also sent as a file",
       {{"document", {{"file_id", "D"}}}, {"animation", {{"file_id", "F"}}}},
       InboundKind::kMedia,
       "animation",
       ""},
      {"a voice message", {{"voice", {{"file_id", "F"}}}}, InboundKind::kMedia, "voice", ""},
      {"a sticker", {{"sticker", {{"file_id", "F"}}}}, InboundKind::kMedia, "sticker", ""},
      {"a place",
       {{"location", {{"latitude", 30.25}, {"longitude", 120.5}}}},
       InboundKind::kLocation,
       "",
       "30.25,120.5"},
      {"plain start", {{"text", "/start"}}, InboundKind::kFollowed, "", "/start"},
      {"start of a named bot", {{"text", "/start@laoke_bot"}}, InboundKind::kFollowed, "", "/start@laoke_bot"},
      {"a word that begins like start", {{"text", "/started"}}, InboundKind::kText, "", "/started"},
      {"somebody else's card", {{"contact", {{"phone_number", "1"}, {"user_id", 43}}}}, InboundKind::kOther, "", ""},
      {"a card without a user", {{"contact", {{"phone_number", "1"}}}}, InboundKind::kOther, "", ""},
      {"something of a later version", {{"hologram", {{"x", 1}}}}, InboundKind::kOther, "", ""},
  }));
  DYNAMIC_SECTION(row.says) {
    const auto events = parse_telegram_update(message(row.more));
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == row.kind);
    CHECK(events[0].media_kind == row.media_kind);
    CHECK(events[0].text == row.text);
    CHECK(events[0].phone.empty());
    if (*row.media_kind) CHECK(events[0].media == "F");
    CHECK(events[0].referral.empty());
  }
}

TEST_CASE("a referral is only what a link can carry", "[telegram]") {
  const auto [text, referral] = GENERATE(table<std::string, std::string>({
      {"/start ref_wang-0426", "ref_wang-0426"},
      {"/start@laoke_bot A1", "A1"},
      {"/start 我要买", ""},
      {"/start two words", ""},
      {"/start " + std::string(64, 'a'), std::string(64, 'a')},
      {"/start " + std::string(65, 'a'), ""},
  }));
  const auto events = parse_telegram_update(message({{"text", text}}));
  CHECK(events.at(0).kind == InboundKind::kFollowed);
  CHECK(events.at(0).referral == referral);
}

TEST_CASE("groups, bots and channels make no customer", "[telegram]") {
  json group = message({{"text", "hi"}}), from_bot = group, no_sender = group,
       pressed = json::parse(recorded("button_press"));
  group["message"]["chat"] = {{"id", -100123}, {"type", "supergroup"}};
  from_bot["message"]["from"]["is_bot"] = true;
  no_sender["message"].erase("from");
  pressed["callback_query"]["message"]["chat"]["type"] = "group";
  const json channel_post{{"update_id", 1}, {"channel_post", {{"text", "x"}}}};
  for (const json& update : {group, from_bot, no_sender, pressed, channel_post, json{{"update_id", 1}}})
    CHECK(parse_telegram_update(update).empty());
}

TEST_CASE("a group that became a supergroup has a new address", "[telegram]") {
  json update = message({{"migrate_to_chat_id", -1001234567890}});
  update["message"]["chat"] = {{"id", -4001}, {"type", "group"}};
  const InboundEvent event = parse_telegram_update(update).at(0);
  CHECK(event.kind == InboundKind::kMoved);
  CHECK(event.external_id == "-4001");
  CHECK(event.new_external_id == "-1001234567890");
}

TEST_CASE("a press on a message that is gone still counts for the sender", "[telegram]") {
  json update = json::parse(recorded("button_press"));
  update["callback_query"].erase("message");
  const InboundEvent event = parse_telegram_update(update).at(0);
  CHECK(event.kind == InboundKind::kPress);
  CHECK(event.external_id == "5102233441");
  CHECK(event.platform_message_id.empty());
  update["callback_query"].erase("data");
  CHECK(parse_telegram_update(update).at(0).kind == InboundKind::kOther);
}

TEST_CASE("ids beyond 32 bits and names of both scripts arrive whole", "[telegram]") {
  json update = message({{"text", "x"}});
  update["message"]["chat"]["id"] = 4503599627370495;
  update["message"]["from"]["last_name"] = "Smith";
  const InboundEvent event = parse_telegram_update(update).at(0);
  CHECK(event.external_id == "4503599627370495");
  CHECK(event.display_name == "Ann Smith");
  update["message"]["from"] = {{"id", 42}, {"last_name", "陈"}};
  CHECK(parse_telegram_update(update).at(0).display_name == "陈");
}

TEST_CASE("a body that is not a Telegram update is refused, never a crash", "[telegram]") {
  const auto [says, body] = GENERATE(table<const char*, std::string>({
      {"empty", ""},
      {"no JSON", "在吗"},
      {"cut", R"({"update_id":1,"message":{"message_id")"},
      {"a list", "[]"},
      {"a number", "7"},
      {"no id", "{}"},
      {"an id in quotes", R"({"update_id":"1"})"},
      {"a huge id", R"({"update_id":18446744073709551615})"},
      {"a fractional id", R"({"update_id":1.5})"},
      {"an endless number", R"({"update_id":1e999})"},
      {"a message that is a list", R"({"update_id":1,"message":[]})"},
      {"a message without chat", R"({"update_id":1,"message":{"message_id":1}})"},
      {"a text that is a number",
       R"({"update_id":1,"message":{"message_id":1,"date":1,"from":{"id":1},"chat":{"id":1,"type":"private"},"text":5}})"},
      {"a date of another world",
       R"({"update_id":1,"message":{"message_id":1,"date":9223372036854775807,"from":{"id":1},"chat":{"id":1,"type":"private"}}})"},
      {"no photo sizes",
       R"({"update_id":1,"message":{"message_id":1,"date":1,"from":{"id":1},"chat":{"id":1,"type":"private"},"photo":[]}})"},
      {"a photo size that is a text",
       R"({"update_id":1,"message":{"message_id":1,"date":1,"from":{"id":1},"chat":{"id":1,"type":"private"},"photo":["x"]}})"},
      {"not UTF-8", "{\"update_id\":1,\"x\":\"\xff\xfe\"}"},
      {"half a surrogate pair", R"({"update_id":1,"x":"\ud83d"})"},
      {"nested deeply", R"({"update_id":1,"x":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}"},
      {"opened and never closed", std::string(1'000'000, '{')},
  }));
  DYNAMIC_SECTION(says) {
    CHECK_THROWS_AS(telegram()->parse(request(body)), BadPayload);
  }
}

TEST_CASE("brackets within a text are no nesting", "[telegram]") {
  const std::string text = std::string(5000, '[') + "\\\"" + std::string(5000, '{');
  CHECK(json_body(json{{"x", text}}.dump())["x"] == text);
  CHECK_NOTHROW(json_body(std::string(100, '[') + std::string(100, ']')));
  CHECK_THROWS_AS(json_body(std::string(101, '[') + std::string(101, ']')), BadPayload);
}

TEST_CASE("a very long text with emoji and hidden letters arrives whole", "[telegram]") {
  std::string text;
  while (text.size() < 100'000) text += "👩‍👩‍👧‍👦\u200fשלום\u200b好";
  CHECK(parse_telegram_update(message({{"text", text}})).at(0).text == text);
}

TEST_CASE("only callbacks with the secret are Telegram's", "[telegram]") {
  const auto channel = telegram({{"secret", "lk_5mQ2-7fYd0aVt9"}});
  CHECK(channel->authentic(request("{}", "lk_5mQ2-7fYd0aVt9")));
  for (const char* wrong : {"lk_5mQ2-7fYd0aVt9 ", "LK_5mQ2-7fYd0aVt9", "lk_5mQ2-7fYd0aVt", ""})
    CHECK_FALSE(channel->authentic(request("{}", wrong)));
  RawRequest empty = request("{}");
  empty.headers["x-telegram-bot-api-secret-token"] = "";
  CHECK_FALSE(channel->authentic(empty));
}

TEST_CASE("without a secret of its own the bot has one made from its token", "[telegram]") {
  const auto channel = telegram(), other = telegram({{"token", "7700112234:AAHother"}});
  const std::string secret = crypto::hmac_sha256_hex(kToken, "laoke telegram webhook secret");
  CHECK(channel->authentic(request("{}", secret)));
  CHECK_FALSE(other->authentic(request("{}", secret)));
  CHECK_FALSE(channel->authentic(request("{}")));
}

TEST_CASE("a wrong setting is named with what is allowed, and secrets stay hidden", "[telegram]") {
  struct Wrong {
    json settings;
    const char *names, *hides;
  };
  const Wrong row = GENERATE(values<Wrong>({
      {{{"token", ""}}, "token is missing", "@@"},
      {{{"token", "hunter2"}}, "token is '***'", "hunter2"},
      {{{"token", "77001122:has a blank in it"}}, "token is '7700***'", "blank"},
      {{{"token", "x:AAH"}}, "@BotFather", "x:AAH"},
      {{{"token", json::array()}}, "token is neither", "@@"},
      {{{"secret", "lk.bad token"}}, "A-Z a-z 0-9 _ -", "bad"},
      {{{"secret", std::string(257, 'a')}}, "1 to 256", "aaaaa"},
      {{{"api_base", "api.telegram.org"}}, "api_base is 'api.telegram.org'", "@@"},
      {{{"api_base", "https://host/?x"}}, "api_base", "@@"},
      {{{"mode", "push"}}, "auto, webhook or polling", "@@"},
      {{{"messages_per_second", "fast"}}, "0.1 to 1000", "@@"},
      {{{"messages_per_second", 0}}, "messages_per_second is '0'", "@@"},
      {{{"contact_messages_per_second", "-1"}}, "contact_messages_per_second", "@@"},
      {{{"timeout_seconds", "99"}}, "0.1 to 30", "@@"},
  }));
  try {
    telegram(row.settings);
    FAIL("accepted: " << row.settings.dump());
  } catch (const std::invalid_argument& error) {
    CHECK_THAT(error.what(), Catch::Contains(row.names));
    CHECK_THAT(error.what(), !Catch::Contains(row.hides));
  }
}

TEST_CASE("the rates are Telegram's unless the seller sets others", "[telegram]") {
  CHECK(telegram()->traits().messages_per_second == 25);
  CHECK(telegram()->traits().contact_messages_per_second == 1);
  CHECK(telegram({{"messages_per_second", "12.5"}})->traits().messages_per_second == 12.5);
  CHECK(telegram({{"messages_per_second", 10}})->traits().messages_per_second == 10);
  CHECK_FALSE(telegram()->traits().idempotent);
}

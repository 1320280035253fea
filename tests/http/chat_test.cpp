#include "bot/commands/chat.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <thread>
#include <unistd.h>

#include "bot/channels/webchat.h"
#include "bot/channels/webchat_room.h"
#include "bot/commands/chat_screen.h"
#include "bot/http/server.h"
#include "bot/http/webchat_routes.h"
#include "handlers/pairing.h"
#include "storage/channels.h"
#include "tests/support/patience.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using namespace laoke::commands;
using namespace std::chrono_literals;
using channels::WebchatSaid;

namespace {

constexpr const char* kToken = "token-of-the-test-shop";

// A server with a bot that repeats what it hears, and with two buttons on "menu".
struct ParrotShop {
  ParrotShop() : server(options(), [this](http::Request& request) { return router(request); }) {
    static std::atomic<std::int64_t> next = 5000;
    const std::int64_t id = ++next;
    channel = channels::webchat_kind().make({1, id, "page", "webchat", {{"token", kToken}}});
    http::add_webchat_routes(router, [id](std::string_view) { return http::WebchatAccount{id, kToken}; });
    router.add("POST", "/hooks/{channel}", [this](const http::Request& request) { return hook(request); });
    server.start();
    setup.server = {"http://127.0.0.1:" + std::to_string(server.port()), "page", kToken};
    setup.quiet = 60ms;
    setup.patience = test::kPatience;
  }
  static http::ServerOptions options() {
    http::ServerOptions options;
    options.port = 0;
    return options;
  }
  http::Response hook(const http::Request& request) {
    const channels::RawRequest raw{request.method, request.body, request.headers, request.query};
    if (!channel->authentic(raw)) return {401};
    const InboundEvent event = channel->parse(raw).at(0);
    if (event.kind == InboundKind::kReceipt) {
      ++read;
      return {200};
    }
    channels::Outgoing out;
    out.external_id = event.external_id;
    out.content.text = event.external_id + ": " + (event.kind == InboundKind::kPress ? "pressed " + event.press_data
                                                   : event.kind == InboundKind::kSharedPhone ? "phone " + event.text
                                                                                             : event.text);
    if (event.text == "menu") out.content.buttons = {{{"是", "yes", ""}, {"否", "no", ""}}};
    (void)channel->send(out);
    return {200};
  }
  // Types `lines` and returns what was printed.
  std::string type(const std::string& lines) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(::write(ends[1], lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()));
    ::close(ends[1]);
    setup.input = ends[0];
    std::ostringstream out;
    code = chat(setup, out);
    ::close(ends[0]);
    return out.str();
  }

  http::Router router;
  http::Server server;
  std::unique_ptr<channels::Channel> channel;
  ChatSetup setup;
  std::atomic<int> read = 0;
  int code = -1;
};

WebchatSaid said(const std::string& id, const std::string& text, bool edit = false) {
  WebchatSaid one;
  one.message_id = id;
  one.text = text;
  one.edit = edit;
  return one;
}

}  // namespace

TEST_CASE("lines are sent in order and each waits for its answer", "[http][chat][concurrent]") {
  ParrotShop shop;
  const std::string seen = shop.type("第一句\n\nmenu\n2\n7\n/as customer:小美\n在吗\n/phone 13800138000\n/as seller\n最后");
  CHECK(seen ==
        "< seller: 第一句\n"
        "< seller: menu\n    [1] 是\n    [2] 否\n"
        "< seller: pressed no\n"
        "< seller: 7\n"
        "< 小美: 在吗\n"
        "< 小美: phone 13800138000\n"
        "< seller: 最后\n");
  CHECK(shop.code == 0);
  CHECK(shop.read == 7);
}

TEST_CASE("leaving ends the chat, and an absent server is told", "[http][chat]") {
  ParrotShop shop;
  CHECK(shop.type("/quit\n后面的").empty());
  shop.setup.patience = 2s;
  shop.setup.language = "en";
  shop.server.stop(1s);
  const std::string seen = shop.type("hello\n");
  CHECK_THAT(seen, Catch::Contains("no server at http://127.0.0.1:") && Catch::Contains("laoke serve") && Catch::Contains("not delivered"));
  CHECK(shop.code == 1);
}

TEST_CASE("a wrong token is told as such", "[http][chat]") {
  ParrotShop shop;
  shop.setup.server.token = "another token of a shop";
  shop.setup.patience = 2s;
  CHECK_THAT(shop.type("你好\n"), Catch::Contains("服务器还不认识这个聊天渠道") && Catch::Contains("HTTP 401"));
}

TEST_CASE("on a terminal an edit of the newest message is drawn in place", "[http][chat]") {
  std::ostringstream out;
  ChatScreen screen(out, true, 20, true);
  screen.prompt("seller");
  screen.said(said("1", "发送中 1/100"));
  out.str("");
  screen.said(said("1", "发送中 50/100", true));
  CHECK(out.str() == "\x1b[1A\r\x1b[J\r\x1b[K< 发送中 50/100\nseller> ");
  screen.said(said("2", "一二三四五六七八九十"));  // 22 columns: two rows of 20
  out.str("");
  screen.said(said("2", "好", true));
  CHECK_THAT(out.str(), Catch::StartsWith("\x1b[2A"));
  screen.said(said("3", "别的"));
  out.str("");
  screen.said(said("1", "发送完成", true));
  CHECK(out.str() == "\r\x1b[K（已修改）< 发送完成\nseller> ");
}

TEST_CASE("no text draws on the person's screen", "[http][chat]") {
  CHECK(harmless("a\x1b[2Jb\x07\r\nc\x7f\u009b1A\xff") == "a\uFFFD[2Jb\uFFFD\uFFFD\nc\uFFFD\uFFFD1A\uFFFD");
  CHECK(harmless("老客👍 \t") == "老客👍 \t");
  CHECK(columns_of("老客ab") == 6);
  CHECK(columns_of("e\u0301👍") == 3);
}

TEST_CASE("buttons are pressed by their number until they are gone", "[http][chat]") {
  std::ostringstream out;
  ChatScreen screen(out, false, 80, false);
  CHECK_FALSE(screen.choice(1));
  auto asks = said("1", "which?");
  asks.buttons = {{"one", "a", ""}, {"site", "", "https://x"}};
  screen.said(asks);
  REQUIRE(screen.choice(1));
  CHECK(screen.choice(1)->button.data == "a");
  CHECK(screen.choice(1)->message_id == "1");
  CHECK_FALSE(screen.choice(3));
  CHECK_FALSE(screen.choice(0));
  screen.said(said("1", "chosen: one", true));
  CHECK_FALSE(screen.choice(1));
  CHECK_THAT(out.str(), Catch::Contains("[2] site https://x") && Catch::Contains("(edited)"));
}

TEST_CASE("events are read out of bytes however they are cut", "[http][chat]") {
  const std::string bytes = ": connected\n\nid: 12\r\nevent: edit\r\ndata: {\"id\":\"7\",\r\ndata: \"text\":\"好\"}\r\n\r\n"
                            "id: 13\nevent: message\ndata: not json\n\nid: 14\nevent: message\ndata: {\"id\":1,\"buttons\":[[{\"label\":\"x\"}]]}\n\n";
  const std::size_t step = GENERATE(1, 2, 5, 1000);
  std::vector<WebchatSaid> all;
  channels::EventReader reader([&](const WebchatSaid& one) { all.push_back(one); });
  for (std::size_t at = 0; at < bytes.size(); at += step) reader.feed(std::string_view(bytes).substr(at, step));
  REQUIRE(all.size() == 2);
  CHECK(all[0].event_id == 12);
  CHECK(all[0].edit);
  CHECK(all[0].text == "好");
  CHECK(all[1].event_id == 14);
  CHECK(all[1].message_id.empty());
  CHECK(all[1].buttons.at(0).label == "x");
}

TEST_CASE("a chat finds or makes the shop's webchat channel", "[http][chat]") {
  test::TestShop shop;
  Config config;
  config.shop = "default";
  config.host = "0.0.0.0";
  config.port = 81;
  const ChatSetup first = prepare_chat(shop.db(), config, "customer:小美", test::kMonday10);
  CHECK(first.server.url == "http://127.0.0.1:81");
  CHECK(first.server.channel == "webchat");
  CHECK(first.server.token.size() == 43);
  CHECK(first.first_message.empty());
  const ChatSetup second = prepare_chat(shop.db(), config, "", test::kMonday10);
  CHECK(second.server.token == first.server.token);
  CHECK_THAT(second.first_message, Catch::StartsWith("/pair "));
  CHECK(pairing_code_in(second.first_message.substr(6)) == second.first_message.substr(6));
  CHECK(shop.read([&](storage::Transaction& tx) { return storage::list_channels(tx, shop.id()).size(); }) == 1);
  config.shop = "other";
  config.language = "zh-CN";
  CHECK_THROWS_WITH(prepare_chat(shop.db(), config, "", 0), Catch::Contains("没有店铺 'other'"));
}

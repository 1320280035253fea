#include <catch2/catch.hpp>

#include "bot/channels/webchat_room.h"
#include "bot/webchat_relay.h"
#include "storage/channels.h"
#include "storage/webchat_lines.h"
#include "tests/support/nodes_desk.h"

using namespace laoke;
using namespace laoke::test;
using channels::WebchatRoom;
using namespace std::chrono_literals;

namespace {

// In one process both servers share the rooms, so what the reader's server repeats stands in the room it would fill.
struct Chat {
  Chat() {
    channel = desk.in([&](const Context& context) {
      storage::ChannelRow row;
      row.shop_id = context.shop_id();
      row.name = row.kind = "webchat";
      row.settings = R"({"token":"a-token-of-sixteen"})";
      return storage::insert_channel(context.tx, row);
    });
    host.refresh();
    // Rooms outlive a test and its database, and ids of channels come again.
    for (const auto& entry : channels::webchat_room(channel)->listen("mei", 0, 0ms)) before = entry.id;
  }
  Outcome said(const std::string& text, const std::string& id, const std::string& edit_of = "") {
    Outcome outcome;
    outcome.kind = Outcome::Kind::kAccepted;
    outcome.claimed.shop_id = desk.shop.id();
    outcome.claimed.channel_id = channel;
    outcome.claimed.external_id = "mei";
    outcome.claimed.content.text = text;
    outcome.claimed.content.edit_of = edit_of;
    outcome.claimed.content.buttons.push_back({Button{"是", "yes", ""}});
    outcome.platform_message_id = id;
    return outcome;
  }
  void write_down(const std::vector<Outcome>& outcomes) {
    desk.shop.write([&](storage::Transaction& tx) { sayer.write_down(tx, outcomes); });
  }
  std::vector<WebchatRoom::Entry> heard() { return channels::webchat_room(channel)->listen("mei", before, 0ms); }

  NodesDesk desk{0};
  std::int64_t channel = 0, before = 0;
  ChannelHost host{desk.database};
  WebchatRelay sayer{desk.database, host, "sayer"}, listener{desk.database, host, "listener"};
};

}  // namespace

TEST_CASE("what one server says in the web chat is heard at the streams of another, once and in order", "[nodes][webchat]") {
  Chat chat;
  const auto far = std::to_string(9'000'000'000'000'000);
  chat.write_down({chat.said("在的", far), chat.said("发货了", "9000000000000001"), chat.said("在的，亲", far, far)});
  chat.listener.repeat_others();
  chat.listener.repeat_others();
  const auto entries = chat.heard();
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].content.text == "在的");
  CHECK(entries[0].message_id == far);
  CHECK(std::to_string(entries[0].id) == far);
  CHECK(entries[0].content.buttons.at(0).at(0).data == "yes");
  CHECK(entries[1].content.text == "发货了");
  CHECK(entries[2].edit);
  CHECK(entries[2].message_id == far);
  CHECK(entries[0].id < entries[1].id);
  CHECK(entries[1].id < entries[2].id);
  // What this server says next comes behind it.
  MessageContent next;
  next.text = "再见";
  CHECK(std::stoll(channels::webchat_room(chat.channel)->say("mei", next, "")) > entries[2].id);
}

TEST_CASE("a server does not repeat itself, and other channels and other outcomes are not told", "[nodes][webchat]") {
  Chat chat;
  auto refused = chat.said("no", "1"), elsewhere = chat.said("no", "2");
  refused.kind = Outcome::Kind::kRejected;
  elsewhere.claimed.channel_id = chat.channel + 1;
  chat.write_down({refused, elsewhere, chat.said("own", "3")});
  chat.sayer.repeat_others();
  CHECK(chat.heard().empty());
  chat.listener.repeat_others();
  CHECK(chat.heard().size() == 1);
}

TEST_CASE("only the newest lines of the web chat are kept", "[nodes][webchat]") {
  NodesDesk desk(0);
  const auto count = desk.shop.write([&](storage::Transaction& tx) {
    storage::WebchatLine line;
    line.shop_id = desk.shop.id();
    line.content = "{}";
    for (std::int64_t i = 0; i < storage::kWebchatLines + 20; ++i) storage::add_webchat_line(tx, line);
    return static_cast<std::int64_t>(storage::webchat_lines_after(tx, desk.shop.id(), 0, 10'000).size());
  });
  CHECK(count == storage::kWebchatLines);
}

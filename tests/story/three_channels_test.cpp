// One person on WeChat, WhatsApp and Telegram: one record, and one broadcast.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "bot/errands.h"
#include "handlers/calendar.h"
#include "handlers/customers.h"
#include "storage/broadcasts.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/ledger.h"
#include "storage/merges.h"
#include "storage/phones.h"
#include "tests/fakes/fake_wechat.h"
#include "tests/fakes/fake_whatsapp.h"
#include "tests/support/story_shop.h"

namespace laoke::test::three_channels {
namespace {

using nlohmann::json;

const Person kBoss{900'001, "美姐"}, kMeiTelegram{5'102'233'441, "Mei"};
const FakeWhatsapp::Person kMeiWhatsapp{"CN.4471023998812", "8613800138000", "晓梅"};
const std::string kMeiWechat = "oMeiOfTheShop", kMeiWechatToo = "oMeiOfTheClub";

// One shop on the three platforms' fakes: its seller and some customers on Telegram, others on WhatsApp and on two Official
// Accounts of one owner ("wechat", "club").
class ThreeChannels {
 public:
  ThreeChannels()
      : whatsapp([this] { return shop.clock.now_ms(); }),
        wechat(options()),
        club(options()),
        errands(*shop.database, shop.channels, shop.intake, shop.sender.leases(), shop.clock) {
    add("whatsapp", "whatsapp", whatsapp.settings());
    add("wechat", "wechat", wechat.settings());
    add("club", "wechat", club.settings());
    shop.channels.refresh();
    shop.settle();
    shop.pair_owner(kBoss);
  }

  void settle() {
    shop.settle();
    errands.round();
    shop.settle();
  }
  void wait(std::int64_t ms) {
    shop.clock.advance(ms);
    settle();
  }

  // --- what people do
  int on_whatsapp(const FakeWhatsapp::Person& person, const std::string& text) {
    return post_whatsapp(whatsapp.text_from(person, text));
  }
  int post_whatsapp(const json& callback) {
    shop.clock.advance(1'000);
    const int status = FakeWhatsapp::deliver(hook("whatsapp"), FakeWhatsapp::bytes_of(callback));
    settle();
    return status;
  }
  int on_wechat(const std::string& openid, const std::string& text) { return push(wechat, "wechat", wechat.writes(openid, text)); }
  int on_club(const std::string& openid, const std::string& text) { return push(club, "club", club.writes(openid, text)); }
  int push(FakeWechat& fake, const std::string& account, const std::string& xml) {
    shop.clock.advance(1'000);
    const int status = fake.post(hook(account), xml);
    settle();
    return status;
  }
  int on_telegram(const Person& person, const std::string& text) {
    const int status = shop.writes(person, text);
    settle();
    return status;
  }
  // The button that shares the sender's own number; `of` another id: a card of somebody else's.
  int shares_phone(const Person& person, const std::string& phone, std::int64_t of = 0) {
    auto update = shop.text_update(person, "");
    update["message"].erase("text");
    update["message"]["contact"] = {{"phone_number", phone}, {"first_name", person.name}, {"user_id", of == 0 ? person.chat_id : of}};
    shop.clock.advance(1'000);
    const int status = shop.post(update);
    settle();
    return status;
  }
  void leaves_telegram(const Person& person) {
    const json chat{{"id", person.chat_id}, {"first_name", person.name}, {"type", "private"}}, bot{{"id", 7'700'112'233}, {"is_bot", true}, {"first_name", "老客"}};
    auto update = shop.text_update(person, "");
    const json from = update["message"]["from"];
    update.erase("message");
    update["my_chat_member"] = {{"chat", chat}, {"from", from}, {"date", shop.clock.now_ms() / 1000},
                                {"old_chat_member", {{"user", bot}, {"status", "member"}}},
                                {"new_chat_member", {{"user", bot}, {"status", "kicked"}, {"until_date", 0}}}};
    CHECK(shop.post(update) == 200);
    shop.telegram.block(person.chat_id);
  }
  std::string tells(const std::string& line) { return shop.asks(kBoss, line); }

  // --- the record
  std::int64_t customer(const std::string& account, const std::string& address) {
    const auto channel_id = shop.channels.by_hook(account)->row.channel_id;
    return shop.in([&](const Context& context) {
      const auto contact = storage::find_contact_by_address(context.tx, context.shop_id(), channel_id, address);
      return contact ? contact->customer_id : std::int64_t{0};
    });
  }
  std::int64_t by_whatsapp(const FakeWhatsapp::Person& person) { return customer("whatsapp", person.address()); }
  std::int64_t by_wechat(const std::string& openid) { return customer("wechat", openid); }
  std::int64_t by_telegram(const Person& person) { return shop.customer_of(person); }
  std::string ledger(std::int64_t customer_id) {
    std::string lines;
    for (const auto& row : shop.in([&](const Context& context) {
           std::vector<std::int64_t> broadcasts;
           for (const auto& one : storage::list_broadcasts(context.tx, context.shop_id(), 0, 9)) broadcasts.push_back(one.broadcast_id);
           return storage::deliveries_of_customer(context.tx, context.shop_id(), customer_id, broadcasts, {}, 20);
         }))
      lines += storage::to_text(row.key) + " " + row.state + " " + row.reason + "\n";
    return lines;
  }
  std::vector<storage::MergeSuggestion> suggestions() {
    return shop.in([](const Context& context) { return storage::open_suggestions(context.tx, context.shop_id(), 9); });
  }

  // --- what came to Mei: "wechat", "whatsapp", "telegram", "club", each as often as this piece of text came there
  std::vector<std::string> came_by(const std::string& piece) const {
    std::vector<std::string> ways;
    for (const auto& sent : wechat.accepted_by(kMeiWechat)) count(ways, "wechat", sent.text, piece);
    for (const auto& sent : club.accepted_by(kMeiWechatToo)) count(ways, "club", sent.text, piece);
    for (const auto& sent : whatsapp.accepted_by(kMeiWhatsapp.address())) count(ways, "whatsapp", sent.text, piece);
    for (int i = shop.got(kMeiTelegram, piece); i > 0; --i) ways.push_back("telegram");
    return ways;
  }
  void broadcast(const std::string& text) {
    tells("群发 全部 " + text);
    const auto answer = tells("是");
    INFO(answer);
    CHECK(holds(answer, "开始了"));
    wait(5'000);
  }

  StoryShop shop;
  FakeWhatsapp whatsapp;
  FakeWechat wechat, club;
  Errands errands;

 private:
  FakeWechat::Options options() { return {"safe", [this] { return shop.clock.now_ms(); }, false}; }
  std::string hook(const std::string& account) const { return "http://127.0.0.1:" + std::to_string(shop.port()) + "/hooks/" + account; }
  void add(const std::string& name, const std::string& kind, const json& settings) {
    shop.in([&](const Context& context) {
      storage::ChannelRow channel;
      channel.shop_id = context.shop_id();
      channel.name = name;
      channel.kind = kind;
      channel.settings = settings.dump();
      channel.created_at_ms = kMonday10;
      storage::insert_channel(context.tx, channel);
      storage::bump_config(context.tx, context.shop_id());
    });
  }
  static void count(std::vector<std::string>& ways, const char* way, const std::string& text, const std::string& piece) {
    if (holds(text, piece)) ways.push_back(way);
  }
};

// Mei is known on WhatsApp by her number, on Telegram by the number she shared there, and on WeChat after the seller said
// yes to what the number of her order suggested. She wrote last on `last`.
std::int64_t mei_on_three(ThreeChannels& shop, const std::string& last) {
  shop.wechat.set_union_id(kMeiWechat, "oUnionMei");
  REQUIRE(shop.on_whatsapp(kMeiWhatsapp, "还有货吗") == 200);
  REQUIRE(shop.on_telegram(kMeiTelegram, "在吗") == 200);
  REQUIRE(shop.shares_phone(kMeiTelegram, "8613800138000") == 200);
  REQUIRE(shop.on_wechat(kMeiWechat, "我是晓梅") == 200);
  const auto mei = shop.by_whatsapp(kMeiWhatsapp), stranger = shop.by_wechat(kMeiWechat);
  REQUIRE(mei != 0);
  REQUIRE(stranger != mei);
  shop.shop.in([&](const Context& context) { add_customer_phone(context, stranger, "13800138000"); });
  const std::string advice = shop.tells("合并建议");
  const std::string join = "合并 id:" + std::to_string(std::min(mei, stranger)) + " id:" + std::to_string(std::max(mei, stranger));
  INFO(advice);
  REQUIRE(holds(advice, join));
  shop.tells(join);
  shop.tells("是");
  const auto joined = shop.by_wechat(kMeiWechat);
  REQUIRE(shop.by_whatsapp(kMeiWhatsapp) == joined);
  REQUIRE(shop.by_telegram(kMeiTelegram) == joined);
  if (last == "wechat") shop.on_wechat(kMeiWechat, "等您的消息");
  if (last == "whatsapp") shop.on_whatsapp(kMeiWhatsapp, "等您的消息");
  if (last == "telegram") shop.on_telegram(kMeiTelegram, "等您的消息");
  return joined;
}

}  // namespace

TEST_CASE("who writes on WeChat, WhatsApp and Telegram is one record and gets a broadcast once, where they wrote last",
          "[story][persons]") {
  ThreeChannels shop;
  const std::string last = GENERATE("wechat", "whatsapp", "telegram");
  const auto mei = mei_on_three(shop, last);
  shop.broadcast("新品到了，欢迎来看");
  INFO(shop.ledger(mei));
  CHECK(shop.came_by("新品到了") == std::vector<std::string>{last});
  shop.wait(2 * kHourMs);
  CHECK(shop.came_by("新品到了") == std::vector<std::string>{last});
  CHECK(holds(shop.tells("为什么 id:" + std::to_string(mei)), "已发出"));
  const auto said = shop.shop.in([&](const Context& context) { return storage::list_messages(context.tx, context.shop_id(), mei, 0, 20); });
  CHECK(std::ranges::count_if(said, [](const auto& message) { return message.direction == "in"; }) == 5);
}

TEST_CASE("a chat that refuses for good hands the broadcast to the next, and why says what each one answered", "[story][persons]") {
  ThreeChannels shop;
  const auto mei = mei_on_three(shop, "whatsapp");
  struct Row {
    const char* says;
    bool whatsapp, wechat, telegram;  // refuses
    std::vector<std::string> came_by;
    std::vector<const char*> why;
  };
  const auto row = GENERATE(values<Row>({
      {"none refuses", false, false, false, {"whatsapp"}, {"已发出"}},
      {"the first refuses", true, false, false, {"wechat"}, {"已发出", "whatsapp：平台拒绝了这条消息"}},
      {"two refuse", true, true, false, {"telegram"}, {"已发出", "whatsapp：平台拒绝了这条消息", "wechat：客户屏蔽或取消了关注"}},
      {"all refuse", true, true, true, {}, {"不发送: 客户屏蔽或取消了关注", "whatsapp：", "wechat："}},
  }));
  DYNAMIC_SECTION(row.says) {
    if (row.whatsapp) shop.whatsapp.forgets(kMeiWhatsapp.address());
    if (row.wechat) shop.wechat.blocks(kMeiWechat);
    if (row.telegram) shop.shop.telegram.block(kMeiTelegram.chat_id);
    shop.broadcast("新品到了，欢迎来看");
    INFO(shop.ledger(mei));
    CHECK(shop.came_by("新品到了") == row.came_by);
    const auto why = shop.tells("为什么 id:" + std::to_string(mei));
    INFO(why);
    for (const char* piece : row.why) CHECK(holds(why, piece));
    shop.wait(kHourMs);  // and nothing comes after it
    CHECK(shop.came_by("新品到了") == row.came_by);
  }
}

TEST_CASE("a chat whose window is over is passed over for one that may be written to", "[story][persons]") {
  ThreeChannels shop;
  shop.tells("关 enquiry_followup");  // it would use up the day's one message
  mei_on_three(shop, "whatsapp");  // WeChat before it, Telegram first of all
  shop.on_wechat("oAnotherFollower", "你好");  // a mass send goes to two at least
  struct Row {
    const char* says;
    std::int64_t after_ms;
    bool leaves_telegram;
    std::vector<std::string> came_by;
  };
  const auto row = GENERATE(values<Row>({
      {"all are open: the one written on last", kHourMs, false, {"whatsapp"}},
      {"a day later WhatsApp is closed, WeChat is open for two", 25 * kHourMs, false, {"wechat"}},
      {"three days later only Telegram is left", 72 * kHourMs, false, {"telegram"}},
      {"without it, WeChat's mass send", 72 * kHourMs, true, {"wechat"}},
  }));
  DYNAMIC_SECTION(row.says) {
    if (row.leaves_telegram) shop.leaves_telegram(kMeiTelegram);
    shop.wait(row.after_ms);
    shop.broadcast("新品到了，欢迎来看");
    INFO(shop.ledger(shop.by_telegram(kMeiTelegram)));
    CHECK(shop.came_by("新品到了") == row.came_by);
  }
}

TEST_CASE("people who are not the same are not joined, whatever they call themselves or write", "[story][persons]") {
  ThreeChannels shop;
  struct Row {
    const char* says;
    std::function<void()> happens;
    std::size_t suggestions;
  };
  const Person namesake{5'102'233'442, "晓梅"};
  const FakeWhatsapp::Person hidden{"CN.4471023998899", "", "晓梅"};
  const std::vector<Row> rows{
      {"the same name on another chat", [&] { shop.on_telegram(namesake, "你好"); }, 0},
      {"a number that is only written", [&] { shop.on_telegram(namesake, "我的电话 13800138000"); }, 0},
      {"a card of somebody else", [&] { shop.shares_phone(namesake, "8613800138000", 77'001); }, 0},
      {"another's own number", [&] { shop.shares_phone(namesake, "8613900139000"); }, 0},
      {"WhatsApp without a number", [&] { shop.on_whatsapp(hidden, "我是晓梅"); }, 0},
      {"WeChat without a unionid", [&] { shop.on_wechat(kMeiWechat, "我是晓梅，13800138000"); }, 0},
      {"a number the seller noted", [&] {
         shop.on_telegram(namesake, "你好");
         const auto other = shop.by_telegram(namesake);
         shop.shop.in([&](const Context& context) { add_customer_phone(context, other, "13800138000"); });
       }, 1},
  };
  const auto at = GENERATE(range(0, 7));
  const auto& row = rows.at(static_cast<std::size_t>(at));
  DYNAMIC_SECTION(row.says) {
    REQUIRE(shop.on_whatsapp(kMeiWhatsapp, "还有货吗") == 200);
    const auto mei = shop.by_whatsapp(kMeiWhatsapp);
    row.happens();
    for (const auto other : {shop.by_telegram(namesake), shop.by_whatsapp(hidden), shop.by_wechat(kMeiWechat)}) CHECK(other != mei);
    CHECK(shop.suggestions().size() == row.suggestions);
    const auto contacts = shop.shop.in([&](const Context& context) { return storage::contacts_of_customer(context.tx, context.shop_id(), mei); });
    CHECK(contacts.size() == 1);
  }
}

TEST_CASE("two who were joined by mistake are taken apart, and each gets the next broadcast", "[story][persons]") {
  ThreeChannels shop;
  mei_on_three(shop, "wechat");
  CHECK(holds(shop.tells("撤销"), "撤销"));
  const auto wechat = shop.by_wechat(kMeiWechat), whatsapp = shop.by_whatsapp(kMeiWhatsapp);
  CHECK(wechat != whatsapp);
  CHECK(shop.by_telegram(kMeiTelegram) == whatsapp);  // her own number joined these two
  shop.broadcast("新品到了，欢迎来看");
  CHECK(shop.came_by("新品到了") == std::vector<std::string>{"wechat", "telegram"});
  // What told of them before does not join them again.
  shop.on_wechat(kMeiWechat, "还是我");
  shop.on_whatsapp(kMeiWhatsapp, "还是我");
  CHECK(shop.by_wechat(kMeiWechat) != shop.by_whatsapp(kMeiWhatsapp));
}

TEST_CASE("followers of two Official Accounts of one owner are one person by their unionid", "[story][persons][wechat]") {
  ThreeChannels shop;
  shop.wechat.set_union_id(kMeiWechat, "oUnionMei");
  shop.club.set_union_id(kMeiWechatToo, "oUnionMei");
  shop.club.set_union_id("oAnotherOfTheClub", "oUnionAnother");
  shop.push(shop.wechat, "wechat", shop.wechat.follows(kMeiWechat, "parcel-card"));
  const auto mei = shop.by_wechat(kMeiWechat);
  REQUIRE(mei != 0);
  CHECK(shop.wechat.calls("/cgi-bin/user/info") == 1);
  shop.on_club(kMeiWechatToo, "我也在这里");
  shop.on_club("oAnotherOfTheClub", "我是别人");
  CHECK(shop.customer("club", kMeiWechatToo) == mei);
  CHECK(shop.customer("club", "oAnotherOfTheClub") != mei);
  shop.on_wechat(kMeiWechat, "又来了");
  CHECK(shop.wechat.calls("/cgi-bin/user/info") == 1);  // asked once, not with each message
  shop.broadcast("新品到了，欢迎来看");
  INFO(shop.ledger(mei));
  CHECK(shop.came_by("新品到了").size() == 1);
}

TEST_CASE("an Official Account that may not ask who its followers are goes on, and says so once at most", "[story][persons][wechat]") {
  ThreeChannels shop;
  shop.wechat.forbid("/cgi-bin/user/info");
  shop.shop.mail(kBoss);
  for (const char* openid : {"oFanA", "oFanB", "oFanC"}) CHECK(shop.on_wechat(openid, "你好") == 200);
  CHECK(holds(shop.shop.read(kBoss), "你好"));
  const auto todo = shop.tells("待办");
  CHECK(todo.find("没有做成") == todo.rfind("没有做成"));  // told once, if at all
  CHECK(shop.by_wechat("oFanA") != shop.by_wechat("oFanB"));
  CHECK(shop.wechat.calls("/cgi-bin/user/info") == 1);  // the right is known to be missing after the first
}

}  // namespace laoke::test::three_channels

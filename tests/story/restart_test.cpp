#include <signal.h>

#include <catch2/catch.hpp>
#include <map>
#include <memory>

#include "bot/default_shop.h"
#include "handlers/customers.h"
#include "handlers/shop_settings.h"
#include "storage/broadcasts.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/ledger.h"
#include "storage/staff.h"
#include "tests/fakes/fake_telegram.h"
#include "tests/support/child_process.h"
#include "tests/support/patience.h"
#include "tests/support/test_database.h"

// The program itself, as a process of its own, stopped and killed in the middle of its work.
using namespace laoke;
using namespace laoke::test;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kSellerId = 900'001, kFirstCustomer = 500'000;
constexpr int kCustomers = 300;
constexpr int kPerSecond = 20;  // the broadcast would take fifteen seconds: time to stop it in its middle
constexpr int kQuickly = 1'000;
const std::string kText = "新品到了";

bool has_piece(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

// A prepared shop in a folder, and the program run on it.
class RunningShop {
 public:
  RunningShop() {
    const auto database = open();
    Config config;
    config.language = "zh-CN";
    create_default_shop(*database, config, now_ms());
    database->write([&](storage::Transaction& tx) { prepare(tx); });
  }

  void start() {
    program = std::make_unique<ChildProcess>(command("127.0.0.1:0"));
    INFO(program->said());
    REQUIRE_FALSE(program->wait_for("Laoke is ready").empty());
  }
  std::vector<std::string> command(const std::string& listen) const {
    return {LAOKE_PROGRAM, "serve", "--data-dir", dir.path().string(), "--listen", listen, "--language", "en",
            "--log-file", dir.file("log"), "--database", home.url()};
  }
  std::string address() const {
    const auto& said = program->said();
    const auto at = said.find("http://") + 7;
    return said.substr(at, said.find('\n', at) - at);
  }

  // With the program stopped: the next start sends the rest without delay.
  void hurry() {
    open()->write([&](storage::Transaction& tx) {
      const auto shop_id = storage::find_shop(tx, "default")->shop_id;
      const auto channel = storage::find_channel(tx, shop_id, "telegram").value();
      auto account = nlohmann::json::parse(channel.settings);
      account["messages_per_second"] = kQuickly;
      storage::update_channel_settings(tx, shop_id, channel.channel_id, account.dump());
    });
  }
  void says(const std::string& text) { telegram.user_says(kSellerId, "美姐", text); }
  // Until the seller reads `piece` in a message that came after the first `after` ones.
  bool answered(const std::string& piece, std::size_t after) const {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    for (auto count = telegram.accepted().size(); std::chrono::steady_clock::now() < deadline;) {
      const auto mine = telegram.accepted_by(kSellerId);
      for (std::size_t i = after; i < mine.size(); ++i)
        if (has_piece(mine[i].text, piece)) return true;
      telegram.wait_for_accepted(count + 1, 500ms);
      count = telegram.accepted().size();
    }
    return false;
  }
  void asks(const std::string& text, const std::string& piece) {
    const auto before = telegram.accepted_by(kSellerId).size();
    says(text);
    INFO(text);
    REQUIRE(answered(piece, before));
  }
  void start_the_broadcast() {
    asks("群发 全部 " + kText, "人数：" + std::to_string(kCustomers));
    asks("是", "开始了");
  }
  // The seller looks again and again until the broadcast is over.
  bool wait_until_done() {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (std::chrono::steady_clock::now() < deadline) {
      const auto before = telegram.accepted_by(kSellerId).size();
      says("群发");
      if (!answered(" · ", before)) return false;
      const auto mine = telegram.accepted_by(kSellerId);
      for (std::size_t i = before; i < mine.size(); ++i)
        if (has_piece(mine[i].text, "已完成")) return true;
    }
    return false;
  }

  // How often each customer got the broadcast.
  std::map<std::int64_t, int> received() const {
    std::map<std::int64_t, int> counts;
    for (const auto& sent : telegram.accepted())
      if (sent.chat_id != kSellerId && sent.text == kText) ++counts[sent.chat_id];
    return counts;
  }
  void wait_for_received(std::size_t count) const { telegram.wait_for_accepted(telegram.accepted_by(kSellerId).size() + count, 60s); }
  // With the program stopped: states of the broadcast's rows by the customer's chat.
  std::map<std::int64_t, std::string> states() const {
    return open()->read([](storage::Transaction& tx) {
      const auto shop_id = storage::find_shop(tx, "default")->shop_id;
      const auto broadcast = storage::list_broadcasts(tx, shop_id, 0, 1).at(0);
      std::map<std::int64_t, std::string> states;
      for (const auto& row : storage::list_deliveries(tx, shop_id, "b", broadcast.broadcast_id, "", {}, kCustomers + 10))
        for (const auto& contact : storage::contacts_of_customer(tx, shop_id, row.key.customer_id))
          states[std::stoll(contact.external_id)] = row.state;
      return states;
    });
  }

  TempDir dir;
  TestDatabase home{dir.file("laoke.db")};
  FakeTelegram telegram;
  std::unique_ptr<ChildProcess> program;  // ends before the Telegram it talks to

 private:
  static std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  }
  std::unique_ptr<storage::Database> open() const { return storage::open_database(home.options()); }
  void prepare(storage::Transaction& tx) {
    auto shop = *storage::find_shop(tx, "default");
    ShopSettings settings;
    settings.quiet_from = settings.quiet_to = "00:00";  // the real clock runs: the test may run at night
    shop.settings = to_json_text(settings);
    storage::update_shop(tx, shop);
    storage::ChannelRow channel;
    channel.shop_id = shop.shop_id;
    channel.name = channel.kind = "telegram";
    auto account = telegram.settings();
    account["messages_per_second"] = kPerSecond;
    channel.settings = account.dump();
    const auto channel_id = storage::insert_channel(tx, channel);
    const Context context{tx, shop, now_ms()};
    for (int i = 0; i < kCustomers; ++i) add_contact(context, channel_id, kFirstCustomer + i, "客户" + std::to_string(i));
    const auto seller = add_contact(context, channel_id, kSellerId, "美姐");
    storage::Staff staff;
    staff.name = "美姐";
    staff.role = "owner";
    storage::set_standing(tx, shop.shop_id, seller.customer_id, storage::kStandingStaff);
    storage::pair_contact(tx, shop.shop_id, seller.contact_id, storage::insert_staff(tx, shop.shop_id, staff), context.now_ms);
  }
  static storage::Contact add_contact(const Context& context, std::int64_t channel_id, std::int64_t chat_id, const std::string& name) {
    NewCustomer wanted;
    wanted.name = name;
    storage::Contact contact;
    contact.customer_id = create_customer(context, wanted);
    contact.channel_id = channel_id;
    contact.external_id = std::to_string(chat_id);
    contact.display_name = name;
    contact.first_seen_ms = context.now_ms;
    contact.contact_id = storage::insert_contact(context.tx, context.shop_id(), contact);
    return contact;
  }
};

}  // namespace

TEST_CASE("a broadcast paused, the program stopped and started, then resumed, sends exactly the rest", "[story][restart]") {
  RunningShop shop;
  shop.start();
  shop.start_the_broadcast();
  shop.wait_for_received(40);
  shop.asks("暂停", "已暂停");
  shop.program->signal(SIGTERM);
  const auto code = shop.program->wait_exit();
  INFO(shop.program->said());
  REQUIRE(code);
  CHECK(*code == 0);
  const auto before = shop.received();
  CHECK(before.size() >= 30);  // it waited for 40 messages, some of them to the seller
  CHECK(before.size() < kCustomers);

  shop.hurry();
  shop.start();
  shop.asks("群发", "已暂停");
  CHECK(shop.received() == before);  // a pause outlives the process
  shop.asks("继续", "继续发送");
  CHECK(shop.wait_until_done());
  const auto after = shop.received();
  CHECK(after.size() == kCustomers);
  for (const auto& [chat, count] : after) CHECK(count == 1);
  shop.program->signal(SIGTERM);
  CHECK(shop.program->wait_exit() == 0);
  for (const auto& [chat, state] : shop.states()) CHECK(state == "accepted");
}

TEST_CASE("a program killed in mid-broadcast goes on by itself and writes to nobody twice", "[story][restart]") {
  RunningShop shop;
  shop.start();
  shop.start_the_broadcast();
  shop.wait_for_received(40);
  shop.program->signal(SIGKILL);
  REQUIRE(shop.program->wait_exit() == 128 + SIGKILL);
  CHECK(shop.received().size() < kCustomers);

  shop.hurry();
  shop.start();
  CHECK(shop.wait_until_done());
  shop.program->signal(SIGTERM);
  CHECK(shop.program->wait_exit() == 0);
  const auto received = shop.received();
  const auto states = shop.states();
  REQUIRE(states.size() == kCustomers);
  int unknown = 0;
  for (const auto& [chat, state] : states) {
    const auto found = received.find(chat);
    const int count = found == received.end() ? 0 : found->second;
    INFO(chat << " " << state);
    CHECK(count <= 1);
    CHECK((state == "unknown" || (state == "accepted" && count == 1)));
    unknown += state == "unknown" ? 1 : 0;
  }
  CHECK(unknown <= kPerSecond);  // what was claimed ahead, no more
}

// On PostgreSQL it is another node and welcome.
TEST_CASE("a second server on the same folder is refused in clear words", "[story][restart][sqlite]") {
  RunningShop shop;
  shop.start();
  ChildProcess second(shop.command("127.0.0.1:0"));
  CHECK(second.wait_exit() == 1);
  CHECK_THAT(second.said(), Catch::Contains("a laoke server is running on it (process ") && Catch::Contains("--data-dir"));
  shop.asks("我是谁", "美姐");  // the first does not mind
}

TEST_CASE("a second server on the same port is refused in clear words", "[story][restart]") {
  RunningShop shop;
  shop.start();
  const TempDir other;
  ChildProcess second({LAOKE_PROGRAM, "serve", "--data-dir", other.path().string(), "--listen", shop.address(), "--language", "en"});
  CHECK(second.wait_exit() == 1);
  CHECK_THAT(second.said(), Catch::Contains(shop.address()) && Catch::Contains("--listen"));
  shop.asks("我是谁", "美姐");  // the first does not mind
}

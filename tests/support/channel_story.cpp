#include "tests/support/channel_story.h"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "bot/default_shop.h"
#include "bot/hooks.h"
#include "handlers/calendar.h"
#include "handlers/customers.h"
#include "handlers/pairing.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/ledger.h"
#include "storage/staff.h"
#include "storage/tags.h"

namespace laoke::test {
namespace channel_story {
namespace {

constexpr int kMostRounds = 2'000;  // a shop that has not settled by then goes round in circles

std::unique_ptr<storage::Database> open(const TestDatabase& home, const StoryPlatform& platform) {
  auto database = storage::open_database(home.options());
  Config config;
  config.language = "zh-CN";
  create_default_shop(*database, config, kMonday10);
  database->write([&](storage::Transaction& tx) {
    storage::ChannelRow channel;
    channel.shop_id = storage::find_shop(tx, "default")->shop_id;
    channel.name = channel.kind = platform.kind();
    channel.settings = platform.settings().dump();
    channel.created_at_ms = kMonday10;
    storage::insert_channel(tx, channel);
  });
  return database;
}

http::ServerOptions free_port() {
  http::ServerOptions options;
  options.port = 0;
  return options;
}

bool holds(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

void tells(ChannelStory& shop, const std::string& seller, const std::string& line, const std::string& piece) {
  const auto answer = shop.asks(seller, line);
  INFO(line << " => " << answer);
  CHECK(holds(answer, piece));
}

void first_words(ChannelStory& shop, const StoryPeople& people) {
  CHECK(shop.writes(people.buyer, "在吗") == 200);
  const auto customer_id = shop.customer_of(people.buyer);
  REQUIRE(customer_id != 0);
  CHECK(shop.writes(people.buyer, "有人吗") == 200);
  CHECK(shop.customer_of(people.buyer) == customer_id);
  shop.call(people.buyer, "李雷");
  CHECK(holds(shop.pair_owner(people.seller, "美姐"), "你现在是“我的小店”的店主"));
  tells(shop, people.seller, "+油性皮肤 李雷", "李雷：加上 油性皮肤");
  shop.in([&](const Context& context) {
    const auto tags = storage::tags_of_customer(context.tx, context.shop_id(), customer_id);
    REQUIRE(tags.size() == 1);
    CHECK(tags[0].name == "油性皮肤");
  });
  shop.wait(kHourMs);
  shop.mail(people.seller);
  shop.writes(people.buyer, "面膜多少钱");
  CHECK(holds(shop.read(people.seller), "面膜多少钱"));
}

void an_order(ChannelStory& shop, const StoryPeople& people) {
  const auto& seller = people.seller;
  tells(shop, seller, "产品 面膜 99 用30天", "用 30 天");
  tells(shop, seller, "收件人：李雷\n电话：13812345678\n地址：浙江省杭州市西湖区文三路90号\n面膜x2\n198元", "文三路90号");
  tells(shop, seller, "是", "已记订单 #1001：李雷");
  shop.mail(people.buyer);
  tells(shop, seller, "付款 #1001", "已付款 ¥198.00");
  const auto thanks = shop.read(people.buyer);
  INFO(shop.ledger_of(people.buyer));
  CHECK(holds(thanks, "收到李雷的付款啦"));
  tells(shop, seller, "发货 #1001 顺丰 SF1234567890123", "顺丰速运 SF1234567890123");
  const auto notice = shop.read(people.buyer);
  INFO(shop.ledger_of(people.buyer));
  CHECK(holds(notice, "订单 #1001 已发货"));
  CHECK(holds(notice, "SF1234567890123"));
}

void a_broadcast(ChannelStory& shop, const StoryPeople& people) {
  const auto& seller = people.seller;
  const std::map<std::string, std::string> names{{people.buyer, "李雷"}, {people.friend_of_hers, "王芳"}, {people.opted_out, "韩梅梅"}};
  for (const auto& [address, name] : names) {
    shop.writes(address, "你好");
    shop.call(address, name);
    tells(shop, seller, "+春季 " + name, name + "：加上 春季");
  }
  CHECK(holds(shop.asks(people.opted_out, "退订"), "以后不再给您发推广消息"));
  const auto preview = shop.asks(seller, "群发 tag:春季 新品到了，欢迎来看");
  INFO(preview);
  CHECK(holds(preview, "人数：3"));
  CHECK(holds(preview, "客户已退订营销消息：1"));
  tells(shop, seller, "是", "开始了");
  shop.wait(5'000);
  for (const auto& [address, name] : names) {
    INFO(name << "\n" << shop.ledger_of(address));
    CHECK(shop.got(address, "新品到了") == (address == people.opted_out ? 0 : 1));
  }
  tells(shop, seller, "为什么 韩梅梅", "不发送: 客户已退订营销消息");
  tells(shop, seller, "为什么 王芳", "已发出");
}

}  // namespace
}  // namespace channel_story

ChannelStory::ChannelStory(StoryPlatform& platform)
    : platform(platform),
      database(channel_story::open(home, platform)),
      channels(*database),
      intake(*database, clock),
      sender(*database, channels, clock, "story"),
      scheduler(*database, clock),
      server(channel_story::free_port(), [this](http::Request& request) { return router(request); }) {
  platform.follow_clock([this] { return clock.now_ms(); });
  channels.refresh();
  add_hook_routes(router, channels, intake, sender);
  server.start();
}

ChannelStory::~ChannelStory() { server.stop(std::chrono::seconds(1)); }

// Messages to one contact keep a distance, so the clock is moved a little between rounds.
void ChannelStory::settle() {
  std::vector<std::int64_t> fronts{0};
  for (const auto& live : channels.all()) fronts.push_back(live->row.channel_id);
  for (int round = 0; round < channel_story::kMostRounds; ++round) {
    scheduler.run_due();
    sender.drain();
    const auto next = database->read([&](storage::Transaction& tx) { return storage::next_due_ms(tx, fronts); });
    if (!next || *next > clock.now_ms() + 50) return;
    clock.advance(5);
  }
  throw std::logic_error("the shop does not come to rest");
}

void ChannelStory::go_to(std::int64_t now_ms) {
  if (now_ms < clock.now_ms()) throw std::logic_error("time goes one way");
  clock.set(now_ms);
  settle();
}

std::string ChannelStory::hook_url() const {
  return "http://127.0.0.1:" + std::to_string(server.port()) + "/hooks/" + platform.kind();
}

int ChannelStory::take(const Callback& callback) {
  std::string answer;
  const int status = post_callback(hook_url(), callback, &answer);
  platform.answered(status, answer);
  settle();
  return status;
}

int ChannelStory::writes(const std::string& address, const std::string& text) {
  clock.advance(1'000);
  return take(platform.says(address, text));
}

int ChannelStory::presses(const std::string& address, const std::string& data) {
  clock.advance(1'000);
  return take(platform.presses(address, data));
}

void ChannelStory::call(const std::string& address, const std::string& name) {
  const auto customer_id = customer_of(address);
  in([&](const Context& context) { set_customer_field(context, customer_id, CustomerField::kName, name); });
}

std::string ChannelStory::pair_owner(const std::string& address, const std::string& name) {
  const auto code = in([&](const Context& context) {
    storage::Staff staff;
    staff.name = name;
    staff.role = "owner";
    staff.created_at_ms = context.now_ms;
    return issue_code(context, storage::insert_staff(context.tx, context.shop_id(), staff));
  });
  return asks(address, code);
}

std::string ChannelStory::asks(const std::string& address, const std::string& text) {
  mail(address);
  writes(address, text);
  return read(address);
}

std::vector<StoryPlatform::Got> ChannelStory::mail(const std::string& address) {
  auto all = platform.got(address);
  auto& looked_at = looked_at_[address];
  std::vector<StoryPlatform::Got> fresh(all.begin() + static_cast<std::ptrdiff_t>(looked_at), all.end());
  looked_at = all.size();
  return fresh;
}

std::string ChannelStory::read(const std::string& address) {
  std::string all;
  for (const auto& one : mail(address)) all += (all.empty() ? "" : "\n---\n") + one.text;
  return all;
}

int ChannelStory::got(const std::string& address, const std::string& piece) const {
  int count = 0;
  for (const auto& one : platform.got(address)) count += channel_story::holds(one.text, piece) ? 1 : 0;
  return count;
}

std::int64_t ChannelStory::customer_of(const std::string& address) {
  return in([&](const Context& context) {
    const auto contact =
        storage::find_contact_by_address(context.tx, context.shop_id(), channels.by_hook(platform.kind())->row.channel_id, address);
    return contact ? contact->customer_id : std::int64_t{0};
  });
}

std::string ChannelStory::ledger_of(const std::string& address) {
  const auto customer_id = customer_of(address);
  std::string lines;
  for (const auto& row : in([&](const Context& context) {
         return storage::deliveries_of_customer(context.tx, context.shop_id(), customer_id, {}, {}, 100);
       }))
    lines += storage::to_text(row.key) + " " + row.state + " " + row.reason + " tries " + std::to_string(row.attempts) +
             " due in " + std::to_string(row.due_at_ms - clock.now_ms()) + " ms\n";
  return lines;
}

void tell_the_story(ChannelStory& shop, const StoryPeople& people) {
  channel_story::first_words(shop, people);
  channel_story::an_order(shop, people);
  channel_story::a_broadcast(shop, people);
}

}  // namespace laoke::test

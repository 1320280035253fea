#include "bench/large_shop.h"

#include <algorithm>
#include <array>
#include <span>

#include "bot/default_shop.h"
#include "handlers/broadcasts.h"
#include "handlers/consent.h"
#include "handlers/crypto.h"
#include "handlers/customers.h"
#include "handlers/orders.h"
#include "handlers/tags.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/shops.h"

namespace laoke::bench {
namespace {

using storage::Transaction;

constexpr std::int64_t kLargeShopNow = 1'772'416'800'000;  // 2 March 2026, 10:00 in Shanghai
constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kFillCustomers = 500;  // a commit
constexpr std::int64_t kPlanCustomers = 1'000;  // as bot/scheduler.cpp
constexpr int kCancelledAtOnce = 10'000;

// The same people at every making: a fixed mixing of their number.
std::uint64_t dice(std::int64_t number, std::uint64_t salt) {
  std::uint64_t value = static_cast<std::uint64_t>(number) + salt * 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

std::string two_digits(std::uint64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

template <class Work>
auto in_shop(storage::Database& database, Work&& work) {
  return database.write([&](Transaction& tx) {
    const auto shop = *storage::find_shop(tx, "default");
    return work(Context{tx, shop, kLargeShopNow});
  }, storage::Lane::kBulk);
}

NewCustomer person(std::int64_t number) {
  static constexpr std::array kSurnames = {"陈", "林", "黄", "张", "李", "王", "吴", "刘"};
  static constexpr std::array kNames = {"晓梅", "丽华", "建国", "雪", "美玲", "志强", "欣怡"};
  NewCustomer customer;
  customer.name = std::string(kSurnames[dice(number, 1) % kSurnames.size()]) + kNames[dice(number, 2) % kNames.size()] + std::to_string(number % 1'000);
  customer.birthday = "19" + two_digits(60 + dice(number, 3) % 40) + "-" + two_digits(1 + dice(number, 4) % 12) + "-" + two_digits(1 + dice(number, 5) % 28);
  customer.source = dice(number, 6) % 3 == 0 ? "live" : "friend";
  return customer;
}

void order_for(const Context& context, std::int64_t number, std::int64_t customer_id) {
  OrderDraft draft;
  draft.customer_id = customer_id;
  draft.items = {{"面膜", 1 + static_cast<std::int64_t>(dice(number, 7) % 3), 9'900}};
  draft.state = OrderState::kCompleted;
  draft.source = "import";
  draft.at_ms = kLargeShopNow - static_cast<std::int64_t>(dice(number, 8) % 300) * kDay;
  record_order(context, draft);
}

void add_one(const Context& context, std::int64_t channel_id, std::int64_t number) {
  const auto customer_id = create_customer(context, person(number));
  storage::Contact contact;
  contact.customer_id = customer_id;
  contact.channel_id = channel_id;
  contact.external_id = std::to_string(1'000'000 + number);
  contact.first_seen_ms = contact.last_in_ms = context.now_ms - static_cast<std::int64_t>(dice(number, 9) % 400) * kDay;
  storage::insert_contact(context.tx, context.shop_id(), contact);
  for (std::uint64_t i = 0; i < 5; ++i) tag_customer(context, customer_id, "t" + std::to_string(i * 20 + dice(number, 10 + i) % 20));
  if (dice(number, 20) % 3 == 0) order_for(context, number, customer_id);
  if (dice(number, 21) % 30 == 0) opt_out(context, customer_id, "退订");
}

std::vector<std::int64_t> planned_customers(storage::Database& database, std::int64_t shop_id, std::int64_t broadcast_id) {
  std::vector<std::int64_t> customers;
  for (std::int64_t after = 0;;) {
    const auto rows = database.read([&](Transaction& tx) { return storage::walk_broadcast(tx, shop_id, broadcast_id, after, kCancelledAtOnce); });
    if (rows.empty()) return customers;
    for (const auto& row : rows) customers.push_back(row.key.customer_id);
    after = customers.back();
  }
}

}  // namespace

void fill_large_shop(storage::Database& database, std::int64_t customers) {
  Config config;
  config.language = "zh-CN";
  create_default_shop(database, config, kLargeShopNow);
  const auto channel_id = in_shop(database, [](const Context& context) {
    storage::ChannelRow channel;
    channel.shop_id = context.shop_id();
    channel.name = channel.kind = "telegram";
    channel.settings = R"({"token": "7700112233:none"})";
    return storage::insert_channel(context.tx, channel);
  });
  for (std::int64_t at = 0; at < customers; at += kFillCustomers)
    in_shop(database, [&](const Context& context) {
      for (std::int64_t i = at; i < std::min(customers, at + kFillCustomers); ++i) add_one(context, channel_id, i);
      return 0;
    });
  plan_next_broadcast(database, "tag:t0");
  const auto cancelled = plan_next_broadcast(database, "tag:t1").broadcast_id;
  in_shop(database, [&](const Context& context) { return cancel_broadcast(context, cancelled); });
  while (in_shop(database, [&](const Context& context) {
    return cancel_slice(context.tx, context.shop_id(), cancelled, kCancelledAtOnce, kLargeShopNow);
  })) {
  }
}

Planned plan_next_broadcast(storage::Database& database, const std::string& segment) {
  const auto broadcast = in_shop(database, [&](const Context& context) {
    BroadcastDraft draft;
    draft.segment = segment;
    draft.body = "春季上新：玫瑰精油面膜第二盒半价";
    return start_broadcast(context, create_broadcast(context, draft).broadcast_id);
  });
  const auto audience = database.read([&](Transaction& tx) { return audience_of(tx, broadcast); });
  for (std::size_t at = 0; at < audience.size(); at += kPlanCustomers)
    in_shop(database, [&](const Context& context) {
      const auto slice = std::span(audience).subspan(at, std::min<std::size_t>(kPlanCustomers, audience.size() - at));
      return plan_slice(context.tx, context.shop_id(), broadcast.broadcast_id, slice, at + kPlanCustomers >= audience.size(), kLargeShopNow);
    });
  return {broadcast.broadcast_id, planned_customers(database, broadcast.shop_id, broadcast.broadcast_id)};
}

const std::vector<std::string>& tried_segments() {
  static const std::vector<std::string> all = {"all", "tag:t3", "tag:t5 -tag:t25 last_order>30d", "orders>=1 (source:live or tag:t41)", "-orders>=1 tag:t60"};
  return all;
}

std::string difference(const std::vector<std::int64_t>& before, const std::vector<std::int64_t>& after) {
  if (before == after) return "";
  const auto [left, right] = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  const auto named = [](const auto& at, const auto& list) { return at == list.end() ? std::string("nobody") : "customer " + std::to_string(*at); };
  return std::to_string(before.size()) + " people before and " + std::to_string(after.size()) + " after; the first difference is " + named(left, before) +
         " before and " + named(right, after) + " after";
}

std::string fingerprint(const std::vector<std::int64_t>& customers) {
  std::string bytes;
  bytes.reserve(customers.size() * 8);
  for (const auto customer : customers) bytes += std::to_string(customer) + ",";
  return crypto::sha256_hex(bytes).substr(0, 16);
}

}  // namespace laoke::bench

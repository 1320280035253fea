#include "bench/broadcast_shop.h"

#include <algorithm>
#include <span>
#include <thread>

#include "bot/channel_host.h"
#include "bot/channels/telegram.h"
#include "bot/channels/webchat.h"
#include "bot/default_shop.h"
#include "bot/sender.h"
#include "handlers/broadcasts.h"
#include "handlers/shop_settings.h"
#include "storage/contacts.h"
#include "storage/customers.h"

namespace laoke::bench {

using storage::Transaction;

namespace {

// A channel that changes hands, as it does from one round's sender to the next, rests for a second (bot/sender.cpp).
constexpr std::chrono::milliseconds kHandover{1'200};
constexpr int kFillSlice = 10'000;
constexpr std::size_t kPlanSlice = 1'000;  // as bot/scheduler.cpp

class Unlimited final : public channels::Channel {
 public:
  explicit Unlimited(std::unique_ptr<Channel> inner) : inner_(std::move(inner)), traits_(inner_->traits()) {
    traits_.messages_per_second = traits_.contact_messages_per_second = 0;
  }
  std::string_view kind() const override { return "unlimited"; }
  const channels::Traits& traits() const override { return traits_; }
  bool authentic(const channels::RawRequest& request) const override { return inner_->authentic(request); }
  std::vector<InboundEvent> parse(const channels::RawRequest& request) const override { return inner_->parse(request); }
  channels::SendOutcome send(const channels::Outgoing& message) override { return inner_->send(message); }
  std::vector<channels::ProbeLine> probe() override { return inner_->probe(); }

 private:
  std::unique_ptr<Channel> inner_;
  channels::Traits traits_;
};

}  // namespace

BroadcastShop::BroadcastShop(const std::string& url) {
  storage::DatabaseOptions options;
  options.url = url;
  database = storage::open_database(options);
  Config config;
  config.language = "zh-CN";
  create_default_shop(*database, config, clock.now_ms());
  database->write([&](Transaction& tx) {
    auto row = *storage::find_shop(tx, "default");
    ShopSettings settings;
    settings.marketing_per_day = 50, settings.marketing_per_week = 200;
    row.settings = to_json_text(settings);
    storage::update_shop(tx, row);
    shop_id = row.shop_id;
  });
}

std::int64_t BroadcastShop::add_channel(const std::string& kind, const std::string& api_base, const std::string& name) {
  return database->write([&](Transaction& tx) {
    storage::ChannelRow row;
    row.shop_id = shop_id;
    row.name = name.empty() ? kind : name;
    row.kind = kind;
    row.settings = nlohmann::json{{"token", "7700112233:bench"}, {"api_base", api_base}, {"mode", "webhook"},
                                  {"contact_messages_per_second", "1000"}}.dump();
    const auto id = storage::insert_channel(tx, row);
    storage::bump_config(tx, shop_id);
    return id;
  });
}

void BroadcastShop::add_customers(std::int64_t channel_id, int count, const std::string& source) {
  for (int at = 0; at < count; at += kFillSlice)
    database->write([&](Transaction& tx) {
      for (int i = at; i < std::min(count, at + kFillSlice); ++i) {
        storage::Customer customer;
        customer.name = "顾客 " + std::to_string(i);
        customer.source = source;
        storage::Contact contact;
        contact.channel_id = channel_id;
        contact.external_id = std::to_string(1'000'000 + i);
        contact.customer_id = storage::insert_customer(tx, shop_id, customer);
        storage::insert_contact(tx, shop_id, contact);
      }
    });
}

std::int64_t BroadcastShop::plan(const std::string& source) {
  const auto id = database->write([&](Transaction& tx) {
    const auto row = *storage::get_shop(tx, shop_id);
    const Context context{tx, row, clock.now_ms()};
    BroadcastDraft draft;
    draft.segment = "source:" + source;
    draft.body = kBroadcastText;
    return start_broadcast(context, create_broadcast(context, draft).broadcast_id).broadcast_id;
  });
  const auto audience = database->read([&](Transaction& tx) { return audience_of(tx, *storage::get_broadcast(tx, shop_id, id)); });
  for (std::size_t at = 0; at < audience.size(); at += kPlanSlice)
    database->write([&](Transaction& tx) {
      const auto slice = std::span(audience).subspan(at, std::min(kPlanSlice, audience.size() - at));
      return plan_slice(tx, shop_id, id, slice, at + kPlanSlice >= audience.size(), clock.now_ms());
    });
  return id;
}

std::int64_t BroadcastShop::accepted(std::int64_t broadcast_id) const {
  return database->read([&](Transaction& tx) {
    std::int64_t count = 0;
    for (const auto& one : storage::broadcast_counts(tx, shop_id, broadcast_id))
      if (one.state == "accepted") count += one.count;
    return count;
  });
}

SendingRun send_broadcast(BroadcastShop& shop, const std::string& source, int messages) {
  const auto id = shop.plan(source);
  ChannelHost channels(*shop.database);
  channels.refresh();
  Sender sender(*shop.database, channels, shop.clock, "bench");
  shop.database->set_commit_listener([&](unsigned signals) {
    if (signals & storage::kSendWork) sender.wake();
  });
  sender.recover();
  std::this_thread::sleep_for(kHandover);
  const SendingRun run = timed_sending(messages, [&] {
    sender.start();
    while (shop.accepted(id) < messages) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  });
  sender.stop(std::chrono::seconds(5));
  shop.database->set_commit_listener({});
  return run;
}

static channels::Kind unlimited_kind() {
  return {"unlimited", channels::telegram_kind().settings, [](const channels::Account& account) -> std::unique_ptr<channels::Channel> {
            return std::make_unique<Unlimited>(channels::telegram_kind().make(account));
          }};
}

}  // namespace laoke::bench

// This program's own list of platforms in place of bot/channels/registry.cpp.
namespace laoke::channels {
const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {telegram_kind(), webchat_kind(), bench::unlimited_kind()};
  return all;
}
const Kind* find_kind(std::string_view name) {
  for (const Kind& kind : kinds())
    if (kind.name == name) return &kind;
  return nullptr;
}
}  // namespace laoke::channels

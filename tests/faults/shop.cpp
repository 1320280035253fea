#include "tests/faults/shop.h"

#include <algorithm>
#include <chrono>

#include "bot/default_shop.h"
#include "bot/http/keys.h"
#include "handlers/customers.h"
#include "handlers/shop_settings.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/shops.h"
#include "storage/staff.h"
#include "tests/faults/stage.h"

namespace laoke::faults {
namespace {

constexpr int kSlice = 2'000;  // customers a commit

std::int64_t wall_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

storage::Contact add_person(const Context& context, std::int64_t channel_id, const std::string& address, const std::string& name) {
  NewCustomer wanted;
  wanted.name = name;
  storage::Contact contact;
  contact.customer_id = create_customer(context, wanted);
  contact.channel_id = channel_id;
  contact.external_id = address;
  contact.display_name = name;
  contact.first_seen_ms = context.now_ms;
  contact.contact_id = storage::insert_contact(context.tx, context.shop_id(), contact);
  return contact;
}

storage::Shop manners(storage::Transaction& tx) {
  auto shop = *storage::find_shop(tx, "default");
  ShopSettings settings;
  settings.quiet_from = settings.quiet_to = "00:00";
  settings.marketing_per_day = settings.marketing_per_week = 1'000;
  shop.settings = to_json_text(settings);
  storage::update_shop(tx, shop);
  return shop;
}

std::int64_t add_account(storage::Transaction& tx, std::int64_t shop_id, const std::string& kind, const nlohmann::json& settings) {
  storage::ChannelRow channel;
  channel.shop_id = shop_id;
  channel.name = channel.kind = kind;
  channel.settings = settings.dump();
  return storage::insert_channel(tx, channel);
}

void add_owner(const Context& context, std::int64_t channel_id) {
  const auto contact = add_person(context, channel_id, std::to_string(kOwner), "美姐");
  storage::Staff staff;
  staff.name = "美姐";
  staff.role = "owner";
  storage::set_standing(context.tx, context.shop_id(), contact.customer_id, storage::kStandingStaff);
  storage::pair_contact(context.tx, context.shop_id(), contact.contact_id, storage::insert_staff(context.tx, context.shop_id(), staff),
                        context.now_ms);
}

}  // namespace

std::string make_shop(const std::string& database_url, const Accounts& accounts, int customers) {
  storage::DatabaseOptions options;
  options.url = database_url;
  const auto database = storage::open_database(options);
  Config config;
  config.language = "zh-CN";
  create_default_shop(*database, config, wall_ms());
  std::map<std::string, std::int64_t> channels;
  const auto key = database->write([&](storage::Transaction& tx) {
    const auto shop = manners(tx);
    for (const auto& [kind, settings] : accounts) channels[kind] = add_account(tx, shop.shop_id, kind, settings);
    add_owner({tx, shop, wall_ms()}, channels.at("telegram"));
    return http::create_key(tx, shop.shop_id, "faults", http::Role::kOwner, wall_ms()).key;
  });
  const bool on_line = channels.contains("line");
  const auto channel_id = channels.at(on_line ? "line" : "telegram");
  for (int from = 0; from < customers; from += kSlice)
    database->write([&](storage::Transaction& tx) {
      const auto shop = *storage::find_shop(tx, "default");
      const Context context{tx, shop, wall_ms()};
      for (int i = from; i < std::min(customers, from + kSlice); ++i) {
        const auto chat = kFirstCustomer + i;
        add_person(context, channel_id, on_line ? line_user(chat) : std::to_string(chat), "客" + std::to_string(i));
      }
    });
  return key;
}

}  // namespace laoke::faults

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "bot/channels/webchat.h"
#include "bot/commands/chat.h"
#include "handlers/crypto.h"
#include "handlers/context.h"
#include "handlers/pairing.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/shops.h"
#include "storage/staff.h"

namespace laoke::commands {
namespace {

constexpr const char* kChannel = "webchat";
constexpr const char* kDefaultShop = "default";

storage::ChannelRow webchat_of(storage::Transaction& tx, std::int64_t shop_id, std::int64_t now_ms) {
  for (storage::ChannelRow& row : storage::list_channels(tx, shop_id))
    if (row.kind == "webchat") return row;
  storage::ChannelRow row;
  row.shop_id = shop_id;
  row.name = kChannel;
  row.kind = "webchat";
  row.settings = nlohmann::json{{"token", crypto::random_token()}}.dump();
  row.created_at_ms = now_ms;
  row.channel_id = storage::insert_channel(tx, row);
  storage::bump_config(tx, shop_id);
  return row;
}

// The seller's terminal as a person of the shop: its own, so that no open pairing code of anybody else is spoilt.
std::int64_t terminal_staff(const Context& context) {
  const std::string name = context.shop.language == "zh-CN" ? "终端" : "terminal";
  if (const auto known = storage::find_staff(context.tx, context.shop_id(), name)) return known->staff_id;
  storage::Staff staff;
  staff.name = name;
  staff.role = "owner";
  staff.created_at_ms = context.now_ms;
  return storage::insert_staff(context.tx, context.shop_id(), staff);
}

// Letters of a random token that stand in the pairing alphabet are as likely as one another.
std::string pairing_code() {
  std::string code;
  while (code.size() < kPairingCodeLength)
    for (const char letter : crypto::random_token())
      if (kPairingAlphabet.find(letter) != std::string_view::npos && code.size() < kPairingCodeLength) code += letter;
  return code;
}

bool is_paired(const Context& context, std::int64_t channel_id) {
  const auto contact = storage::find_contact_by_address(context.tx, context.shop_id(), channel_id, kSellerContact);
  return contact && storage::staff_contact(context.tx, context.shop_id(), contact->contact_id);
}

// Where this machine reaches its own server.
std::string chat_url(const Config& config) {
  std::string host = config.host;
  if (host == "0.0.0.0" || host == "localhost") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(config.port);
}

}  // namespace

ChatSetup prepare_chat(storage::Database& database, const Config& config, const std::string& as, std::int64_t now_ms) {
  ChatSetup setup;
  setup.as = as.empty() ? "seller" : as;
  setup.language = config.language;
  setup.server.url = chat_url(config);
  database.write([&](storage::Transaction& tx) {
    const auto shop = storage::find_shop(tx, config.shop);
    if (!shop)
      throw std::invalid_argument(config.language == "zh-CN" ? "没有店铺 '" + config.shop + "'；请先运行 laoke serve"
                                                             : "there is no shop '" + config.shop + "'; run `laoke serve` first");
    const storage::ChannelRow channel = webchat_of(tx, shop->shop_id, now_ms);
    setup.server.channel = config.shop == kDefaultShop ? channel.name : config.shop + "." + channel.name;
    setup.server.token = nlohmann::json::parse(channel.settings).value("token", "");
    setup.language = shop->language;
    const Context context{tx, *shop, now_ms};
    setup.first_message.clear();
    if (setup.as != "seller" || is_paired(context, channel.channel_id)) return;
    const std::string code = pairing_code();
    open_pairing(context, terminal_staff(context), crypto::sha256_hex(code));
    setup.first_message = "/pair " + code;
  });
  return setup;
}

}  // namespace laoke::commands

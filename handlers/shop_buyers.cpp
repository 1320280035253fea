#include "handlers/shop_buyers.h"

#include <algorithm>

#include "handlers/consent.h"
#include "handlers/customer_removal.h"
#include "handlers/customers.h"
#include "handlers/names.h"
#include "handlers/phone_numbers.h"
#include "handlers/text.h"
#include "storage/consents.h"
#include "storage/customers.h"
#include "storage/merges.h"
#include "storage/phones.h"
#include "storage/shop_systems.h"

namespace laoke {
namespace {

constexpr int kNamesakesLookedAt = 20;

// Platforms hide what the account may not see: "138****0000". Such a value names nobody.
std::string plain(const std::string& value) {
  return value.find('*') == std::string::npos ? std::string(trim(value)) : std::string();
}

struct BuyerIdentity {
  std::string name, phone, email, address;  // phone: E.164, "" none; email in lower case
};

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

std::string usable_email(const Context& context, const std::string& told) {
  try {
    return lower_case(checked_value(context, CustomerField::kEmail, plain(told)));
  } catch (const Refusal&) {
    return "";
  }
}

BuyerIdentity identity_in(const Context& context, const ShopOrderUpdate& update) {
  BuyerIdentity identity;
  identity.name = cut_to_code_points(plain(update.name), kMaxNameCodePoints);
  identity.phone = phone_in(plain(update.phone), context.shop.country).value_or("");
  identity.email = usable_email(context, update.email);
  identity.address = cut_to_code_points(plain(update.address), kMaxAddressCodePoints);
  return identity;
}

std::int64_t only_one(const std::vector<std::int64_t>& ids) { return ids.size() == 1 ? ids.front() : 0; }

// Who they are already; 0 nobody, or nobody knows which of several.
std::int64_t known_buyer(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update, const BuyerIdentity& identity) {
  const auto shop = context.shop_id();
  if (!update.customer_id.empty()) {
    const auto buyer = storage::find_shop_buyer(context.tx, shop, account.channel_id, update.customer_id);
    if (buyer) return storage::living_customer(context.tx, shop, buyer->customer_id);
  }
  if (!identity.phone.empty())
    if (const auto owner = only_one(storage::customers_with_phone(context.tx, shop, identity.phone))) return owner;
  return only_one(storage::customers_with_email(context.tx, shop, identity.email));
}

void suggest_namesakes(const Context& context, std::int64_t customer_id, const BuyerIdentity& identity) {
  if (identity.name.empty() || identity.address.empty()) return;
  const std::string line = fold(identity.address);
  for (const auto& other : storage::customers_named(context.tx, context.shop_id(), folded(identity.name), kNamesakesLookedAt)) {
    if (other.customer_id == customer_id) continue;
    const auto addresses = storage::addresses_of_customer(context.tx, context.shop_id(), other.customer_id);
    if (std::ranges::any_of(addresses, [&](const auto& address) { return fold(address.line) == line; }))
      storage::suggest_merge(context.tx, context.shop_id(), customer_id, other.customer_id, "address", context.now_ms);
  }
}

std::int64_t new_buyer(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update, const BuyerIdentity& identity) {
  NewCustomer wanted;
  wanted.name = identity.name;
  if (folded(wanted.name).empty()) wanted.name = !identity.email.empty() ? identity.email : account.name + " " + (update.number.empty() ? update.external_id : update.number);
  wanted.name = cut_to_code_points(wanted.name, kMaxNameCodePoints);
  wanted.phone = identity.phone;
  wanted.email = identity.email;
  wanted.source = account.name;
  const std::int64_t id = create_customer(context, wanted);
  for (const auto other : storage::customers_with_email(context.tx, context.shop_id(), identity.email))
    if (other != id) storage::suggest_merge(context.tx, context.shop_id(), id, other, "email", context.now_ms);
  return id;
}

// Fills what is empty. A name is taken only where the record has none of its own but the one we had to make up.
void fill_in(const Context& context, std::int64_t customer_id, const ShopOrderUpdate& update, const BuyerIdentity& identity) {
  if (!identity.phone.empty()) add_customer_phone(context, customer_id, identity.phone);
  const auto customer = storage::get_customer(context.tx, context.shop_id(), customer_id);
  if (customer && customer->email.empty() && !identity.email.empty())
    set_customer_field(context, customer_id, CustomerField::kEmail, identity.email);
  if (identity.address.empty()) return;
  const auto known = storage::addresses_of_customer(context.tx, context.shop_id(), customer_id);
  const std::string line = fold(identity.address);
  if (std::ranges::any_of(known, [&](const auto& address) { return fold(address.line) == line; })) return;
  AddressInput input;
  input.line = identity.address;
  input.recipient = cut_to_code_points(plain(update.name), kMaxShortFieldCodePoints);
  input.phone = identity.phone;
  input.make_default = known.empty();
  add_customer_address(context, customer_id, input);
}

// Only the newest word counts, and a yes takes back no more than the shop system's own no: who wrote STOP stays out.
void follow_consent(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update, std::int64_t customer_id, storage::ShopBuyer& buyer) {
  if (!update.marketing_known || (buyer.consent_at_ms != 0 && update.changed_at_ms <= buyer.consent_at_ms)) return;
  buyer.consent_at_ms = std::max<std::int64_t>(update.changed_at_ms, 1);
  const std::string evidence = account.name + ": accepts_marketing=" + (update.accepts_marketing ? "true" : "false");
  if (!update.accepts_marketing) {
    opt_out(context, customer_id, evidence);
    return;
  }
  const auto consents = storage::consents_of_customer(context.tx, context.shop_id(), customer_id);
  const bool own_no = !consents.empty() && !consents.front().granted && consents.front().evidence.starts_with(account.name + ": ");
  if (consents.empty() || own_no) opt_in(context, customer_id, evidence);
}

void remember(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update, std::int64_t customer_id) {
  storage::ShopBuyer buyer{account.channel_id, update.customer_id, 0, 0};
  if (!update.customer_id.empty())
    buyer = storage::find_shop_buyer(context.tx, context.shop_id(), account.channel_id, update.customer_id).value_or(buyer);
  const auto before = buyer;
  buyer.customer_id = customer_id;
  follow_consent(context, account, update, customer_id, buyer);
  if (update.customer_id.empty() || (buyer.customer_id == before.customer_id && buyer.consent_at_ms == before.consent_at_ms)) return;
  storage::put_shop_buyer(context.tx, context.shop_id(), buyer);
}

}  // namespace

std::int64_t buyer_of(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update) {
  const auto identity = identity_in(context, update);
  std::int64_t customer_id = known_buyer(context, account, update, identity);
  const bool is_new = customer_id == 0;
  if (is_new) customer_id = new_buyer(context, account, update, identity);
  fill_in(context, customer_id, update, identity);
  if (is_new) suggest_namesakes(context, customer_id, identity);
  remember(context, account, update, customer_id);
  return customer_id;
}

void learn_of_buyer(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update, std::int64_t customer_id) {
  customer_id = storage::living_customer(context.tx, context.shop_id(), customer_id);
  const auto facts = storage::get_facts(context.tx, context.shop_id(), customer_id);
  if (!facts || facts->standing == storage::kStandingMerged) return;
  fill_in(context, customer_id, update, identity_in(context, update));
  remember(context, account, update, customer_id);
}

void forget_buyer(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update) {
  const auto shop = context.shop_id();
  std::vector<std::int64_t> orders;
  for (const auto& external_id : update.forget_orders) {
    const auto order = storage::find_shop_order(context.tx, shop, account.channel_id, external_id);
    if (!order || order->order_id == 0) continue;
    storage::remove_order_person(context.tx, shop, order->order_id);
    orders.push_back(order->order_id);
  }
  const auto buyer = storage::find_shop_buyer(context.tx, shop, account.channel_id, update.customer_id);
  if (!buyer) return;
  storage::remove_shop_buyer(context.tx, shop, account.channel_id, update.customer_id);
  const auto customer_id = storage::living_customer(context.tx, shop, buyer->customer_id);
  storage::remove_shop_checkouts_of(context.tx, shop, customer_id);
  remove_person(context, customer_id, orders);
}

}  // namespace laoke

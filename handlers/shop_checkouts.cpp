#include "handlers/shop_checkouts.h"

#include <algorithm>

#include "handlers/calendar.h"
#include "handlers/happened.h"
#include "handlers/names.h"
#include "handlers/text.h"
#include "storage/shop_systems.h"

namespace laoke {
namespace {

using storage::ShopCheckout;

constexpr std::int64_t kToldAgainMs = 10 * kMinuteMs;
constexpr std::size_t kLongestItems = 200, kLongestUrlBytes = 2000;

bool names_somebody(const ShopOrderUpdate& update) { return !update.customer_id.empty() || !update.phone.empty() || !update.email.empty(); }

std::string items_in_one_line(const ShopOrderUpdate& update) {
  std::string line;
  for (const auto& item : update.items) {
    if (trim(item.name).empty()) continue;
    line += (line.empty() ? "" : "、") + std::string(trim(item.name));
    if (item.quantity > 1) line += "×" + std::to_string(item.quantity);
  }
  return shorten(line, kLongestItems);
}

bool is_link(const std::string& url) {
  return (url.starts_with("https://") || url.starts_with("http://")) && url.size() <= kLongestUrlBytes && url.find_first_of(" \r\n\t") == std::string::npos;
}

void tell_abandoned(const Context& context, const ShopCheckout& checkout) {
  ShopEvent event;
  event.kind = "checkout.abandoned";
  event.customer_id = checkout.customer_id;
  event.data = {{"checkout_id", checkout.checkout_no}, {"url", checkout.url}, {"items", checkout.items}, {"currency", checkout.currency}, {"total_minor", checkout.total_minor}};
  event.at_ms = checkout.told_at_ms;
  happened(context, event);
}

}  // namespace

void take_checkout(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update) {
  const auto known = storage::find_shop_checkout(context.tx, context.shop_id(), account.channel_id, update.external_id);
  if (known && (known->state == "ordered" || update.changed_at_ms <= known->changed_at_ms)) return;
  ShopCheckout checkout = known.value_or(ShopCheckout{});
  checkout.channel_id = account.channel_id;
  checkout.external_id = update.external_id;
  if (!known) checkout.checkout_no = context.tx.next_id();
  if (names_somebody(update)) checkout.customer_id = buyer_of(context, account, update);
  checkout.changed_at_ms = update.changed_at_ms;
  checkout.url = is_link(update.checkout_url) ? update.checkout_url : "";
  checkout.items = items_in_one_line(update);
  checkout.currency = update.currency;
  checkout.total_minor = update.total_minor;
  const std::int64_t at_ms = update.changed_at_ms > 0 ? std::min(update.changed_at_ms, context.now_ms) : context.now_ms;
  const bool tells = checkout.customer_id != 0 && (checkout.told_at_ms == 0 || at_ms - checkout.told_at_ms >= kToldAgainMs);
  if (tells) checkout.told_at_ms = at_ms;
  storage::put_shop_checkout(context.tx, context.shop_id(), checkout);
  if (tells) tell_abandoned(context, checkout);
}

void checkout_ordered(const Context& context, const ShopAccount& account, const std::string& checkout_id) {
  auto checkout = storage::find_shop_checkout(context.tx, context.shop_id(), account.channel_id, checkout_id).value_or(ShopCheckout{});
  if (checkout.state == "ordered") return;
  const bool told = checkout.told_at_ms != 0;
  checkout.channel_id = account.channel_id;
  checkout.external_id = checkout_id;
  if (checkout.checkout_no == 0) checkout.checkout_no = context.tx.next_id();
  checkout.state = "ordered";
  storage::put_shop_checkout(context.tx, context.shop_id(), checkout);
  if (told) happened(context, {"checkout.recovered", checkout.customer_id, {{"checkout_id", checkout.checkout_no}}, "", 0});
}

}  // namespace laoke

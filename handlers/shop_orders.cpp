#include "handlers/shop_orders.h"

#include <algorithm>
#include <stdexcept>

#include "handlers/calendar.h"
#include "handlers/errands.h"
#include "handlers/money.h"
#include "handlers/names.h"
#include "handlers/order_record.h"
#include "handlers/orders.h"
#include "handlers/owner_chat.h"
#include "handlers/phone_numbers.h"
#include "handlers/products.h"
#include "handlers/refusal.h"
#include "handlers/shop_buyers.h"
#include "handlers/shop_checkouts.h"
#include "handlers/shop_order_known.h"
#include "handlers/shop_order_moves.h"
#include "handlers/tasks.h"
#include "handlers/text.h"
#include "storage/channels.h"
#include "storage/products.h"
#include "storage/purchases.h"
#include "storage/shop_systems.h"
#include "storage/shops.h"

namespace laoke {
namespace {

using storage::Order;
using storage::OrderItem;

constexpr std::size_t kLongestOrderText = 500;  // code points, what an order takes (handlers/order_record.cpp)
constexpr std::int64_t kReadOrderAfterMs = 45'000;  // 有赞: wait 30 s and more before an order is read (shops sheet 3.1)
constexpr std::size_t kLongestShopSku = 64;     // what a product takes (handlers/products.cpp)

std::string fitting(const std::string& text) { return cut_to_code_points(trim(text), kLongestOrderText); }

// A product of that sku, else of that name; made when there is none. Two variants of one name are two products.
storage::Product product_of(const Context& context, const ShopOrderItem& item, const std::string& currency) {
  const std::string sku = length_code_points(item.sku) <= kLongestShopSku ? std::string(trim(item.sku)) : "";
  if (auto coded = storage::find_product_by_sku(context.tx, context.shop_id(), sku); coded && !sku.empty()) return *coded;
  storage::Product product;
  product.name = cut_to_code_points(trim(item.name), kLongestProductName);
  if (trim(product.name).empty()) product.name = sku;
  if (auto named = find_product(context, product.name)) {
    if (sku.empty() || named->sku == sku) return *named;
    product.name = cut_to_code_points(product.name, kLongestProductName - sku.size() - 3) + " (" + sku + ")";
    if (auto variant = find_product(context, product.name)) return *variant;
  }
  product.sku = sku;
  product.currency = currency;
  if (item.unit_price_minor >= 0) product.price_minor = item.unit_price_minor;
  return save_product(context, std::move(product));
}

std::vector<OrderItem> items_of(const Context& context, const ShopOrderUpdate& update) {
  std::vector<OrderItem> items;
  for (const auto& item : update.items) {
    if (items.size() == kMostLines) break;
    if (item.quantity < 1 || (trim(item.name).empty() && trim(item.sku).empty())) continue;  // a gift line, a removed one
    const auto product = product_of(context, item, update.currency);
    std::optional<std::int64_t> price;
    if (item.unit_price_minor >= 0) price = item.unit_price_minor;
    items.push_back({product.product_id, product.name, std::min(item.quantity, kMostQuantity), price});
  }
  return items;
}

std::string note_of(const ShopAccount& account, const ShopOrderUpdate& update) {
  std::string note = account.name + " " + (update.number.empty() ? update.external_id : update.number);
  if (!trim(update.note).empty()) note += "；" + update.note;
  return fitting(note);
}

std::string phone_for_label(const Context& context, const ShopOrderUpdate& update) {
  if (update.phone.find('*') != std::string::npos) return "";
  return phone_in(update.phone, context.shop.country).value_or(fitting(update.phone));
}

OrderDraft draft_of(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update) {
  OrderDraft draft;
  for (const auto& item : items_of(context, update)) draft.items.push_back({item.name, item.quantity, item.unit_price_minor});
  draft.total_minor = update.total_minor;
  draft.currency = update.currency;
  draft.recipient = fitting(update.name);
  draft.phone = phone_for_label(context, update);
  draft.address = fitting(update.address);
  draft.note = note_of(account, update);
  draft.source = account.name;
  draft.external_id = fitting(account.name + ":" + update.external_id);
  draft.at_ms = update.placed_at_ms > 0 ? std::min(update.placed_at_ms, context.now_ms) : context.now_ms;
  return draft;
}

void replace_purchases(const Context& context, const Order& order, const std::vector<OrderItem>& before, const std::vector<OrderItem>& after) {
  if (!order.paid_at_ms || !counts_as_order(state_of(order))) return;
  for (const auto& item : before) storage::remove_purchase(context.tx, context.shop_id(), item.product_id, order.customer_id, order.order_id);
  for (const auto& item : after)
    storage::add_purchase(context.tx, context.shop_id(), {item.product_id, order.customer_id, order.order_id, item.quantity, *order.paid_at_ms});
}

// The shop system changed lines, amount or address.
void rewrite(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update, const Order& before, OwnMoves& moves) {
  const auto draft = draft_of(context, account, update);
  check_draft(context, draft);
  const auto items = items_of(context, update), old_items = storage::list_order_items(context.tx, context.shop_id(), before.order_id);
  Order after = before;
  after.currency = draft.currency;
  after.total_minor = *draft.total_minor;
  after.recipient = draft.recipient;
  after.phone = draft.phone;
  after.address = draft.address;
  after.note = draft.note;
  if (after == before && items == old_items) return;
  if (!storage::rewrite_order(context.tx, context.shop_id(), after, items)) throw std::runtime_error("an order changed while it was rewritten");
  replace_purchases(context, after, old_items, items);
  recount_orders(context, after.customer_id);
  moves.version = before.version + 1;
  if (!moves.changes.empty()) moves.changes.back().version = moves.version;
}

void record(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update, storage::ShopOrder& row, OwnMoves& moves) {
  auto draft = draft_of(context, account, update);
  check_draft(context, draft);
  draft.customer_id = buyer_of(context, account, update);
  const auto order = record_order(context, draft);
  row.order_id = order.order_id;
  moves.version = order.version;
}

void take_order(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update) {
  storage::ShopOrder row{account.channel_id, update.external_id, 0, "", ""};
  row = storage::find_shop_order(context.tx, context.shop_id(), account.channel_id, update.external_id).value_or(row);
  auto known = known_order_from(row.known);
  auto moves = own_moves_from(row.moves);
  const bool newer = join(known, update);
  if (row.order_id == 0 && newer) {
    record(context, account, update, row, moves);
  } else if (row.order_id != 0) {
    const auto order = require_order(context, row.order_id);
    notice_edits(context, order, moves);
    if (newer) learn_of_buyer(context, account, update, order.customer_id);
    if (newer && update.changed_at_ms > moves.edited_at_ms) rewrite(context, account, update, order, moves);
  }
  const bool held = moves.held_at_ms != 0 && update.changed_at_ms <= moves.held_at_ms;
  if (row.order_id != 0 && !held) follow_known(context, row.order_id, known, moves);
  row.known = to_json_text(known);
  row.moves = to_json_text(moves);
  storage::put_shop_order(context.tx, context.shop_id(), row);
  if (!update.checkout_id.empty()) checkout_ordered(context, account, update.checkout_id);
  if (update.ask_more) enqueue_errand(context, account.channel_id, "read_order", {{"external_id", update.external_id}}, kReadOrderAfterMs);
}

// A message and a task, once a day: without the API nothing that got lost is found again.
void tell_trouble(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update) {
  const std::string why = shorten(update.note, 200);
  const Said text{account.name + "：读不到店铺系统里的订单（" + why + "）。推送丢了就补不回来。请在店铺系统里检查应用权限、重新复制密钥，再运行 laoke channel set " +
                      account.name + " …，最后 laoke channel test " + account.name,
                  account.name + ": the shop system's orders cannot be read (" + why + "). What its webhooks lose stays lost. Check the app's rights there, copy the keys " +
                      "again, run laoke channel set " + account.name + " …, then laoke channel test " + account.name};
  TaskDraft task;
  task.text = fitting(text.in(context.shop.language));
  task.source_key = "shop-api:" + std::to_string(account.channel_id) + ":" + std::to_string(start_of_day(context.now_ms, context.shop.time_zone));
  if (add_task(context, task)) tell_owners(context, [&](std::string_view language) { return std::string(text.in(language)); });
}

// The seller has to hand the data over; the platform gives a month.
void ask_for_data(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update) {
  const Said text{account.name + "：买家要求查看自己的数据（买家编号 " + update.customer_id + "），请在 30 天内提供",
                  account.name + ": a buyer asks for their data (buyer id " + update.customer_id + "); hand it over within 30 days"};
  TaskDraft task;
  task.text = fitting(text.in(context.shop.language));
  task.source_key = "buyer-data:" + std::to_string(account.channel_id) + ":" + update.external_id;
  const auto buyer = storage::find_shop_buyer(context.tx, context.shop_id(), account.channel_id, update.customer_id);
  if (buyer) task.customer_id = storage::living_customer(context.tx, context.shop_id(), buyer->customer_id);
  add_task(context, task);
}

void close_account(const Context& context, const ShopAccount& account) {
  const Said why{"应用已在店铺系统里卸载；重新安装后运行 laoke channel on " + account.name,
                 "the app was removed in the shop system; install it again, then run laoke channel on " + account.name};
  storage::set_channel_state(context.tx, context.shop_id(), account.channel_id, "off", why.in(context.shop.language));
  storage::bump_config(context.tx, context.shop_id());
}

void take(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update) {
  switch (update.change) {
    case ShopOrderChange::kAbandoned: return take_checkout(context, account, update);
    case ShopOrderChange::kForgetBuyer: return forget_buyer(context, account, update);
    case ShopOrderChange::kBuyerData: return ask_for_data(context, account, update);
    case ShopOrderChange::kClosed: return close_account(context, account);
    case ShopOrderChange::kTrouble: return tell_trouble(context, account, update);
    case ShopOrderChange::kBuyer:
      buyer_of(context, account, update);
      return;
    default: return take_order(context, account, update);
  }
}

}  // namespace

void take_shop_order(const Context& context, std::int64_t channel_id, const ShopOrderUpdate& update) try {
  const auto channel = storage::get_channel(context.tx, context.shop_id(), channel_id);
  take(context, {channel_id, channel ? channel->name : "shop"}, update);
} catch (const Refusal& refusal) {
  // Nobody wrote, so nobody can be answered.
  throw std::runtime_error("order " + update.number + " (" + update.external_id + ") cannot be recorded: " + refusal.what());
}

}  // namespace laoke

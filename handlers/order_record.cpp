#include "handlers/order_record.h"

#include "handlers/money.h"
#include "handlers/products.h"
#include "handlers/refusal.h"
#include "handlers/text.h"
#include "storage/customers.h"
#include "storage/shops.h"

namespace laoke {
namespace {

using storage::Order;
using storage::OrderItem;

constexpr std::size_t kLongestLine = 500;  // code points of recipient, address, note: what a shipping label can hold

// Stamps an order has when it is recorded in a state; imports give only one date for all of them.
struct Reached {
  OrderState state;
  std::vector<OrderState> stamps;
};

const std::vector<OrderState>& reached_by(OrderState state) {
  using S = OrderState;
  static const Reached kReached[] = {
      {S::kEnquiry, {}},
      {S::kPlaced, {S::kPlaced}},
      {S::kPaid, {S::kPlaced, S::kPaid}},
      {S::kShipped, {S::kPlaced, S::kPaid, S::kShipped}},
      {S::kDelivered, {S::kPlaced, S::kPaid, S::kShipped, S::kDelivered}},
      {S::kCompleted, {S::kPlaced, S::kPaid, S::kShipped, S::kDelivered, S::kCompleted}},
      {S::kCancelled, {S::kPlaced, S::kCancelled}},
      {S::kRefunded, {S::kPlaced, S::kPaid, S::kRefunded}},
  };
  return kReached[static_cast<int>(state)].stamps;
}

[[noreturn]] void refuse(const char* code, std::string zh, std::string en) { throw Refusal(code, {std::move(zh), std::move(en)}); }

void check_currency(const std::string& currency) {
  if (!is_currency(currency))
    refuse("currency.unknown", "没有货币“" + shorten(currency, 20) + "”，请用三个字母的代码，如 CNY、USD、EUR",
           "there is no currency '" + shorten(currency, 20) + "'; use its three letters such as CNY, USD, EUR");
}

void check_amount(std::int64_t amount_minor) {
  if (amount_minor < 0 || amount_minor > kLargestAmountMinor)
    refuse("order.amount", "金额要在 0 和 100 亿之间", "an amount is between 0 and 10,000,000,000");
}

void check_length(const std::string& text, const char* zh, const char* en) {
  if (length_code_points(text) > kLongestLine)
    refuse("order.text", std::string(zh) + "太长，最多 " + std::to_string(kLongestLine) + " 个字",
           std::string("the ") + en + " is too long: at most " + std::to_string(kLongestLine) + " characters");
}

void check_line(const OrderLine& line) {
  const std::string shown = shorten(trim(line.product), 30);
  if (shown.empty()) refuse("product.name", "商品要有名称", "a product needs a name");
  if (length_code_points(line.product) > kLongestProductName)
    refuse("product.text", "商品名称“" + shown + "”太长，最多 " + std::to_string(kLongestProductName) + " 个字",
           "the product name '" + shown + "' is too long: at most " + std::to_string(kLongestProductName) + " characters");
  if (line.quantity < 1 || line.quantity > kMostQuantity)
    refuse("order.quantity", "“" + shown + "”的数量要在 1 和 " + std::to_string(kMostQuantity) + " 之间",
           "the quantity of '" + shown + "' is between 1 and " + std::to_string(kMostQuantity));
  if (line.unit_price_minor) check_amount(*line.unit_price_minor);
}

// What is known of a line before any product is made.
OrderItem known_item(const Context& context, const OrderLine& line, const std::string& currency) {
  const auto product = find_product(context, line.product);
  auto price = line.unit_price_minor;
  if (!price && product && product->currency == currency) price = product->price_minor;
  return {product ? product->product_id : 0, product ? product->name : line.product, line.quantity, price};
}

// Lines without a price count nothing: the seller notes the order first and the amount when it is known.
std::int64_t sum_of(const std::vector<OrderItem>& items) {
  std::int64_t sum = 0;
  for (const auto& item : items) {
    const std::int64_t price = item.unit_price_minor.value_or(0);
    if (price > 0 && item.quantity > kLargestAmountMinor / price) check_amount(-1);
    sum += item.quantity * price;
    check_amount(sum);
  }
  return sum;
}

std::string currency_of(const Context& context, const OrderDraft& draft) {
  return draft.currency.empty() ? context.shop.currency : draft.currency;
}

// The items as far as they are known, and their sum; everything that can be wrong is refused here.
std::vector<OrderItem> checked_items(const Context& context, const OrderDraft& draft) {
  const std::string currency = currency_of(context, draft);
  check_currency(currency);
  if (draft.items.size() > kMostLines)
    refuse("order.items", "一个订单最多 " + std::to_string(kMostLines) + " 行商品",
           "an order has at most " + std::to_string(kMostLines) + " lines");
  if (draft.items.empty() && !draft.total_minor && draft.state != OrderState::kEnquiry)
    refuse("order.empty", "订单要有商品或金额，例如：面膜x2 198", "an order needs a product or an amount, for example: mask x2 198");
  if (draft.total_minor) check_amount(*draft.total_minor);
  check_length(draft.recipient, "收货人", "recipient");
  check_length(draft.phone, "电话", "phone");
  check_length(draft.address, "地址", "address");
  check_length(draft.note, "备注", "note");
  check_length(draft.external_id, "外部单号", "external id");
  for (const auto& line : draft.items) check_line(line);
  std::vector<OrderItem> items;
  for (const auto& line : draft.items) items.push_back(known_item(context, line, currency));
  sum_of(items);
  return items;
}

}  // namespace

void check_draft(const Context& context, const OrderDraft& draft) { checked_items(context, draft); }

std::pair<Order, std::vector<OrderItem>> prepare_order(const Context& context, const OrderDraft& draft) {
  if (!storage::get_customer(context.tx, context.shop_id(), draft.customer_id))
    refuse("customer.unknown", "没有这个客户", "there is no such customer");
  auto items = checked_items(context, draft);
  if (storage::find_order_by_external_id(context.tx, context.shop_id(), draft.external_id))
    refuse("order.exists", "外部单号“" + draft.external_id + "”已经有订单",
           "external id '" + draft.external_id + "' has an order already");
  for (auto& item : items) {
    if (item.product_id != 0) continue;
    const auto product = product_for(context, item.name);
    item.product_id = product.product_id;
    item.name = product.name;
  }

  Order order;
  order.total_minor = draft.total_minor ? *draft.total_minor : sum_of(items);
  order.order_id = context.tx.next_id();
  order.number = storage::next_number(context.tx, context.shop_id(), "order");
  order.customer_id = storage::living_customer(context.tx, context.shop_id(), draft.customer_id);
  order.state = name_of(draft.state);
  order.currency = currency_of(context, draft);
  order.recipient = draft.recipient;
  order.phone = draft.phone;
  order.address = draft.address;
  order.note = draft.note;
  order.source = draft.source;
  order.external_id = draft.external_id;
  order.created_at_ms = draft.at_ms != 0 ? draft.at_ms : context.now_ms;
  for (const auto state : reached_by(draft.state)) stamp_of(order, state) = order.created_at_ms;
  return {std::move(order), std::move(items)};
}

OrderState state_of(const Order& order) {
  const auto state = find_order_state(order.state);
  if (!state) throw std::runtime_error("order " + std::to_string(order.order_id) + " is stored in an unknown state");
  return *state;
}

std::optional<std::int64_t>& stamp_of(Order& order, OrderState state) {
  static constexpr std::optional<std::int64_t> Order::*kStamps[] = {
      nullptr,                 &Order::placed_at_ms,    &Order::paid_at_ms,      &Order::shipped_at_ms,
      &Order::delivered_at_ms, &Order::completed_at_ms, &Order::cancelled_at_ms, &Order::refunded_at_ms};
  const auto stamp = kStamps[static_cast<int>(state)];
  if (stamp == nullptr) throw std::logic_error("an enquiry has no stamp");
  return order.*stamp;
}

std::optional<std::int64_t> stamp_of(const Order& order, OrderState state) {
  if (state == OrderState::kEnquiry) return std::nullopt;
  Order copy = order;
  return stamp_of(copy, state);
}

}  // namespace laoke

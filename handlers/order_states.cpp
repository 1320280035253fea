#include "handlers/order_states.h"

#include <algorithm>

namespace laoke {
namespace {

struct StateWords {
  OrderState state;
  std::string_view name;
  Said said;
  std::string_view short_zh;
};

const StateWords& words(OrderState state) {
  static const StateWords kWords[] = {
      {OrderState::kEnquiry, "enquiry", {"询价", "enquiry"}, "咨询"},
      {OrderState::kPlaced, "placed", {"已下单", "placed"}, "下单"},
      {OrderState::kPaid, "paid", {"已付款", "paid"}, "付款"},
      {OrderState::kShipped, "shipped", {"已发货", "shipped"}, "发货"},
      {OrderState::kDelivered, "delivered", {"已签收", "delivered"}, "签收"},
      {OrderState::kCompleted, "completed", {"已完成", "completed"}, "完成"},
      {OrderState::kCancelled, "cancelled", {"已取消", "cancelled"}, "取消"},
      {OrderState::kRefunded, "refunded", {"已退款", "refunded"}, "退款"},
  };
  return kWords[static_cast<int>(state)];
}

using S = OrderState;
using Needs = OrderMove::Needs;

// Every move there is. Paid money goes back by a refund, never by a cancellation.
constexpr OrderMove kMoves[] = {
    {S::kEnquiry, S::kPlaced, Needs::kNothing, S::kPlaced},
    {S::kEnquiry, S::kPaid, Needs::kNothing, S::kPaid},
    {S::kEnquiry, S::kCancelled, Needs::kNothing, S::kCancelled},
    {S::kPlaced, S::kPaid, Needs::kNothing, S::kPaid},
    {S::kPlaced, S::kShipped, Needs::kNothing, S::kShipped},  // pay on delivery
    {S::kPlaced, S::kCancelled, Needs::kNothing, S::kCancelled},
    {S::kPaid, S::kShipped, Needs::kNothing, S::kShipped},
    {S::kPaid, S::kDelivered, Needs::kNothing, S::kDelivered},  // handed over in person
    {S::kPaid, S::kCompleted, Needs::kNothing, S::kCompleted},  // nothing to send
    {S::kPaid, S::kRefunded, Needs::kNothing, S::kRefunded},
    {S::kShipped, S::kPaid, Needs::kUnpaid, S::kShipped},
    {S::kShipped, S::kDelivered, Needs::kNothing, S::kDelivered},
    {S::kShipped, S::kCompleted, Needs::kPaid, S::kCompleted},
    {S::kShipped, S::kCancelled, Needs::kUnpaid, S::kCancelled},  // refused at the door
    {S::kShipped, S::kRefunded, Needs::kPaid, S::kRefunded},
    {S::kDelivered, S::kPaid, Needs::kUnpaid, S::kDelivered},
    {S::kDelivered, S::kCompleted, Needs::kPaid, S::kCompleted},
    {S::kDelivered, S::kCancelled, Needs::kUnpaid, S::kCancelled},
    {S::kDelivered, S::kRefunded, Needs::kPaid, S::kRefunded},
    {S::kCompleted, S::kRefunded, Needs::kNothing, S::kRefunded},
};

bool fits(const OrderMove& move, bool paid) {
  return move.needs == Needs::kNothing || (move.needs == Needs::kPaid) == paid;
}

Said listed(const std::vector<OrderState>& states) {
  Said list;
  for (const auto state : states) {
    list.zh += (list.zh.empty() ? "" : "、") + word_for(state).zh;
    list.en += (list.en.empty() ? "" : ", ") + word_for(state).en;
  }
  return list;
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace

std::string_view name_of(OrderState state) { return words(state).name; }

const Said& word_for(OrderState state) { return words(state).said; }

std::optional<OrderState> find_order_state(std::string_view text) {
  const std::string typed = lower_ascii(text);
  for (const auto state : kOrderStates) {
    const auto& known = words(state);
    if (typed == known.name || typed == known.said.zh || typed == known.short_zh) return state;
  }
  if (typed == "canceled") return OrderState::kCancelled;
  return std::nullopt;
}

const OrderMove* find_move(OrderState from, OrderState asked, bool paid) {
  const auto found = std::find_if(std::begin(kMoves), std::end(kMoves), [&](const OrderMove& move) {
    return move.from == from && move.asked == asked && fits(move, paid);
  });
  return found == std::end(kMoves) ? nullptr : found;
}

std::vector<OrderState> allowed_next(OrderState from, bool paid) {
  std::vector<OrderState> next;
  for (const auto& move : kMoves)
    if (move.from == from && fits(move, paid)) next.push_back(move.asked);
  return next;
}

Said move_refused(std::int64_t number, OrderState from, OrderState asked, bool paid) {
  const std::string hash = "#" + std::to_string(number);
  const Said now = word_for(from), wish = word_for(asked), list = listed(allowed_next(from, paid));
  const bool paid_before = paid && asked == S::kPaid && from != S::kPaid && counts_as_order(from);
  if (paid_before) return {"订单 " + hash + " 已经付过款了，没有变化", "order " + hash + " is paid already"};
  Said said{"订单 " + hash + " " + now.zh, "order " + hash + " is " + now.en};
  if (from == S::kShipped || from == S::kDelivered) {
    said.zh += paid ? "（已付款）" : "（未付款）";
    said.en += paid ? " and paid" : " and not paid";
  }
  if (from == asked) return {said.zh + "，没有变化", said.en + " already"};
  said.zh += "，不能改为" + wish.zh + "；" + (list.zh.empty() ? "不能再改" : "可以改为：" + list.zh);
  said.en += ", it cannot become " + wish.en + "; " + (list.en.empty() ? "it can no longer change" : "allowed: " + list.en);
  return said;
}

bool counts_as_order(OrderState state) {
  return state != S::kEnquiry && state != S::kCancelled && state != S::kRefunded;
}

}  // namespace laoke

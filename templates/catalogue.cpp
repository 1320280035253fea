#include "templates/catalogue.h"

#include <algorithm>

namespace laoke::templates {
namespace {

constexpr Variable kVariables[] = {
    {"shop.name", Type::kText, kAlways, "店名", "the shop's name"},
    {"customer.name", Type::kText, kAlways, "客户称呼", "the customer's name"},
    {"customer.first_name", Type::kText, kAlways, "客户名（英文取名，中文取全名）",
     "first name; Chinese names in full"},
    {"customer.stage", Type::kText, kAlways, "客户阶段", "stage"},
    {"customer.grade", Type::kText, kAlways, "客户等级", "grade"},
    {"customer.birthday", Type::kDate, kAlways, "生日", "birthday"},
    {"customer.order_count", Type::kNumber, kAlways, "下单次数", "number of orders"},
    {"customer.last_order", Type::kDate, kAlways, "上次下单日期", "day of the last order"},
    {"customer.attr.*", Type::kText, kAlways, "客户属性，如 customer.attr.肤质", "an attribute, as customer.attr.skin"},
    {"referrer.name", Type::kText, kAlways, "介绍人", "who brought this customer"},
    {"staff.name", Type::kText, kAlways, "负责的店员", "the customer's owner in the shop"},
    {"date", Type::kDate, kAlways, "今天的日期", "today's date"},
    {"days", Type::kNumber, kDays, "天数（距下单、签收、上次购买或用完）",
     "days since the order, delivery or last purchase, or left"},
    {"order.number", Type::kNumber, kOrder, "订单号", "order number"},
    {"order.state", Type::kText, kOrder, "订单状态", "state of the order"},
    {"order.total", Type::kMoney, kOrder, "订单金额", "total"},
    {"order.items", Type::kList, kOrder, "商品明细", "the lines of the order"},
    {"order.items_text", Type::kText, kOrder, "商品一览，如 面膜×2、精华", "the items in one line"},
    {"order.date", Type::kDate, kOrder, "下单日期", "day of the order"},
    {"order.recipient", Type::kText, kOrder, "收件人", "recipient"},
    {"order.address", Type::kText, kOrder, "收货地址", "delivery address"},
    {"shipment.carrier", Type::kText, kShipment, "快递公司", "carrier"},
    {"shipment.tracking_no", Type::kText, kShipment, "快递单号", "tracking number"},
    {"shipment.tracking_url", Type::kLink, kShipment, "物流查询链接", "tracking link"},
    {"shipment.date", Type::kDate, kShipment, "发货日期", "day it was sent"},
    {"shipment.delivered", Type::kDate, kShipment, "签收日期", "day it was delivered"},
    {"product.name", Type::kText, kProduct, "商品名", "product"},
    {"product.care", Type::kText, kProduct, "使用小贴士", "care tip"},
    {"product.price", Type::kMoney, kProduct, "单价", "price"},
    {"product.usage_days", Type::kNumber, kProduct, "一件能用几天", "days one unit lasts"},
    {"checkout.items_text", Type::kText, kCheckout, "购物车里的商品", "what lies in the cart, in one line"},
    {"checkout.total", Type::kMoney, kCheckout, "购物车金额", "total of the cart"},
    {"checkout.url", Type::kLink, kCheckout, "继续下单的链接", "where the customer goes on buying"},
    {"friend.name", Type::kText, kFriend, "介绍来的朋友", "the friend this customer brought"},
    {"task.text", Type::kText, kTask, "待办内容", "what is to be done"},
    {"task.due", Type::kDate, kTask, "待办期限", "when it is due"},
};

constexpr Variable kItemFields[] = {
    {"name", Type::kText, kOrder, "商品名", "product"},
    {"quantity", Type::kNumber, kOrder, "数量", "quantity"},
    {"price", Type::kMoney, kOrder, "单价", "unit price"},
    {"total", Type::kMoney, kOrder, "小计", "quantity × price"},
};

constexpr std::string_view kAttributes = "customer.attr.";

struct Trigger {
  std::string_view name;
  unsigned sources;
};
// Prefixes end with '.'; a full name is looked for first.
constexpr Trigger kTriggers[] = {
    {"broadcast", kAlways},
    {"birthday", kAlways},
    {"customer.referred", kFriend},
    {"customer.", kDays},
    {"lapsed", kDays},
    {"care_due", kProduct | kDays},
    {"running_out", kProduct | kDays},
    {"order.shipped", kOrder | kShipment | kProduct | kDays},
    {"order.delivered", kOrder | kShipment | kProduct | kDays},
    {"order.completed", kOrder | kShipment | kProduct | kDays},
    {"order.", kOrder | kProduct | kDays},
    {"shipment.", kOrder | kShipment | kProduct | kDays},
    {"checkout.", kCheckout | kDays},
    {"task.", kTask},
};

// Walks the tags and knows in which lists each stands.
class Checker {
 public:
  Checker(const Template& made, unsigned sources) : made_(made), sources_(sources) {}

  std::optional<Problem> run() {
    for (const auto& tag : made_.tags()) {
      if (tag.kind == Tag::Kind::kEnd) {
        open_.pop_back();
        continue;
      }
      if (auto problem = look_at(tag)) return problem;
      // An inverted section has no rows, so no fields.
      if (tag.kind != Tag::Kind::kValue) open_.push_back(tag.kind == Tag::Kind::kSection ? tag.name : "");
    }
    return std::nullopt;
  }

 private:
  std::optional<Problem> look_at(const Tag& tag) const {
    if (field_here(tag.name)) return std::nullopt;
    const Variable* variable = find_variable(tag.name);
    if (!variable) {
      const auto list = list_with(tag.name);
      if (!list.empty()) return Problem{Fault::kFieldOutsideList, tag.column, tag.name, std::string(list)};
      return Problem{Fault::kUnknownVariable, tag.column, tag.name, ""};
    }
    if ((variable->source & sources_) != variable->source)
      return Problem{Fault::kNotSupplied, tag.column, tag.name, ""};
    if (variable->type == Type::kList && tag.kind == Tag::Kind::kValue)
      return Problem{Fault::kListAsText, tag.column, tag.name, ""};
    return std::nullopt;
  }

  bool field_here(std::string_view name) const {
    return std::ranges::any_of(open_, [&](const std::string& list) {
      return std::ranges::any_of(fields_of(list), [&](const Variable& field) { return field.name == name; });
    });
  }

  static std::string_view list_with(std::string_view field) {
    for (const auto& variable : kVariables)
      for (const auto& known : fields_of(variable.name))
        if (known.name == field) return variable.name;
    return {};
  }

  const Template& made_;
  unsigned sources_;
  std::vector<std::string> open_;
};

}  // namespace

std::span<const Variable> variables() {
  return kVariables;
}

std::span<const Variable> fields_of(std::string_view list) {
  if (list == "order.items") return kItemFields;
  return {};
}

const Variable* find_variable(std::string_view name) {
  const std::string_view wanted = attribute_name(name) ? "customer.attr.*" : name;
  const auto found = std::ranges::find(kVariables, wanted, &Variable::name);
  return found == std::end(kVariables) || (found->name == name && name.ends_with('*')) ? nullptr : &*found;
}

std::optional<std::string_view> attribute_name(std::string_view name) {
  if (!name.starts_with(kAttributes) || name.size() == kAttributes.size() || name.ends_with(".*")) return std::nullopt;
  return name.substr(kAttributes.size());
}

std::vector<std::string_view> variable_names() {
  std::vector<std::string_view> names;
  for (const auto& variable : kVariables) names.push_back(variable.name);
  for (const auto& field : kItemFields) names.push_back(field.name);
  return names;
}

std::optional<unsigned> sources_of(std::string_view trigger) {
  for (const auto& known : kTriggers)
    if (known.name == trigger || (known.name.ends_with('.') && trigger.starts_with(known.name))) return known.sources;
  return std::nullopt;
}

std::optional<Problem> check(const Template& made, unsigned sources) {
  return Checker(made, sources).run();
}

}  // namespace laoke::templates
